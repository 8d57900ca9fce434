"""Text answers: clean Unicode, lengths, patterns, names, personal numbers, telephone, e-mail, places."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import read_text, show_number, tr
from lienthong.sources.procedures.rules.findings import Checked, problem
from lienthong.sources.procedures.rules.persons import number_facts
from lienthong.sources.procedures.types.form import Field

_PERSONAL_NUMBER = re.compile(r"\d{12}", re.ASCII)
_PHONE = re.compile(r"0\d{9,10}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


def check_text(one: Field, value: Any, today: date) -> Checked:
    text = read_text(value, lines=one.widget == "textarea")
    if text is None:
        return None, problem(
            one,
            "broken-text",
            f"“{one.title.vi}” có ký tự bị lỗi. Hãy xóa và gõ lại.",
            f"“{one.title.en}” has broken characters. Delete it and type it again.",
        )
    special = _SPECIAL.get(one.widget)
    if special is not None:
        text, wrong = special(one, text, today)
        if wrong is not None:
            return None, wrong
    return _check_length(one, text)


def _check_length(one: Field, text: str) -> Checked:
    if len(text) > one.max_length:
        return None, problem(
            one,
            "too-long",
            f"“{one.title.vi}” dài {show_number(len(text))} ký tự; nhiều nhất là {show_number(one.max_length)}. "
            "Hãy viết ngắn lại.",
            f"“{one.title.en}” has {len(text)} characters; at most {one.max_length} are allowed. Shorten it.",
        )
    if len(text) < one.min_length:
        return None, problem(
            one,
            "too-short",
            f"“{one.title.vi}” cần ít nhất {one.min_length} ký tự.",
            f"“{one.title.en}” needs at least {one.min_length} characters.",
        )
    if one.pattern and not re.search(one.pattern, text):
        message = one.pattern_message or tr(
            f"“{one.title.vi}” chưa đúng dạng. Hãy kiểm tra lại.",
            f"“{one.title.en}” does not have the right form. Check it.",
        )
        return None, FieldError(one.path, message, "form.pattern")
    return text, None


def _check_name(one: Field, text: str, today: date) -> tuple[str, FieldError | None]:
    del today
    if len(text) < 2 or not all(
        letter.isalpha() or unicodedata.combining(letter) or letter in " '’.-" for letter in text
    ):
        return text, problem(
            one,
            "name",
            f"“{one.title.vi}” chỉ gồm chữ cái và dấu cách, như trên giấy tờ.",
            f"“{one.title.en}” has only letters and spaces, as on the papers.",
        )
    return text, None


def _check_number(one: Field, text: str, today: date) -> tuple[str, FieldError | None]:
    number = re.sub(r"[\s.\-]", "", text)
    if not _PERSONAL_NUMBER.fullmatch(number) or number.startswith("000") or number_facts(number)[0] > today.year:
        return number, problem(
            one,
            "personal-number",
            f"“{one.title.vi}” phải là 12 chữ số như trên thẻ căn cước. Hãy kiểm tra lại.",
            f"“{one.title.en}” must be the 12 digits on the identity card. Check it.",
        )
    return number, None


def _check_phone(one: Field, text: str, today: date) -> tuple[str, FieldError | None]:
    del today
    number = re.sub(r"[\s.\-()]", "", text)
    number = "0" + number.removeprefix("+84") if number.startswith("+84") else number
    if not _PHONE.fullmatch(number):
        return number, problem(
            one,
            "phone",
            f"“{one.title.vi}” phải có 10 hoặc 11 chữ số, bắt đầu bằng 0.",
            f"“{one.title.en}” must have 10 or 11 digits and start with 0.",
        )
    return number, None


def _check_email(one: Field, text: str, today: date) -> tuple[str, FieldError | None]:
    del today
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        return text, problem(
            one,
            "email",
            f"“{one.title.vi}” phải có dạng ten@vidu.vn.",
            f"“{one.title.en}” must look like name@example.vn.",
        )
    return text, None


def _check_place(digits: int, vi: str, en: str) -> Callable[[Field, str, date], tuple[str, FieldError | None]]:
    def check(one: Field, text: str, today: date) -> tuple[str, FieldError | None]:
        del today
        if re.fullmatch(rf"\d{{{digits}}}", text, re.ASCII):
            return text, None
        return text, problem(one, "place", f"Hãy chọn {vi} trong danh sách.", f"Choose a {en} from the list.")

    return check


_SPECIAL: dict[str, Callable[[Field, str, date], tuple[str, FieldError | None]]] = {
    "personal-name": _check_name,
    "personal-number": _check_number,
    "phone": _check_phone,
    "email": _check_email,
    "commune": _check_place(5, "xã, phường, đặc khu", "commune"),
    "province": _check_place(2, "tỉnh, thành phố", "province"),
}
