"""Reads what operators type on the calendar pages; nothing is decided here but whether it can be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from django.http import QueryDict

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual, tr

WEEKDAYS: tuple[tuple[str, Bilingual], ...] = (
    ("0", tr("Thứ Hai", "Monday")),
    ("1", tr("Thứ Ba", "Tuesday")),
    ("2", tr("Thứ Tư", "Wednesday")),
    ("3", tr("Thứ Năm", "Thursday")),
    ("4", tr("Thứ Sáu", "Friday")),
    ("5", tr("Thứ Bảy", "Saturday")),
    ("6", tr("Chủ nhật", "Sunday")),
)
_NO_DAY = tr("Hãy ghi một ngày có thật, ví dụ 30 4 2027.", "Enter a real day, for example 30 4 2027.")
_NO_DECISION = tr("Hãy ghi số văn bản làm căn cứ.", "Enter the decision it rests on.")
_NO_TIME = tr("Hãy ghi giờ như 7:30.", "Enter a time like 7:30.")


@dataclass(frozen=True, slots=True)
class DayForm:
    """What was typed to declare a day."""

    kind: str
    day: date | None
    name: Bilingual
    decision: str
    in_place_of: date | None
    for_country: bool
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class HoursForm:
    """What was typed to set office hours: one or two shifts on the same weekdays."""

    shifts: tuple[tuple[tuple[int, ...], time, time], ...]
    valid_from: date | None
    decision: str
    for_country: bool
    errors: tuple[FieldError, ...]


def read_day_form(post: QueryDict) -> DayForm:
    """Read the form that declares a day."""
    errors: list[FieldError] = []
    kind = post.get("kind", "")
    _need(post, "name_vi", tr("Hãy ghi tên ngày.", "Enter the name of the day."), errors)
    _need(post, "decision", _NO_DECISION, errors)
    if kind not in {"off", "working"}:
        missing = tr("Hãy chọn ngày nghỉ hay ngày làm việc bù.", "Choose a day off or a make-up working day.")
        errors.append(FieldError("kind", missing, "required"))
    day = _read_day(post, "day", errors, required=True)
    in_place_of = _read_day(post, "in_place_of", errors, required=False)
    return DayForm(
        kind=kind,
        day=day,
        name=Bilingual(post.get("name_vi", ""), post.get("name_en", "") or post.get("name_vi", "")),
        decision=post.get("decision", ""),
        in_place_of=in_place_of,
        for_country=_read_scope(post, errors),
        errors=tuple(errors),
    )


def read_hours_form(post: QueryDict) -> HoursForm:
    """Read the form that sets office hours."""
    errors: list[FieldError] = []
    _need(post, "decision", _NO_DECISION, errors)
    weekdays = tuple(int(value) for value in post.getlist("weekdays") if value in dict(WEEKDAYS))
    shifts = []
    for part, required in (("morning", True), ("afternoon", False)):
        typed = [post.get(f"{part}_{end}", "").strip() for end in ("opens", "closes")]
        if required or any(typed):
            opens, closes = (_read_time(post, f"{part}_{end}", errors) for end in ("opens", "closes"))
            if opens is not None and closes is not None:
                shifts.append((weekdays, opens, closes))
    return HoursForm(
        shifts=tuple(shifts),
        valid_from=_read_day(post, "valid_from", errors, required=True),
        decision=post.get("decision", ""),
        for_country=_read_scope(post, errors),
        errors=tuple(errors),
    )


def _need(post: QueryDict, name: str, missing: Bilingual, errors: list[FieldError]) -> None:
    if not post.get(name, "").strip():
        errors.append(FieldError(name, missing, "required"))


def _read_scope(post: QueryDict, errors: list[FieldError]) -> bool:
    scope = post.get("scope", "")
    if scope not in {"agency", "country"}:
        missing = tr("Hãy chọn cơ quan áp dụng hay cả nước.", "Choose the agency or the country.")
        errors.append(FieldError("scope", missing, "required"))
    return scope == "country"


def _read_day(post: Mapping[str, object], name: str, errors: list[FieldError], *, required: bool) -> date | None:
    parts = [str(post.get(f"{name}-{part}") or "").strip() for part in ("year", "month", "day")]
    if not any(parts) and not required:
        return None
    try:
        return date(*(int(part) for part in parts))
    except (ValueError, OverflowError):
        errors.append(FieldError(name, _NO_DAY, "date"))
        return None


def _read_time(post: Mapping[str, object], name: str, errors: list[FieldError]) -> time | None:
    hour, _, minute = str(post.get(name) or "").strip().replace("h", ":").partition(":")
    try:
        return time(int(hour), int(minute or 0))
    except (ValueError, OverflowError):
        errors.append(FieldError(name, _NO_TIME, "time"))
        return None
