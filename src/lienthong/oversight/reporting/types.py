"""What reporting hands out: figures over a set of dossiers, each with its meaning."""

from dataclasses import dataclass, fields
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures (số liệu) of a period and of this moment.

    Flows over the period, in dossiers: `received`, `received_online`, `finished_on_time`, `finished_late`,
    `refused`, `withdrawn`. Stocks at `as_of`, the last value and never a sum over time: `waiting` (filed, not yet
    received), `in_progress`, `paused`, `overdue` (of those in progress, past their return date).
    """

    received: int = 0
    received_online: int = 0
    finished_on_time: int = 0
    finished_late: int = 0
    refused: int = 0
    withdrawn: int = 0
    waiting: int = 0
    in_progress: int = 0
    paused: int = 0
    overdue: int = 0

    @property
    def finished(self) -> int:
        return self.finished_on_time + self.finished_late

    @property
    def on_time_rate(self) -> float | None:
        """Share of the finished that were finished on time; None when none was finished."""
        return self.finished_on_time / self.finished if self.finished else None

    @property
    def online_share(self) -> float | None:
        """Share of the received that were filed online; None when none was received."""
        return self.received_online / self.received if self.received else None

    def plus(self, other: "Figures") -> "Figures":
        return Figures(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Figures)})


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one agency, procedure or day; `key` is its code or ISO date."""

    key: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Span:
    """A period (kỳ số liệu) with both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period must not end before it begins")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the figures are (độ mới của số liệu): the oldest and the newest word of the reporting nodes."""

    oldest: datetime | None
    newest: datetime | None
    reporters: int


@dataclass(frozen=True, slots=True)
class DocumentFigures:
    """Figures of documents on the axis (số liệu văn bản điện tử) over a period, each on the day it was sent or arrived.

    `sent`, `sent_electronic` (no paper follows), `examined` and `personally_signed` (by an officer),
    `sent_on_time`, `sent_late` (QĐ 28/2018), `copies_saved` (delivered without paper), `received`, `handled_on_time`,
    `handled_late`, `finished_on_time`, `finished_late` (of those with a deadline), `refused`, `recalled`.
    """

    sent: int = 0
    received: int = 0
    sent_electronic: int = 0
    copies_saved: int = 0
    examined: int = 0
    personally_signed: int = 0
    sent_on_time: int = 0
    sent_late: int = 0
    handled_on_time: int = 0
    handled_late: int = 0
    finished_on_time: int = 0
    finished_late: int = 0
    refused: int = 0
    recalled: int = 0

    @property
    def electronic_share(self) -> float | None:
        """Of the sent."""
        return self.sent_electronic / self.sent if self.sent else None

    @property
    def personal_share(self) -> float | None:
        """Of the sent that were looked at."""
        return self.personally_signed / self.examined if self.examined else None

    @property
    def on_time_share(self) -> float | None:
        """Of the received whose term was kept or missed."""
        known = self.handled_on_time + self.handled_late
        return self.handled_on_time / known if known else None


@dataclass(frozen=True, slots=True)
class DocumentFigureRow:
    """The figures of documents of one agency, level-1 agency or day."""

    key: str
    figures: DocumentFigures
