"""Pure decisions of the register: numbers, purposes, births. No database, no clock."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Final

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import FieldError, NotAllowed, Refused
from lienthong.kernel.text import Bilingual, fold, nfc, tr
from lienthong.sources.population.purposes import MIN_LEGAL_GROUND, PURPOSES
from lienthong.sources.population.registration_codes import CODE_OF_PROVINCE, FORMER_PROVINCES
from lienthong.sources.population.types import (
    SEX_LABELS,
    BirthDeclaration,
    ChildFacts,
    ParentFacts,
    PersonalNumber,
    PersonRecord,
    PersonStatus,
    Purpose,
    Sex,
)

SERIALS_PER_PREFIX: Final = 1_000_000
MIN_PARENT_AGE: Final = 12
# Luật Hôn nhân và gia đình 2014, Điều 88: a child born within 300 days of the marriage's end is the husband's.
DAYS_AFTER_FATHERS_DEATH: Final = 300

# TT 07/2016/TT-BCA: countries follow the provinces, from 101 on.
_FIRST_FOREIGN_CODE: Final = 101
_FIRST_CENTURY: Final = 1900
_LAST_YEAR: Final = 2399
_NUMBER = re.compile(r"[0-9]{12}")
_COMMUNE = re.compile(r"[0-9]{5}")
_LONGEST_NAME: Final = 100
_LONGEST_TEXT: Final = 250


# --- personal number -----------------------------------------------------------------------------------------


def parse_number(text: str) -> PersonalNumber:
    """Take a personal number (số định danh cá nhân) apart; spaces and dots between digits are forgiven.

    Raises Refused: ``population.number-form`` (not 12 digits) or ``population.number-code`` (no such province).
    Source: NĐ 137/2015 Điều 13; TT 59/2021/TT-BCA Điều 4.
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if not _NUMBER.fullmatch(digits):
        raise Refused(
            "population.number-form",
            tr("Số định danh cá nhân phải có đúng 12 chữ số.", "A personal number has exactly 12 digits."),
            field="personal_number",
        )
    code = digits[:3]
    if code not in FORMER_PROVINCES and int(code) < _FIRST_FOREIGN_CODE:
        raise Refused(
            "population.number-code",
            tr(
                f"Không có tỉnh, thành phố nào mang mã {code} ở đầu số định danh.",
                f"No province has the code {code} at the head of the personal number.",
            ),
            field="personal_number",
        )
    century, sex = divmod(int(digits[3]), 2)
    return PersonalNumber(
        text=digits,
        registration_code=code,
        birth_year=_FIRST_CENTURY + 100 * century + int(digits[4:6]),
        sex="female" if sex else "male",
        serial=digits[6:],
    )


def number_prefix(registration_code: str, sex: Sex, birth_year: int) -> str:
    """The six digits that follow from where, which sex and when; raises ValueError outside 1900–2399."""
    if not _FIRST_CENTURY <= birth_year <= _LAST_YEAR:
        raise ValueError(f"no century digit for the year {birth_year}")
    if not re.fullmatch(r"[0-9]{3}", registration_code):
        raise ValueError(f"not a code of birth registration: {registration_code!r}")
    century_and_sex = (birth_year - _FIRST_CENTURY) // 100 * 2 + (sex == "female")
    return f"{registration_code}{century_and_sex}{birth_year % 100:02d}"


def make_number(prefix: str, serial: int) -> str:
    """A personal number out of its block and its place in the block (0 … 999,999)."""
    if not 0 <= serial < SERIALS_PER_PREFIX:
        raise ValueError(f"serial out of range: {serial}")
    return f"{prefix}{serial:06d}"


def registration_code(province_gso: str) -> str:
    """Code for a birth registered in one of today's 34 provinces; raises Refused ``population.province``."""
    try:
        return CODE_OF_PROVINCE[province_gso]
    except KeyError:
        raise Refused(
            "population.province",
            tr(
                f"Không có tỉnh, thành phố nào hiện nay mang mã {province_gso}.",
                f"No province of today has the code {province_gso}.",
            ),
            field="registered_at_commune_gso",
        ) from None


def contradictions(number: PersonalNumber, *, birth_date: date | None, sex: str) -> list[FieldError]:
    """Where a form contradicts the number written on it; empty when nothing does."""
    errors = []
    if birth_date is not None and birth_date.year != number.birth_year:
        errors.append(
            FieldError(
                "birth_date",
                tr(
                    f"Năm sinh {birth_date.year} không khớp với số định danh (năm {number.birth_year}).",
                    f"Year of birth {birth_date.year} does not match the personal number (year {number.birth_year}).",
                ),
                "population.number-year",
            )
        )
    if sex and sex != number.sex:
        label = SEX_LABELS[number.sex]
        errors.append(
            FieldError(
                "sex",
                tr(
                    f"Giới tính không khớp với số định danh (số này là của {label.vi.lower()}).",
                    f"The sex does not match the personal number (this number is a {label.en.lower()} person's).",
                ),
                "population.number-sex",
            )
        )
    return errors


