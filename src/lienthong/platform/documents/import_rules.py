"""How a line of somebody's spreadsheet becomes a line of a register (nhập sổ đăng ký). Pure: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from lienthong.kernel.text import Bilingual, fold, read_text, tr
from lienthong.platform.documents import notation
from lienthong.platform.documents.type_facts import document_types
from lienthong.platform.documents.types import Direction


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a register has: its name, words that mean it in spreadsheets, its length, whether it must be."""

    name: str
    label: Bilingual
    words: tuple[str, ...]
    limit: int = 250
    required: bool = False


_COMMON: Final = (
    Column(
        "subject", tr("Trích yếu", "Subject"), ("trich yeu", "noi dung", "ten loai va trich yeu"), 2000, required=True
    ),
    Column("type", tr("Loại văn bản", "Type"), ("loai van ban", "loai", "hinh thuc", "ten loai"), 100),
    Column("signer", tr("Người ký", "Signer"), ("nguoi ky",)),
    Column("receivers", tr("Nơi nhận", "Receivers"), ("noi nhan", "don vi hoac nguoi nhan", "nguoi nhan"), 2000),
    Column("note", tr("Ghi chú", "Note"), ("ghi chu",), 1000),
)
COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {
    "in": (
        Column("number", tr("Số đến", "Number of arrival"), ("so den", "stt den"), 12, required=True),
        Column("registered_on", tr("Ngày đến", "Day of arrival"), ("ngay den", "ngay vao so"), 40, required=True),
        Column("author", tr("Tác giả", "Author"), ("tac gia", "co quan ban hanh", "noi gui"), 500, required=True),
        Column("code", tr("Số, ký hiệu", "Code"), ("so ky hieu", "so hieu", "ky hieu"), 120),
        Column("document_date", tr("Ngày văn bản", "Document's day"),
               ("ngay van ban", "ngay thang", "ngay ban hanh"), 40),
        *_COMMON,
    ),
    "out": (
        Column("code", tr("Số, ký hiệu", "Code"), ("so ky hieu", "so hieu", "so van ban"), 120, required=True),
        Column("registered_on", tr("Ngày văn bản", "Document's day"),
               ("ngay van ban", "ngay thang", "ngay ban hanh", "ngay"), 40, required=True),
        Column("keeper", tr("Nơi giữ bản lưu", "Keeper"), ("ban luu", "nguoi nhan ban luu", "noi luu")),
        Column("copies", tr("Số lượng bản", "Copies"), ("so luong", "so ban", "so luong ban"), 6),
        *_COMMON,
    ),
}  # fmt: skip

