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