# --- purposes ------------------------------------------------------------------------------------------------


def allowed_purpose(purpose: str, legal_ground: str, *, personal_number: str, asker: Actor, at_holder: bool) -> Purpose:
    """The purpose if this actor may look at this person for it.

    Raises NotAllowed with ``population.purpose`` (no such purpose), ``population.legal-ground`` (none named),
    ``population.only-self`` or ``population.only-holder``.
    """
    known = PURPOSES.get(purpose)
    if known is None:
        raise NotAllowed(
            "population.purpose",
            tr(
                f"Mục đích khai thác “{purpose}” không có trong danh mục được phép.",
                f"The purpose “{purpose}” is not on the list of permitted purposes.",
            ),
            field="purpose",
        )
    if len(legal_ground.strip()) < MIN_LEGAL_GROUND:
        raise NotAllowed(
            "population.legal-ground",
            tr("Phải nêu căn cứ pháp lý của việc khai thác.", "Name the legal ground of the look."),
            field="legal_ground",
        )
    if known.only_self:
        require_self(asker, personal_number)
    if known.only_holder and not at_holder:
        raise NotAllowed(
            "population.only-holder",
            tr(
                "Mục đích này chỉ dành cho cơ quan quản lý cơ sở dữ liệu.",
                "This purpose is for the holder of the register alone.",
            ),
            field="purpose",
        )
    return known


def require_self(asker: Actor, personal_number: str = "") -> None:
    """Raise NotAllowed ``population.only-self`` unless the asker is a person, and this one if a number is given."""
    if not asker.personal_number or (personal_number and asker.personal_number != personal_number):
        raise NotAllowed(
            "population.only-self",
            tr("Chỉ được xem thông tin của chính mình.", "You may see only your own record."),
            field="personal_number",
        )


# --- births --------------------------------------------------------------------------------------------------


def check_child_name(name: str) -> Bilingual | None:
    """What is wrong with a name, or None. Bộ luật Dân sự 2015 Điều 26.3: no digit, no sign that is not a letter."""
    text = nfc(name).strip()
    if len(text) < 2 or len(text) > _LONGEST_NAME:
        return tr("Họ tên phải có từ 2 đến 100 ký tự.", "The name must have 2 to 100 characters.")
    if not all(letter.isalpha() or letter in " '’-." for letter in text) or not text[0].isalpha():
        return tr(
            "Họ tên chỉ gồm chữ cái, không có chữ số hay ký hiệu.",
            "The name has letters only, no digit and no sign.",
        )
    if len(text.split()) < 2:
        return tr("Cần ghi đủ họ và tên.", "Write both the family name and the given name.")
    return None


def same_name(one: str, other: str) -> bool:
    """Do two spellings name the same person, accents and capitals forgiven?"""
    return fold(nfc(one)) == fold(nfc(other))


def check_birth(birth: BirthDeclaration, *, today: date) -> list[FieldError]:
    """What the declaration alone shows to be wrong, without looking at the register."""
    found = [*_child_faults(birth.child), *_date_faults(birth, today)]
    if not _COMMUNE.fullmatch(birth.registered_at_commune_gso):
        found.append(
            _fault(
                "registered_at_commune_gso",
                "commune",
                tr("Mã xã, phường nơi đăng ký không đúng.", "The code of the registering commune is wrong."),
            )
        )
    if birth.mother and birth.father and birth.mother.personal_number == birth.father.personal_number:
        found.append(
            _fault(
                "father.personal_number",
                "parents-same",
                tr("Cha và mẹ không thể có cùng số định danh.", "Father and mother cannot have the same number."),
            )
        )
    return found


def _fault(path: str, code: str, message: Bilingual) -> FieldError:
    return FieldError(path, message, f"population.{code}")


def _child_faults(child: ChildFacts) -> Iterator[FieldError]:
    name_fault = check_child_name(child.name)
    if name_fault:
        yield _fault("child.name", "child-name", name_fault)
    if child.sex not in SEX_LABELS:
        yield _fault("child.sex", "child-sex", tr("Giới tính là nam hoặc nữ.", "The sex is male or female."))
    for path, text, word in (
        ("child.ethnicity", child.ethnicity, tr("dân tộc", "ethnicity")),
        ("child.nationality", child.nationality, tr("quốc tịch", "nationality")),
    ):
        if not text.strip() or len(text) > _LONGEST_NAME:
            message = tr(f"Ghi {word.vi} của trẻ.", f"Give the child's {word.en}.")
            yield _fault(path, "child-incomplete", message)
    for path, text in (("child.birth_place", child.birth_place), ("child.hometown", child.hometown)):
        if len(text) > _LONGEST_TEXT:
            message = tr(f"Nội dung dài quá {_LONGEST_TEXT} ký tự.", f"More than {_LONGEST_TEXT} characters.")
            yield _fault(path, "text-too-long", message)


