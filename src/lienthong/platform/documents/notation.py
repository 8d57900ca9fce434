"""How the number and notation of a document are written (số và ký hiệu văn bản, NĐ 30/2020/NĐ-CP). Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import fold, read_text, tr
from lienthong.platform.documents.type_facts import TypeFacts

COPIES: Final = "SAO"
"""The series that all certified copies of an agency share."""
SUFFIXES: Final = "abcdefghijklmnopqrstuvwxyz"

_NUMBER = re.compile(r"(?P<number>\d{1,7})(?P<suffix>[a-zđ]{0,2})", re.IGNORECASE | re.ASCII)
_CODE = re.compile(r"^(?P<number>\d{1,7})(?P<suffix>[a-zđ]{0,2})\s*/\s*(?P<rest>\S.*)$", re.IGNORECASE)
_ABBREVIATION = re.compile(r"^[A-ZĐÀ-ỸƠƯ][\w&.]*(-[\w&.]+)*$")


def show_number(number: int, suffix: str = "") -> str:
    """A number as documents bear it: 01 … 09, 10, 128, 12a."""
    return f"{number:02d}{suffix}"


def notation_of(type_: TypeFacts, agency: str, unit: str = "") -> str:
    """What stands behind the slash: TB-UBND; of a letter (công văn) UBND-VX.

    Raises Refused `documents.type-unnumbered`, `documents.unit-missing`.
    """
    if not type_.is_numbered:
        raise Refused(
            "documents.type-unnumbered",
            tr("{name} không lấy số ở sổ văn bản đi.", "{name} takes no number of the outgoing register.").format(
                name=type_.name
            ),
            field="type_code",
        )
    if type_.form != "letter":
        return f"{type_.abbreviation}-{agency}"
    if not unit:
        raise Refused(
            "documents.unit-missing",
            tr(
                "Công văn cần chữ viết tắt của đơn vị soạn thảo hoặc lĩnh vực, ví dụ VX.",
                "A letter needs the abbreviation of the drafting unit or field, such as VX.",
            ),
            field="unit",
        )
    return f"{agency}-{unit}"


def code_of(number: int, suffix: str, notation: str) -> str:
    """The whole code: 09/UBND-VX."""
    return f"{show_number(number, suffix)}/{notation}"


def read_abbreviation(text: str, field: str) -> str:
    """An abbreviation as somebody typed it. Raises Refused `documents.abbreviation-malformed`."""
    found = read_text(text) or ""
    if found and (len(found) > 32 or not _ABBREVIATION.match(found)):
        raise Refused(
            "documents.abbreviation-malformed",
            tr("Chữ viết tắt chỉ gồm chữ, số và dấu gạch nối, ví dụ UBND.", "Letters, digits and hyphens only."),
            field=field,
        )
    return found


def read_code(code: str) -> tuple[int, str, str] | None:
    """Number, suffix and notation of a code as it is written; None where it is not written like one.

    >>> read_code("09/UBND-VX")
    (9, '', 'UBND-VX')
    """
    found = _CODE.match(code.strip())
    if found is None or not int(found["number"]):
        return None
    return int(found["number"]), found["suffix"].lower(), found["rest"].strip()


def read_number(text: str) -> tuple[int, str] | None:
    """A number as somebody types it, with its suffix: 12, 012, 12a; None for anything else.

    >>> read_number("12A")
    (12, 'a')
    """
    found = _NUMBER.fullmatch(text.strip())
    return (int(found["number"]), found["suffix"].lower()) if found is not None and int(found["number"]) else None


def is_suffix(text: str) -> bool:
    """May this stand behind a number, as in 12a?"""
    return text == "" or read_number(f"1{text}") == (1, text)


def next_suffix(used: set[str]) -> str:
    """The first suffix that is free: a, b … z. Raises Refused `documents.suffixes-used`."""
    for one in SUFFIXES:
        if one not in used:
            return one
    raise Refused("documents.suffixes-used", tr("Số này đã có đủ số phụ a–z.", "This number has all suffixes a–z."))


def type_of_notation(notation: str, types: dict[str, TypeFacts]) -> str:
    """The type that a notation names: TB-UBND → TB; a notation that names none is a letter's (công văn)."""
    first = notation.split("-", 1)[0].strip()
    for type_ in types.values():
        if type_.form in ("named", "copy") and type_.abbreviation == first:
            return type_.code
    laws = {type_.abbreviation: type_.code for type_ in types.values() if type_.form == "law" and type_.abbreviation}
    return laws.get(first, "CV" if "-" in notation else "")


def same_type(name: str, types: dict[str, TypeFacts]) -> str:
    """The type of a name or code as people write it, "" where none is meant."""
    wanted = fold(name)
    for type_ in types.values():
        if wanted in _spellings(type_):
            return type_.code
    return ""


@cache
def _spellings(type_: TypeFacts) -> frozenset[str]:
    return frozenset(fold(one) for one in (type_.code, type_.name, type_.name.split(" (")[0]))
