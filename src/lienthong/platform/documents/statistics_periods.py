"""Periods of the statistics (kỳ thống kê): a day, week, month, quarter, year or any days; and the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual, show_date, tr
from lienthong.platform.documents.statistics_types import Span

PeriodKind = Literal["day", "week", "month", "quarter", "year", "own"]

PERIODS: Final[Mapping[PeriodKind, Bilingual]] = {
    "day": tr("Ngày", "Day"),
    "week": tr("Tuần", "Week"),
    "month": tr("Tháng", "Month"),
    "quarter": tr("Quý", "Quarter"),
    "year": tr("Năm", "Year"),
    "own": tr("Khoảng ngày khác", "Own days"),
}
MOST_DAYS: Final = 3 * 366
_FIRST_YEAR: Final = 2000


@dataclass(frozen=True, slots=True)
class Period:
    """A period up to today, and as many days of the one before it (kỳ thống kê và kỳ trước).

    `is_running`: it has not ended; then the one before is cut to as many days. `earlier`, `later`: a day of the
    neighbouring periods, None where there is none.
    """

    kind: PeriodKind
    span: Span
    before: Span
    is_running: bool
    earlier: date | None
    later: date | None

    @property
    def words(self) -> Bilingual:
        """As people name it."""
        first, last = self.span.first, self.span.last
        named = {
            "day": tr(f"ngày {show_date(first)}", f"{show_date(first)}"),
            "month": tr(f"tháng {first.month:02d}/{first.year}", f"{first.month:02d}/{first.year}"),
            "quarter": tr(f"quý {_quarter(first)}/{first.year}", f"quarter {_quarter(first)}/{first.year}"),
            "year": tr(f"năm {first.year}", f"{first.year}"),
        }
        days = tr(f"từ {show_date(first)} đến {show_date(last)}", f"{show_date(first)} to {show_date(last)}")
        return named.get(self.kind, days)


def _quarter(day: date) -> int:
    return (day.month + 2) // 3


def period_of(kind: PeriodKind, day: date, today: date) -> Period:
    """The period of a kind in which a day lies; days ahead of today do not count."""
    day = min(day, today)
    first, following = _ends(kind, day)
    whole_before, _ = _ends(kind, first - timedelta(days=1))
    is_running = today < following - timedelta(days=1)
    last = min(following - timedelta(days=1), today)
    last_before = first - timedelta(days=1)
    if is_running:
        last_before = min(last_before, whole_before + (last - first))
    return Period(
        kind,
        Span(first, last),
        Span(whole_before, last_before),
        is_running,
        whole_before if whole_before.year >= _FIRST_YEAR else None,
        following if following <= today else None,
    )


def _ends(kind: PeriodKind, day: date) -> tuple[date, date]:
    """The first day of a period and of the following one."""
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    if kind == "day":
        return day, day + timedelta(days=1)
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, date(first.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)


def own_period(first: date, last: date, today: date) -> Period:
    """Any days, compared with as many before them."""
    last = min(last, today)
    length = timedelta(days=(last - first).days + 1)
    return Period("own", Span(first, last), Span(first - length, first - timedelta(days=1)), False, None, None)


def read_period(query: Mapping[str, str], today: date) -> tuple[Period, list[FieldError]]:
    """The period of an address: `ky` and `ngay`, or `tu` and `den`; this month when it makes no sense, and why."""
    typed = query.get("ky", "month")
    kind: PeriodKind = typed if typed in get_args(PeriodKind) else "month"  # type: ignore[assignment]  # it is one
    errors: list[FieldError] = []
    if kind != "own":
        day = _day(query.get("ngay", ""), "ngay", errors) or today
        return period_of(kind, day, today), errors
    first, last = _day(query.get("tu", ""), "tu", errors), _day(query.get("den", ""), "den", errors)
    if first is None or last is None:
        if not errors:
            message = tr("Hãy nhập ngày đầu và ngày cuối.", "Give the first and the last day.")
            errors.append(FieldError("tu" if first is None else "den", message, "documents.days-missing"))
    elif last < first:
        message = tr("Ngày cuối trước ngày đầu.", "The last day lies before the first.")
        errors.append(FieldError("den", message, "documents.days-reversed"))
    elif first > today:
        message = tr("Những ngày này chưa đến.", "These days are still to come.")
        errors.append(FieldError("tu", message, "documents.days-ahead"))
    elif (last - first).days >= MOST_DAYS:
        message = tr("Chọn tối đa 3 năm.", "Choose 3 years at most.")
        errors.append(FieldError("den", message, "documents.days-too-many"))
    else:
        return own_period(first, last, today), errors
    return period_of("month", today, today), errors


def _day(typed: str, field: str, errors: list[FieldError]) -> date | None:
    if not typed.strip():
        return None
    try:
        found = date.fromisoformat(typed.strip())
        if found.year >= _FIRST_YEAR:
            return found
    except ValueError:
        pass
    errors.append(
        FieldError(field, tr("Ngày không đúng, ví dụ 21/11/2026.", "Not a day, such as 21/11/2026."), "documents.day")
    )
    return None
