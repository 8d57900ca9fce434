"""Clock: the only place that reads the time of day, so that tests and replays can set it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

# The fault harness gives a node a wrong clock by this; nothing else sets it.
_OFFSET = timedelta(seconds=float(os.environ.get("LIENTHONG_CLOCK_OFFSET", "0")))

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in Vietnam's zone (UTC+7, no daylight saving)."""
    return _frozen.get() or datetime.now(ZONE) + _OFFSET  # noqa: TID251 (this is the one place)


def today() -> date:
    """The present day in Vietnam."""
    return now().date()


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment written in Vietnam's zone."""
    return datetime(year, month, day, hour, minute, second, tzinfo=ZONE)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock of this context at `moment`; for tests and replays."""
    if moment.tzinfo is None:
        raise ValueError("frozen() needs an aware moment; use clock.at(...)")
    token = _frozen.set(moment.astimezone(ZONE))
    try:
        yield
    finally:
        _frozen.reset(token)
