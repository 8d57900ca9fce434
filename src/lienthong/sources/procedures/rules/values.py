"""One answer at a time: read what was typed, say in both languages what to correct."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import INVISIBLE, nfc, read_text, show_number
from lienthong.sources.procedures.rules.dates import check_date
from lienthong.sources.procedures.rules.findings import Checked, problem
from lienthong.sources.procedures.rules.texts import check_text
from lienthong.sources.procedures.types.form import Field

_DIGITS = re.compile(r"-?\d{1,15}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_value(one: Field, value: Any, today: date) -> Checked:
    """The clean value (None when nothing was answered) or the error; exactly one of them is telling."""
    if _is_empty(value) or (one.kind == "flag" and not read_flag(value)):
        if one.required:
            return None, _required(one)
        return (False if one.kind == "flag" and value is not None else None), None
    return _CHECKS[one.kind](one, value, today)


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.translate(INVISIBLE).strip()
    if isinstance(value, Mapping):
        return all(_is_empty(part) for part in value.values())
    return value is None or value == [] or value == ()


def _required(one: Field) -> FieldError:
    vi, en = one.title.vi, one.title.en
    if one.kind == "flag":
        return problem(one, "required", f"Hãy đánh dấu ô “{vi}”.", f"Tick the box “{en}”.")
    if one.kind == "file":
        return problem(one, "required", f"Hãy chọn tệp cho “{vi}”.", f"Choose a file for “{en}”.")
    if one.kind in ("choice", "choices"):
        return problem(one, "required", f"Hãy chọn câu trả lời cho “{vi}”.", f"Choose an answer for “{en}”.")
    return problem(one, "required", f"Hãy nhập “{vi}”.", f"Enter “{en}”.")


def _check_integer(one: Field, value: Any, today: date) -> Checked:
    del today
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, str):
        digits = re.sub(r"[\s.]" if one.widget == "money" else r"\s", "", value)
        number = int(digits) if _DIGITS.fullmatch(digits) else None
    if number is None:
        return None, problem(
            one,
            "not-a-number",
            f"“{one.title.vi}” phải là số nguyên.",
            f"“{one.title.en}” must be a whole number.",
        )
    if one.minimum is not None and number < one.minimum:
        least = show_number(one.minimum)
        return None, problem(
            one,
            "too-small",
            f"“{one.title.vi}” ít nhất là {least}.",
            f"“{one.title.en}” must be at least {least}.",
        )
    if one.maximum is not None and number > one.maximum:
        most = show_number(one.maximum)
        return None, problem(
            one,
            "too-large",
            f"“{one.title.vi}” nhiều nhất là {most}.",
            f"“{one.title.en}” must be at most {most}.",
        )
    return number, None


def _not_an_option(one: Field) -> FieldError:
    return problem(
        one,
        "not-an-option",
        f"Hãy chọn một câu trả lời có trong danh sách cho “{one.title.vi}”.",
        f"Choose one of the listed answers for “{one.title.en}”.",
    )


def _check_choice(one: Field, value: Any, today: date) -> Checked:
    del today
    if isinstance(value, str) and one.label_of(nfc(value)) is not None:
        return nfc(value), None
    return None, _not_an_option(one)


def _check_choices(one: Field, value: Any, today: date) -> Checked:
    del today
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, list | tuple) or any(one.label_of(part) is None for part in chosen):
        return None, _not_an_option(one)
    return [option.value for option in one.options if option.value in chosen], None


def read_flag(value: Any) -> bool:
    """A ticked box as browsers and programs send it."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("on", "true", "1", "yes"))


def _check_flag(one: Field, value: Any, today: date) -> Checked:
    del one, today
    return read_flag(value), None


def _check_file(one: Field, value: Any, today: date) -> Checked:
    del today
    if isinstance(value, Mapping):
        name = read_text(value.get("name"))
        size, kind, digest = value.get("size"), value.get("media_type"), value.get("sha256")
        if name and isinstance(size, int) and size > 0 and isinstance(kind, str) and _SHA256.fullmatch(str(digest)):
            return {"sha256": digest, "name": name[:250], "media_type": kind, "size": size}, None
    return None, problem(
        one,
        "file",
        f"Tệp của “{one.title.vi}” chưa được tải lên. Hãy chọn lại tệp.",
        f"The file for “{one.title.en}” was not uploaded. Choose it again.",
    )


_CHECKS: dict[str, Callable[[Field, Any, date], Checked]] = {
    "text": check_text,
    "date": check_date,
    "integer": _check_integer,
    "choice": _check_choice,
    "choices": _check_choices,
    "flag": _check_flag,
    "file": _check_file,
}
