"""Letters of reporting: a node's figures to the national level."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from lienthong.kernel import clock
from lienthong.platform.exchange.types import Letter

Count = Annotated[int, Field(ge=0, le=10**9)]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Channel = Literal["direct", "online", "postal"]


class DayCounts(BaseModel):
    """Counts of one day, agency, procedure and channel, in dossiers; absolute, not increments."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    agency_code: Code
    procedure_code: Code
    channel: Channel
    received: Count
    finished_on_time: Count
    finished_late: Count
    refused: Count
    withdrawn: Count


class StockCounts(BaseModel):
    """What lies open at the moment of the report, of one agency, procedure and channel, in dossiers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_code: Code
    procedure_code: Code
    channel: Channel
    waiting: Count
    in_progress: Count
    paused: Count
    overdue: Count


class DayFigures(Letter):
    """Day figures (số liệu ngày): days that changed since the last report, and the whole stock of the moment."""

    NAME: ClassVar[str] = "day-figures.v1"

    as_of: datetime
    days: Annotated[list[DayCounts], Field(max_length=5000)]
    stock: Annotated[list[StockCounts], Field(max_length=20000)]

    @classmethod
    def sample(cls) -> Self:
        key = {"agency_code": "H36.101", "procedure_code": "1.001193", "channel": "online"}
        return cls(
            as_of=clock.at(2026, 11, 21, 16),
            days=[
                DayCounts(
                    **key,
                    day=date(2026, 11, 21),
                    received=3,
                    finished_on_time=2,
                    finished_late=0,
                    refused=1,
                    withdrawn=0,
                )
            ],
            stock=[StockCounts(**key, waiting=1, in_progress=1, paused=0, overdue=0)],
        )
