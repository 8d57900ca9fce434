"""Days: reading them from parts or text, saying why there is no such day, bounds and ages."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import show_date
from lienthong.sources.procedures.rules.findings import Checked, problem
from lienthong.sources.procedures.types.form import Field

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_SPOKEN = re.compile(r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})", re.ASCII)


def read_date(value: Any) -> date | str | None:
    """A day from parts (`day`, `month`, `year`), ISO or 30/4/2026; else why not: incomplete, letters, unreal; None."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        found = _ISO.fullmatch(value.strip()) or _SPOKEN.fullmatch(value.strip())
        parts: Mapping[str, Any] = found.groupdict() if found else {}
        if not found:
            return "letters" if value.strip() else None
    elif isinstance(value, Mapping):
        parts = value
    else:
        return None if value is None else "letters"
    texts = [str(parts.get(key) or "").strip() for key in ("day", "month", "year")]
    if not all(texts):
        return "incomplete" if any(texts) else None
    if not all(re.fullmatch(r"\d{1,4}", text, re.ASCII) for text in texts):
        return "letters"
    day, month, year = map(int, texts)
    if len(texts[2]) != 4 or year < 1:
        return "year"
    try:
        return date(year, month, day)
    except ValueError:
        return "unreal"


def check_date(one: Field, value: Any, today: date) -> Checked:
    day = read_date(value)
    if isinstance(day, date):
        return _check_day(one, day, today)
    vi, en = one.title.vi, one.title.en
    if day == "incomplete":
        return None, problem(
            one,
            "date-incomplete",
            f"“{vi}” phải có đủ ngày, tháng và năm.",
            f"“{en}” must have a day, a month and a year.",
        )
    if day == "unreal":
        return None, _unreal(one, value)
    if day == "year":
        return None, problem(
            one, "date-year", f"Năm trong “{vi}” phải có 4 chữ số.", f"The year of “{en}” must have 4 digits."
        )
    return None, problem(
        one,
        "date-letters",
        f"“{vi}” phải viết bằng số, ví dụ 21 11 2026.",
        f"“{en}” must be in numbers, for example 21 11 2026.",
    )


def _unreal(one: Field, value: Any) -> FieldError:
    """Say why there is no such day: 30/02 gets the length of that month."""
    if isinstance(value, str):
        found = _ISO.fullmatch(value.strip()) or _SPOKEN.fullmatch(value.strip())
        value = found.groupdict() if found else {}
    month, year = int(value["month"]), int(value["year"])
    if not 1 <= month <= 12:
        return problem(
            one,
            "date-unreal",
            f"Tháng trong “{one.title.vi}” phải từ 1 đến 12.",
            f"The month of “{one.title.en}” must be from 1 to 12.",
        )
    days = monthrange(year, month)[1]
    return problem(
        one,
        "date-unreal",
        f"Tháng {month} năm {year} chỉ có {days} ngày. Hãy sửa “{one.title.vi}”.",
        f"Month {month} of {year} has only {days} days. Correct “{one.title.en}”.",
    )


def _check_day(one: Field, day: date, today: date) -> Checked:
    earliest, latest = bound(one.earliest, today), bound(one.latest, today)
    if latest is not None and day > latest:
        vi, en = f"không được sau ngày {show_date(latest)}", f"must not be after {show_date(latest)}"
        if latest == today:
            vi, en = "không được là ngày trong tương lai", "must not be in the future"
        return None, problem(one, "date-too-late", f"“{one.title.vi}” {vi}.", f"“{one.title.en}” {en}.")
    if earliest is not None and day < earliest:
        return None, problem(
            one,
            "date-too-early",
            f"“{one.title.vi}” phải từ ngày {show_date(earliest)} trở đi.",
            f"“{one.title.en}” must be {show_date(earliest)} or later.",
        )
    return _check_age(one, day, today)


def _check_age(one: Field, day: date, today: date) -> Checked:
    age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    if one.min_age is not None and age < one.min_age:
        return None, problem(
            one,
            "too-young",
            f"Theo “{one.title.vi}”, người này chưa đủ {one.min_age} tuổi.",
            f"By “{one.title.en}” this person is not yet {one.min_age}.",
        )
    if one.max_age is not None and age > one.max_age:
        return None, problem(
            one,
            "too-old",
            f"Theo “{one.title.vi}”, người này đã quá {one.max_age} tuổi.",
            f"By “{one.title.en}” this person is over {one.max_age}.",
        )
    return day.isoformat(), None


def bound(written: str, today: date) -> date | None:
    """A bound as written in a form: `today`, `today-6y`, `today+90d` or an ISO day."""
    if not written:
        return None
    found = re.fullmatch(r"today(?:([+-]\d{1,5})([yd]))?", written)
    if not found:
        return date.fromisoformat(written)
    if not found.group(1):
        return today
    count = int(found.group(1))
    if found.group(2) == "d":
        return date.fromordinal(today.toordinal() + count)
    year = today.year + count
    return date(year, today.month, min(today.day, monthrange(year, today.month)[1]))
