"""Form fields as the templates need them: ids, the error that belongs to a field, what describes it.

An id is made from the field's path (`child.birth_date` → `child-birth_date`), so that the error summary can link
to the field without knowing its kind: the first box of every kind carries the bare id.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from lienthong.kernel.errors import FieldError, Refused
from lienthong.kernel.text import Bilingual, tr

Text = Bilingual | str
Problem = Bilingual | str | FieldError | Refused | Sequence[FieldError] | None

DATE_PARTS = ("day", "month", "year")
DATE_TITLES = {"day": tr("Ngày", "Day"), "month": tr("Tháng", "Month"), "year": tr("Năm", "Year")}

_NOT_IN_ID = re.compile(r"[^0-9A-Za-z_-]+")


def id_of(path: str) -> str:
    """The HTML id of a field: `parents[0].name` → `parents-0-name`."""
    return _NOT_IN_ID.sub("-", path).strip("-") or "field"


def error_of(name: str, problem: Problem) -> Text:
    """The sentence to show at field `name`: the caller gives one sentence, or all errors of the form."""
    if not problem:
        return ""
    if isinstance(problem, (str, Bilingual)):
        return problem
    for found in errors_of(problem):
        if found.path == name:
            return found.message
    return ""


def errors_of(problem: object) -> tuple[FieldError, ...]:
    """All field errors in what a view caught: a refusal, one error, or a list of them."""
    if not problem:
        return ()
    if isinstance(problem, Refused):
        return tuple(problem.field_errors) or (FieldError("", problem.message, problem.code),)
    if isinstance(problem, FieldError):
        return (problem,)
    if isinstance(problem, Iterable):
        return tuple(error for error in problem if isinstance(error, FieldError))
    raise TypeError(f"no field errors in a {type(problem).__name__}")


def describe(name: str, label: Text, *, error: Problem, hint: Text, optional: bool, **more: Any) -> dict[str, Any]:
    """What every field template shows: label, id, the hint and the error with their ids."""
    field_id = id_of(name)
    message = error_of(name, error)
    described_by = [f"{field_id}-hint"] if hint else []
    if message:
        described_by.append(f"{field_id}-error")
    return {
        "name": name,
        "id": field_id,
        "label": label,
        "hint": hint,
        "error": message,
        "optional": optional,
        "described_by": " ".join(described_by),
        **more,
    }


def choices(field_id: str, options: Iterable[Any], chosen: Iterable[Any]) -> list[dict[str, Any]]:
    """Options of radios, checkboxes, selects: (value, label) or (value, label, hint); the first has the bare id."""
    wanted = {str(value) for value in chosen if value is not None}
    found = []
    for number, option in enumerate(options, start=1):
        value, label, *rest = option
        found.append(
            {
                "id": field_id if number == 1 else f"{field_id}-{number}",
                "value": value,
                "label": label,
                "hint": rest[0] if rest else "",
                "chosen": str(value) in wanted,
            }
        )
    return found


def date_boxes(name: str, value: object) -> dict[str, str]:
    """Day, month and year as typed or as stored; takes a date, an ISO string, or the three typed texts."""
    if isinstance(value, date):
        return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}
    if isinstance(value, Mapping):
        return {part: str(value.get(part) or value.get(f"{name}-{part}") or "") for part in DATE_PARTS}
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        year, month, day = value.split("-")
        return {"day": str(int(day)), "month": str(int(month)), "year": year}
    return dict.fromkeys(DATE_PARTS, "")


def date_parts(name: str, value: object, *, birthday: bool) -> list[dict[str, Any]]:
    """The three boxes of a day as the template needs them."""
    boxes = date_boxes(name, value)
    field_id = id_of(name)
    return [
        {
            "id": field_id if part == "day" else f"{field_id}-{part}",
            "name": f"{name}-{part}",
            "label": DATE_TITLES[part],
            "value": boxes[part],
            "width": 4 if part == "year" else 2,
            "autocomplete": f"bday-{part}" if birthday else "",
        }
        for part in DATE_PARTS
    ]


def attributes(values: Mapping[str, Any]) -> SafeString:
    """Extra HTML attributes: `hx_get="/x"` → `hx-get="/x"`; True alone, False and None left out."""
    present = {name: value for name, value in values.items() if value not in (None, False, "")}
    told = [(name.replace("_", "-"), value) for name, value in present.items()]
    flags = format_html_join("", " {}", ((name,) for name, value in told if value is True))
    pairs = format_html_join("", ' {}="{}"', ((name, value) for name, value in told if value is not True))
    return SafeString(flags + pairs)
