"""What the statistics of documents tell (thống kê văn bản điện tử): counts, rows, periods, savings."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Final, Literal

CountBy = Literal["agency", "level", "type", "day", "week", "month", "all"]
"""By what figures are summed up."""


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """Counts of documents that were sent, or that arrived, on some days; each is counted on that day alone.

    `documents`: documents sent, or arrivals · `electronic`: those that need no paper · `copies`, `copies_saved`:
    recipients reached, and those of them without paper (sent only) · `examined`, `personally_signed`: those whose files
    were judged (PDF, XML), and those that carry an officer's signature (sent only) · `on_time`, `late`: sent, or
    handled, within the term of QĐ 28/2018 · `finished`: 06 was said · `finished_on_time`, `finished_late`: of those
    with a deadline · `refused`: by a recipient, or by the agency · `recalled`: later on.
    """

    documents: int = 0
    electronic: int = 0
    copies: int = 0
    copies_saved: int = 0
    examined: int = 0
    personally_signed: int = 0
    on_time: int = 0
    late: int = 0
    finished: int = 0
    finished_on_time: int = 0
    finished_late: int = 0
    refused: int = 0
    recalled: int = 0

    @property
    def electronic_share(self) -> float | None:
        """Of all documents; None where there are none."""
        return _share(self.electronic, self.documents)

    @property
    def personal_share(self) -> float | None:
        """Of those that were looked at."""
        return _share(self.personally_signed, self.examined)

    @property
    def on_time_share(self) -> float | None:
        """Of those whose term was kept or missed."""
        return _share(self.on_time, self.on_time + self.late)

    @property
    def finished_share(self) -> float | None:
        """Of those with a deadline that are finished or past it."""
        return _share(self.finished_on_time, self.finished_on_time + self.finished_late)


COUNTS: Final = tuple(one.name for one in fields(DocumentCounts))
"""The columns of every table, letter and event of these counts."""


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class DocumentDay:
    """Counts of one agency, direction, document type and day (số liệu văn bản của một ngày); absolute."""

    agency_code: str
    direction: Literal["in", "out"]
    type_code: str
    day: date
    counts: DocumentCounts


@dataclass(frozen=True, slots=True)
class Span:
    """Days with both ends (kỳ số liệu)."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose documents, and which (phạm vi thống kê): "" and 0 are all. `level`: 1 for H36, 2 for H36.101."""

    agency_code: str = ""
    below: bool = False
    level: int = 0
    type_code: str = ""


@dataclass(frozen=True, slots=True)
class FlowRow:
    """What was sent and what arrived, by one key."""

    key: str
    sent: DocumentCounts = field(default_factory=DocumentCounts)
    received: DocumentCounts = field(default_factory=DocumentCounts)


@dataclass(frozen=True, slots=True)
class CountFreshness:
    """How fresh the sums are (độ mới của số liệu): when counted here, how many others told theirs, the last word."""

    counted_at: datetime | None
    reporters: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Savings:
    """Estimate of what was saved (ước tính tiết kiệm): copies without paper × (paper + postage), in đồng."""

    copies: int
    paper_cost: int
    postage: int

    @property
    def amount(self) -> int:
        return self.copies * (self.paper_cost + self.postage)
