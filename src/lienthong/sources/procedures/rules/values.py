"""One answer at a time: read what was typed, say in both languages what to correct."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import Bilingual, nfc, show_date, show_number, tr
from lienthong.sources.procedures.types.form import Answers, Field, answer_at

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PERSONAL_NUMBER = re.compile(r"\d{12}", re.ASCII)
_PHONE = re.compile(r"0\d{9,10}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_SPOKEN = re.compile(r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})", re.ASCII)
_DIGITS = re.compile(r"-?\d{1,15}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")

Checked = tuple[Any, FieldError | None]


def check_value(one: Field, value: Any, today: date) -> Checked:
    """The clean value (None when nothing was answered) or the error; exactly one of them is telling."""
    if _is_empty(value) or (one.kind == "flag" and not read_flag(value)):
        if one.required:
            return None, _required(one)
        return (False if one.kind == "flag" and value is not None else None), None
    return _CHECKS[one.kind](one, value, today)


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.translate(_INVISIBLE).strip()
    if isinstance(value, Mapping):
        return all(_is_empty(part) for part in value.values())
    return value is None or value == [] or value == ()


def _error(one: Field, code: str, vi: str, en: str) -> FieldError:
    return FieldError(one.path, Bilingual(vi, en), f"form.{code}")


def _required(one: Field) -> FieldError:
    vi, en = one.title.vi, one.title.en
    if one.kind == "flag":
        return _error(one, "required", f"Hãy đánh dấu ô “{vi}”.", f"Tick the box “{en}”.")
    if one.kind == "file":
        return _error(one, "required", f"Hãy chọn tệp cho “{vi}”.", f"Choose a file for “{en}”.")
    if one.kind in ("choice", "choices"):
        return _error(one, "required", f"Hãy chọn câu trả lời cho “{vi}”.", f"Choose an answer for “{en}”.")
    return _error(one, "required", f"Hãy nhập “{vi}”.", f"Enter “{en}”.")


# --- text ---------------------------------------------------------------------------------------------------------


def read_text(value: Any, *, lines: bool = False) -> str | None:
    """Text in NFC without invisible letters and doubled spaces; None when it is broken (or is no text)."""
    if not isinstance(value, str):
        return None
    text = nfc(value.translate(_INVISIBLE)).replace("\r\n", "\n").replace("\r", "\n")
    for letter in text:
        if letter == "\ufffd" or letter in _REORDERING:
            return None
        if unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter not in "\n\t":
            return None
    if lines:
        return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
    return " ".join(text.split())


def _check_text(one: Field, value: Any, today: date) -> Checked:
    text = read_text(value, lines=one.widget == "textarea")
    if text is None:
        return None, _error(
            one,
            "broken-text",
            f"“{one.title.vi}” có ký tự bị lỗi. Hãy xóa và gõ lại.",
            f"“{one.title.en}” has broken characters. Delete it and type it again.",
        )
    special = _SPECIAL.get(one.widget)
    if special is not None:
        text, problem = special(one, text, today)
        if problem is not None:
            return None, problem
    return _check_length(one, text)


def _check_length(one: Field, text: str) -> Checked:
    if len(text) > one.max_length:
        return None, _error(
            one,
            "too-long",
            f"“{one.title.vi}” dài {show_number(len(text))} ký tự; nhiều nhất là {show_number(one.max_length)}. "
            "Hãy viết ngắn lại.",
            f"“{one.title.en}” has {len(text)} characters; at most {one.max_length} are allowed. Shorten it.",
        )
    if len(text) < one.min_length:
        return None, _error(
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
        return text, _error(
            one,
            "name",
            f"“{one.title.vi}” chỉ gồm chữ cái và dấu cách, như trên giấy tờ.",
            f"“{one.title.en}” has only letters and spaces, as on the papers.",
        )
    return text, None


def _check_number(one: Field, text: str, today: date) -> tuple[str, FieldError | None]:
    number = re.sub(r"[\s.\-]", "", text)
    if not _PERSONAL_NUMBER.fullmatch(number) or number.startswith("000") or number_facts(number)[0] > today.year:
        return number, _error(
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
        return number, _error(
            one,
            "phone",
            f"“{one.title.vi}” phải có 10 hoặc 11 chữ số, bắt đầu bằng 0.",
            f"“{one.title.en}” must have 10 or 11 digits and start with 0.",
        )
    return number, None


def _check_email(one: Field, text: str, today: date) -> tuple[str, FieldError | None]:
    del today
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        return text, _error(
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
        return text, _error(one, "place", f"Hãy chọn {vi} trong danh sách.", f"Choose a {en} from the list.")

    return check


_SPECIAL: dict[str, Callable[[Field, str, date], tuple[str, FieldError | None]]] = {
    "personal-name": _check_name,
    "personal-number": _check_number,
    "phone": _check_phone,
    "email": _check_email,
    "commune": _check_place(5, "xã, phường, đặc khu", "commune"),
    "province": _check_place(2, "tỉnh, thành phố", "province"),
}

# --- personal number ----------------------------------------------------------------------------------------------


def number_facts(number: str) -> tuple[int, str]:
    """Year of birth and sex inside a personal number (NĐ 137/2015 Điều 13): 4th digit century and sex, then year."""
    century_and_sex = int(number[3])
    year = (19 + century_and_sex // 2) * 100 + int(number[4:6])
    return year, "female" if century_and_sex % 2 else "male"


def check_agreement(one: Field, clean: Answers) -> list[FieldError]:
    """A personal number against the sex and the birth date given elsewhere in the form."""
    year, sex = number_facts(answer_at(clean, one.path))
    errors = []
    said_sex = _tied(one, "sex", clean)
    if said_sex in ("male", "female") and said_sex != sex:
        vi, en = ("nữ", "female") if sex == "female" else ("nam", "male")
        errors.append(
            _error(
                one,
                "number-contradicts-sex",
                f"“{one.title.vi}” này là của người giới tính {vi}, khác với thông tin đã khai. Hãy kiểm tra lại cả hai.",
                f"This “{one.title.en}” belongs to a {en} person, unlike what the form says. Check both.",
            )
        )
    born = read_date(_tied(one, "birth_date", clean))
    if isinstance(born, date) and born.year != year:
        errors.append(
            _error(
                one,
                "number-contradicts-birth",
                f"“{one.title.vi}” này ghi năm sinh {year}, khác với năm sinh {born.year} đã khai. "
                "Hãy kiểm tra lại cả hai.",
                f"This “{one.title.en}” says born in {year}, but the form says {born.year}. Check both.",
            )
        )
    return errors


def _tied(one: Field, what: str, clean: Answers) -> Any:
    tie = one.agrees.get(what, "")
    return tie.removeprefix("=") if tie.startswith("=") else answer_at(clean, tie)


# --- dates --------------------------------------------------------------------------------------------------------


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


def _check_date(one: Field, value: Any, today: date) -> Checked:
    day = read_date(value)
    if isinstance(day, date):
        return _check_day(one, day, today)
    vi, en = one.title.vi, one.title.en
    if day == "incomplete":
        return None, _error(
            one,
            "date-incomplete",
            f"“{vi}” phải có đủ ngày, tháng và năm.",
            f"“{en}” must have a day, a month and a year.",
        )
    if day == "unreal":
        return None, _unreal(one, value)
    if day == "year":
        return None, _error(
            one, "date-year", f"Năm trong “{vi}” phải có 4 chữ số.", f"The year of “{en}” must have 4 digits."
        )
    return None, _error(
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
        return _error(
            one,
            "date-unreal",
            f"Tháng trong “{one.title.vi}” phải từ 1 đến 12.",
            f"The month of “{one.title.en}” must be from 1 to 12.",
        )
    days = monthrange(year, month)[1]
    return _error(
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
        return None, _error(one, "date-too-late", f"“{one.title.vi}” {vi}.", f"“{one.title.en}” {en}.")
    if earliest is not None and day < earliest:
        return None, _error(
            one,
            "date-too-early",
            f"“{one.title.vi}” phải từ ngày {show_date(earliest)} trở đi.",
            f"“{one.title.en}” must be {show_date(earliest)} or later.",
        )
    return _check_age(one, day, today)


def _check_age(one: Field, day: date, today: date) -> Checked:
    age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    if one.min_age is not None and age < one.min_age:
        return None, _error(
            one,
            "too-young",
            f"Theo “{one.title.vi}”, người này chưa đủ {one.min_age} tuổi.",
            f"By “{one.title.en}” this person is not yet {one.min_age}.",
        )
    if one.max_age is not None and age > one.max_age:
        return None, _error(
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


# --- numbers, choices, files --------------------------------------------------------------------------------------


def _check_integer(one: Field, value: Any, today: date) -> Checked:
    del today
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, str):
        digits = re.sub(r"[\s.]" if one.widget == "money" else r"\s", "", value)
        number = int(digits) if _DIGITS.fullmatch(digits) else None
    if number is None:
        return None, _error(
            one,
            "not-a-number",
            f"“{one.title.vi}” phải là số nguyên.",
            f"“{one.title.en}” must be a whole number.",
        )
    if one.minimum is not None and number < one.minimum:
        least = show_number(one.minimum)
        return None, _error(
            one,
            "too-small",
            f"“{one.title.vi}” ít nhất là {least}.",
            f"“{one.title.en}” must be at least {least}.",
        )
    if one.maximum is not None and number > one.maximum:
        most = show_number(one.maximum)
        return None, _error(
            one,
            "too-large",
            f"“{one.title.vi}” nhiều nhất là {most}.",
            f"“{one.title.en}” must be at most {most}.",
        )
    return number, None


def _not_an_option(one: Field) -> FieldError:
    return _error(
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
    return None, _error(
        one,
        "file",
        f"Tệp của “{one.title.vi}” chưa được tải lên. Hãy chọn lại tệp.",
        f"The file for “{one.title.en}” was not uploaded. Choose it again.",
    )


_CHECKS: dict[str, Callable[[Field, Any, date], Checked]] = {
    "text": _check_text,
    "date": _check_date,
    "integer": _check_integer,
    "choice": _check_choice,
    "choices": _check_choices,
    "flag": _check_flag,
    "file": _check_file,
}