_DAY = re.compile(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:\s.*)?$")
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T\s].*)?$")
_NUMBER = re.compile(r"^0*(\d{1,7})([a-z]{0,2})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a cell: the row as the spreadsheet counts, the column's name, a sentence."""

    row: int
    column: str
    message: Bilingual

    def as_dict(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, **self.message.as_dict()}


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that was read: its place among the numbers and its facts, or what is wrong with it."""

    row: int
    number: int = 0
    suffix: str = ""
    registered_on: date = date.min
    facts: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def guess_mapping(head: Sequence[str], direction: Direction) -> dict[str, int]:
    """Which column of a spreadsheet holds what, by the words of its head; whole names before parts of names."""
    folded = [_bare(cell) for cell in head]
    found: dict[str, int] = {}
    for exact in (True, False):
        for column in COLUMNS[direction]:
            if column.name in found:
                continue
            for word in column.words:
                place = next((at for at, cell in enumerate(folded) if at not in found.values()
                              and (cell == word if exact else word in cell)), None)  # fmt: skip
                if place is not None:
                    found[column.name] = place
                    break
    return found


def find_head(rows: Sequence[Sequence[str]], direction: Direction) -> int:
    """Which of the first rows is the head: the one with most columns that we know."""
    known = [len(guess_mapping(row, direction)) for row in rows[:20]]
    return known.index(max(known)) if known and max(known) >= 2 else 0


def read_row(
    cells: Sequence[str], row: int, mapping: Mapping[str, int], direction: Direction, today: date
) -> ReadRow | None:
    """A row of the spreadsheet; None for an empty one."""
    if not any(cell.strip() for cell in cells):
        return None
    reader = _Reader(cells, row, mapping, direction)
    words = {column.name: reader.word(column) for column in COLUMNS[direction]}
    on = reader.day("registered_on", words["registered_on"])
    facts: dict[str, Any] = {name: words[name] for name in ("subject", "signer", "receivers", "note")}
    number = reader.incoming(words, facts) if direction == "in" else reader.outgoing(words, facts, on)
    if on is not None and on > today:
        reader.add("registered_on", tr("Ngày chưa đến.", "A day to come."))
    if on is not None and on.year < 1945:
        reader.add("registered_on", tr("Năm không đúng.", "Not a year of a register."))
    _name_type(words["type"], facts)
    if reader.problems or number is None or on is None:
        return ReadRow(row, problems=tuple(reader.problems))
    return ReadRow(row, number[0], number[1], on, facts)


class _Reader:
    """Reads the cells of one row and keeps what is wrong."""

    def __init__(self, cells: Sequence[str], row: int, mapping: Mapping[str, int], direction: Direction) -> None:
        self.cells, self.row, self.mapping = cells, row, mapping
        self.columns = {column.name: column for column in COLUMNS[direction]}
        self.problems: list[Problem] = []

    def add(self, column: str, message: Bilingual) -> None:
        self.problems.append(Problem(self.row, column, message))

    def word(self, column: Column) -> str:
        at = self.mapping.get(column.name, -1)
        raw = self.cells[at] if 0 <= at < len(self.cells) else ""
        text = read_text(raw)
        if text is None:
            self.add(column.name, tr("Có ký tự không đọc được.", "Signs that cannot be read."))
            return ""
        if len(text) > column.limit:
            limit = column.limit
            self.add(column.name, tr(f"Dài quá {limit} ký tự.", f"Longer than {limit} characters."))
        if column.required and not text:
            self.add(column.name, tr("Ô bắt buộc đang trống.", "This cell must not be empty."))
        return text

    def day(self, name: str, text: str) -> date | None:
        if not text:
            return None
        found = read_day(text)
        if found is None:
            self.add(name, tr(f"“{text[:30]}” không phải là ngày.", f"“{text[:30]}” is not a day."))
        return found

    def incoming(self, words: Mapping[str, str], facts: dict[str, Any]) -> tuple[int, str] | None:
        facts |= {"author": words["author"], "code": words["code"]}
        facts["document_date"] = self.day("document_date", words["document_date"])
        if not words["number"]:
            return None
        found = _NUMBER.match(words["number"])
        if found is None or not int(found[1]):
            self.add("number", tr(f"“{words['number']}” không phải là số đến.", "Not a number of arrival."))
            return None
        return int(found[1]), found[2].lower()

    def outgoing(self, words: Mapping[str, str], facts: dict[str, Any], on: date | None) -> tuple[int, str] | None:
        facts |= {"keeper": words["keeper"], "document_date": on, "copies": 0}
        if words["copies"]:
            if words["copies"].isascii() and words["copies"].isdigit():
                facts["copies"] = int(words["copies"])
            else:
                self.add("copies", tr("Không phải là số lượng.", "Not a count."))
        if not words["code"]:
            return None
        found = notation.read_code(words["code"])
        if found is None:
            self.add("code", tr("Cần dạng số/ký hiệu, ví dụ 09/UBND-VX.", "Write it like 09/UBND-VX."))
            return None
        number, suffix, sign = found
        facts["code"] = notation.code_of(number, suffix, sign)
        facts["type_code"] = notation.type_of_notation(sign, document_types())
        return number, suffix


def read_day(text: str) -> date | None:
    """A day as people and spreadsheets write it: 21/11/2026, 21-11-2026, 2026-11-21."""
    if found := _DAY.match(text):
        parts = (int(found[3]), int(found[2]), int(found[1]))
    elif found := _ISO.match(text):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def _name_type(word: str, facts: dict[str, Any]) -> None:
    types = document_types()
    code = notation.same_type(word, types) if word else ""
    code = code or str(facts.get("type_code", ""))
    facts["type_code"] = code
    facts["type_name"] = types[code].name if code in types else word


def _bare(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", " ", fold(text)).strip()
