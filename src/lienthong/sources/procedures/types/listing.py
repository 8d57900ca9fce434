"""Lists, search results and reports of the catalogue."""

import re
from dataclasses import dataclass, field
from typing import Any

from lienthong.kernel.text import Bilingual
from lienthong.sources.procedures.types.procedure import Channel, Level, TimeLimit

_VALUE = re.compile(r"(?<=: ).+(?=\.$)|\d+(?= đồng| lines| dòng| paper)|(?<=of )\d+(?= đồng)|(?<=off )\d+")
"""The part of a reason that differs from row to row."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of a list of procedures."""

    code: str
    name: Bilingual
    field: Bilingual
    levels: tuple[Level, ...]
    owner_code: str
    online: str
    channels: tuple[Channel, ...]
    time_limit: TimeLimit | None
    fee_direct: int | None
    fee_online: int | None
    has_form: bool
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of hits; `number` counts from 1, `total` is of all pages."""

    hits: tuple[Hit, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def has_previous(self) -> bool:
        return self.number > 1


@dataclass(frozen=True, slots=True)
class FieldOfWork:
    """Field (lĩnh vực) with the number of procedures in it; `key` is what filters take."""

    key: str
    name: Bilingual
    count: int


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """Group of procedures around an event of life or business (nhóm sự kiện)."""

    key: str
    audience: str
    name: Bilingual
    count: int = 0


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something that could not be read fully: row number in the file (header = 1), code, field, reason."""

    row: int
    code: str
    field: str
    reason: Bilingual
    skipped: bool = False

    def __str__(self) -> str:
        return f"{self.row:>5}  {self.code:<10} {self.field:<14} {self.reason}"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading our own definitions changed, by code."""

    added: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Outcome of reading a crawl of the catalogue: counts, and a note for every row not fully read."""

    rows: int
    added: int
    changed: int
    unchanged: int
    kept_ours: int
    skipped: int
    notes: tuple[RowNote, ...] = field(default=())
    seconds: float = 0.0

    @property
    def rows_with_notes(self) -> int:
        return len({note.row for note in self.notes})

    def by_reason(self) -> dict[tuple[str, str], int]:
        """Number of notes per field and kind of reason (active language, without the values), most frequent first."""
        counts: dict[tuple[str, str], int] = {}
        for note in self.notes:
            key = (note.field, _VALUE.sub("…", str(note.reason)))
            counts[key] = counts.get(key, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: -item[1]))

    def as_text(self, *, limit: int | None = None) -> str:
        """The report for a terminal or a file: totals, reasons, then row by row."""
        total = (
            f"Rows: {self.rows}; added {self.added}, changed {self.changed}, unchanged {self.unchanged}, "
            f"kept ours {self.kept_ours}, skipped {self.skipped}; "
            f"not fully read: {self.rows_with_notes} rows; {self.seconds:.1f} s"
        )
        lines = [
            total,
            *(f"{count:>6}  {where}: {reason}" for (where, reason), count in self.by_reason().items()),
            *(str(note) for note in self.notes[:limit]),
        ]
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "kept_ours": self.kept_ours,
            "skipped": self.skipped,
            "seconds": round(self.seconds, 3),
            "notes": [
                {
                    "row": n.row,
                    "code": n.code,
                    "field": n.field,
                    "reason": n.reason.as_dict(),
                    "skipped": n.skipped,
                }
                for n in self.notes
            ],
        }
