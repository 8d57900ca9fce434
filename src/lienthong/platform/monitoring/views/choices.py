"""What the operator chose to look at, out of the address; every link and form keeps the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from lienthong.kernel import clock
from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual, show_date, tr
from lienthong.platform.monitoring.types import Choice

PERIODS: dict[str, tuple[Bilingual, timedelta]] = {
    "gio": (tr("1 giờ", "1 hour"), timedelta(hours=1)),
    "ngay": (tr("24 giờ", "24 hours"), timedelta(hours=24)),
    "tuan": (tr("7 ngày", "7 days"), timedelta(days=7)),
    "thang": (tr("30 ngày", "30 days"), timedelta(days=30)),
}
KINDS: dict[str, Bilingual] = {
    "letter": tr("Thông điệp", "Letters"),
    "question": tr("Truy vấn", "Questions"),
    "call": tr("Lời gọi dịch vụ", "Service calls"),
}
_DEFAULT = "ngay"
_LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Asked:
    """The period's name ("" for days typed in), the choice, what was wrong, and the query that keeps it."""

    period: str
    choice: Choice
    errors: tuple[FieldError, ...]
    kept: dict[str, str]

    def query(self, **changes: str) -> str:
        """The query string of this choice with changes; an empty value takes a part off."""
        return urlencode({name: value for name, value in {**self.kept, **changes}.items() if value})

    @property
    def words(self) -> Bilingual:
        """The period in words."""
        if self.period:
            return tr("{p} gần đây", "the last {p}").format(p=PERIODS[self.period][0])
        last = self.choice.until - timedelta(days=1)
        return tr(
            f"{show_date(self.choice.since)} – {show_date(last)}", f"{show_date(self.choice.since)} – {show_date(last)}"
        )


def read_choice(request: HttpRequest, more: Mapping[str, str] | None = None) -> Asked:
    """`ky` or `tu`/`den`, `co-quan`, `loai`, `dich-vu`; what makes no sense is named and left out.

    `more`: what else the page lets people choose; it is kept in links like the rest.
    """
    given = {name: request.GET.get(name, "").replace("\0", "").strip()[:200] for name in ("co-quan", "loai", "dich-vu")}
    kept = {**given, "loai": given["loai"] if given["loai"] in KINDS else ""}
    period, since, until, errors = _read_period(request)
    days = {"tu": request.GET.get("tu", ""), "den": request.GET.get("den", "")}
    kept |= {"ky": period} if period else days
    kept |= more or {}
    choice = Choice(since, until, peer=kept["co-quan"], kind=kept["loai"], service=kept["dich-vu"])
    return Asked(period, choice, errors, kept)


def _read_period(request: HttpRequest) -> tuple[str, datetime, datetime, tuple[FieldError, ...]]:
    now = clock.now()
    name = request.GET.get("ky", "")
    typed = {field: request.GET.get(field, "") for field in ("tu", "den")}
    errors: list[FieldError] = []
    if name not in PERIODS and any(typed.values()):
        first, last = (_day(field, value, errors) for field, value in typed.items())
        if first and last and last < first:
            message = tr("Ngày kết thúc phải sau ngày bắt đầu.", "The last day must not be before the first.")
            errors.append(FieldError("den", message, "monitoring.period"))
        elif first and last:
            start = clock.at(first.year, first.month, first.day)
            end = clock.at(last.year, last.month, last.day) + timedelta(days=1)
            return "", max(start, end - _LONGEST), end, ()
    name = name if name in PERIODS else _DEFAULT
    return name, now - PERIODS[name][1], now, tuple(errors)


def _day(field: str, typed: str, errors: list[FieldError]) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    # Later and earlier days overflow once hours are added to them.
    if day is None or not 2000 <= day.year <= 2200:
        errors.append(
            FieldError(field, tr("Nhập ngày, ví dụ 21/11/2026.", "Enter a day, such as 21/11/2026."), "monitoring.day")
        )
        return None
    return day


def period_links(asked: Asked) -> list[dict[str, Any]]:
    """The named periods as links."""
    return [
        {"href": "?" + asked.query(ky=name, tu="", den=""), "label": label, "chosen": name == asked.period}
        for name, (label, _) in PERIODS.items()
    ]


def chips(asked: Asked, more: Mapping[str, Bilingual | str] | None = None) -> list[dict[str, Any]]:
    """What narrows the list, each with the address that takes it off; `more`: the labels of the page's own choices."""
    shown: dict[str, Bilingual | str] = {
        "co-quan": asked.choice.peer,
        "loai": KINDS.get(asked.choice.kind, ""),
        "dich-vu": asked.choice.service,
    }
    shown |= more or {}
    return [{"text": text, "href": "?" + asked.query(**{name: ""})} for name, text in shown.items() if text]
