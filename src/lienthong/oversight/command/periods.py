"""Periods that the command centre offers, as links and as dates."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual, show_date, tr
from lienthong.oversight.reporting.types import Span

NAMES: Final[dict[str, Bilingual]] = {
    "today": tr("Hôm nay", "Today"),
    "week": tr("7 ngày", "7 days"),
    "month": tr("Tháng này", "This month"),
    "year": tr("Năm nay", "This year"),
}


def span_of(name: str, today: date) -> Span:
    """The days of a named period up to today; an unknown name is the month."""
    first = {
        "today": today,
        "week": today - timedelta(days=6),
        "year": today.replace(month=1, day=1),
    }.get(name, today.replace(day=1))
    return Span(first, today)


def read_span(query: Mapping[str, str], today: date) -> tuple[str, Span, list[FieldError]]:
    """The period of a query string: `ky` (a name) or `tu`/`den` (ISO days). Gives the name, the span and complaints."""
    name = query.get("ky", "month")
    if not (query.get("tu") or query.get("den")):
        return (name if name in NAMES else "month"), span_of(name, today), []
    errors: list[FieldError] = []
    days = [_read_day(query.get(field, ""), field, errors) for field in ("tu", "den")]
    first, last = days
    if first is None or last is None:
        return "month", span_of("month", today), errors
    if last < first:
        message = tr("Ngày kết thúc phải sau ngày bắt đầu.", "The last day must not be before the first.")
        return "month", span_of("month", today), [FieldError("den", message, "command.period")]
    return "", Span(first, last), []


def _read_day(typed: str, field: str, errors: list[FieldError]) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        message = tr("Nhập ngày, ví dụ 21/11/2026.", "Enter a day, such as 21/11/2026.")
        errors.append(FieldError(field, message, "command.day"))
        return None


def in_words(span: Span) -> Bilingual:
    """The period as people write it."""
    if span.first == span.last:
        return tr(f"ngày {show_date(span.first)}", show_date(span.first))
    first, last = show_date(span.first), show_date(span.last)
    return tr(f"từ {first} đến {last}", f"{first} to {last}")
