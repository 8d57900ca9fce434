"""Facts of the room: document types and agencies' abbreviations, read from ``facts/*.tsv``. No database here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from lienthong.kernel.text import nfc

FOLDER: Final = Path(__file__).parent / "facts"


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """A document type (loại văn bản): its code here, its name, how its code is written, its code on the axis."""

    code: str
    name: str
    abbreviation: str
    form: str
    edxml_group: int
    edxml_detail: int
    valid_from: date | None
    valid_to: date | None
    confidence: str

    def is_valid(self, on: date) -> bool:
        """Did the type exist on this day?"""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)

    @property
    def is_numbered(self) -> bool:
        """Does an agency number it in its register of outgoing documents?"""
        return self.form in ("named", "letter", "copy")


@cache
def document_types() -> dict[str, TypeFacts]:
    """All types by code, in the order of the law."""
    return {
        row["code"]: TypeFacts(
            code=row["code"],
            name=row["name"],
            abbreviation=row["abbreviation"],
            form=row["form"],
            edxml_group=int(row["group"]),
            edxml_detail=int(row["detail"]),
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            confidence=row["confidence"],
        )
        for row in _rows("document_types")
    }


@cache
def agency_abbreviations() -> dict[str, str]:
    """Abbreviation by agency code: G22 → VPCP."""
    return {row["code"]: row["abbreviation"] for row in _rows("agency_abbreviations")}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _rows(name: str) -> list[dict[str, str]]:
    text = nfc((FOLDER / f"{name}.tsv").read_text(encoding="utf-8"))
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [dict(zip(lines[0], cells, strict=True)) for cells in lines[1:]]