def _date_faults(birth: BirthDeclaration, today: date) -> Iterator[FieldError]:
    born, registered = birth.child.birth_date, birth.registration_date
    if born > today:
        message = tr("Ngày sinh của trẻ ở tương lai.", "The child's birth date lies in the future.")
        yield _fault("child.birth_date", "birth-in-future", message)
    elif born > registered:
        message = tr("Ngày sinh sau ngày đăng ký khai sinh.", "The birth date lies after the day of registration.")
        yield _fault("child.birth_date", "birth-after-registration", message)
    if born.year < _FIRST_CENTURY:
        message = tr("Năm sinh trước 1900.", "The year of birth is before 1900.")
        yield _fault("child.birth_date", "birth-too-early", message)
    if registered > today:
        message = tr("Ngày đăng ký khai sinh ở tương lai.", "The day of registration lies in the future.")
        yield _fault("registration_date", "registration-in-future", message)


def check_parent(
    role: str,
    declared: ParentFacts,
    found: PersonRecord | None,
    *,
    death_date: date | None,
    child_birth_date: date,
) -> FieldError | None:
    """What speaks against this person being the ``mother`` or ``father``; None when nothing does.

    ``found`` is the register's record of the declared number, with name, birth date, sex and status.
    """
    word = tr("Người mẹ", "The mother") if role == "mother" else tr("Người cha", "The father")

    def wrong(code: str, message: Bilingual) -> FieldError:
        sentence = tr(f"{word.vi} {message.vi}", f"{word.en} {message.en}")
        return _fault(f"{role}.personal_number", f"{role}-{code}", sentence)

    if found is None or found.birth_date is None:
        return wrong(
            "unknown",
            tr("không có trong cơ sở dữ liệu dân cư; hãy kiểm tra lại số định danh.",
               "is not in the population register; check the personal number."),
        )  # fmt: skip
    if not same_name(declared.name, found.name):
        return wrong(
            "name",
            tr("có họ tên khác với người mang số định danh này.", "has another name than the holder of this number."),
        )
    if found.sex != ("female" if role == "mother" else "male"):
        return wrong("sex", tr("mang số định danh của giới tính khác.", "has a number of the other sex."))
    if years_between(found.birth_date, child_birth_date) < MIN_PARENT_AGE:
        return wrong(
            "too-young",
            tr(f"chưa đủ {MIN_PARENT_AGE} tuổi vào ngày sinh của trẻ.",
               f"was not yet {MIN_PARENT_AGE} years old on the child's birth date."),
        )  # fmt: skip
    if found.status == "dead" and not _born_in_time(role, death_date, child_birth_date):
        return wrong("dead", tr("đã chết trước ngày sinh của trẻ.", "had died before the child was born."))
    return None


def _born_in_time(role: str, death_date: date | None, child_birth_date: date) -> bool:
    if death_date is None:
        return False
    grace = DAYS_AFTER_FATHERS_DEATH if role == "father" else 0
    return child_birth_date <= death_date + timedelta(days=grace)


def years_between(earlier: date, later: date) -> int:
    """Whole years from one day to another; someone born on 29/2 turns a year older on 1/3."""
    return later.year - earlier.year - ((later.month, later.day) < (earlier.month, earlier.day))


def birth_digest(birth: BirthDeclaration) -> str:
    """SHA-256 of a declaration: tells a repeated request from another one under the same id."""
    content = json.dumps(asdict(birth), sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def tidy_birth(birth: BirthDeclaration) -> BirthDeclaration:
    """The declaration in one form of text: composed Unicode, single spaces, bare numbers.

    Raises Refused ``population.number-form`` or ``population.number-code`` at the parent's field.
    """
    child = birth.child
    return replace(
        birth,
        child=replace(
            child,
            name=_tidy(child.name),
            ethnicity=_tidy(child.ethnicity),
            nationality=_tidy(child.nationality),
            birth_place=_tidy(child.birth_place),
            hometown=_tidy(child.hometown),
        ),
        mother=_tidy_parent(birth.mother, "mother"),
        father=_tidy_parent(birth.father, "father"),
    )


def _tidy(text: str) -> str:
    return " ".join(nfc(text).split())


def _tidy_parent(parent: ParentFacts | None, role: str) -> ParentFacts | None:
    if parent is None:
        return None
    try:
        number = parse_number(parent.personal_number).text
    except Refused as refusal:
        raise Refused(refusal.code, refusal.message, field=f"{role}.personal_number") from None
    return ParentFacts(number, _tidy(parent.name))


def status_of(value: str) -> PersonStatus:
    """A stored status as a type; raises ValueError when unknown."""
    if value == "alive":
        return "alive"
    if value == "dead":
        return "dead"
    if value == "missing":
        return "missing"
    raise ValueError(f"not a status: {value!r}")
