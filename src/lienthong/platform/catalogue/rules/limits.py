"""Limits: calls a second by a leaky bucket, calls a day by a count, and which fields an answer may hold."""

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from typing import Any

from lienthong.kernel.clock import ZONE


class Bucket:
    """Calls a second (giới hạn tốc độ): as many at once as a second may have, then evenly; not for several threads."""

    __slots__ = ("_full_until",)

    def __init__(self) -> None:
        self._full_until = 0.0

    def take(self, rate: float, now: float) -> float:
        """0.0 and the call counts, or the seconds to wait and it does not. `now`: seconds of a monotonic clock."""
        pace = 1.0 / rate
        room = max(1.0, rate) * pace
        full_until = max(self._full_until, now)
        wait = full_until + pace - now - room
        # Sums of floats miss a whole second by a hair.
        if wait > 1e-9:
            return wait
        self._full_until = full_until + pace
        return 0.0

    def put_back(self, rate: float) -> None:
        self._full_until -= 1.0 / rate


def seconds_to_midnight(now: datetime) -> int:
    """Until the count of the day begins anew, at least one second."""
    here = now.astimezone(ZONE)
    midnight = datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=ZONE)
    return max(1, int((midnight - here).total_seconds()))


def needs_word(daily_calls: int, others: Iterable[int], threshold: int | None) -> bool:
    """Must the provider be asked? Without a threshold always; else when all estimates together pass it."""
    return threshold is None or daily_calls + sum(others) > threshold


def keep_fields(answer: Any, allowed: Collection[str]) -> Any:
    """The answer with the allowed fields alone; a field is named by its path, `person.name`, lists are looked into.

    Without any allowed field everything stays: the agreement does not narrow the answer.
    """
    if not allowed:
        return answer
    return _keep(answer, _tree(allowed))


def _tree(allowed: Iterable[str]) -> dict[str, Any]:
    """Names below names; an empty table means everything below. A field named whole wins over a part of it."""
    tree: dict[str, Any] = {}
    whole = {path for path in allowed if not any(path.startswith(f"{other}.") for other in allowed)}
    for path in whole:
        here = tree
        for step in path.split("."):
            here = here.setdefault(step, {})
    return tree


def _keep(value: Any, tree: dict[str, Any]) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_keep(item, tree) for item in value]
    if isinstance(value, dict):
        return {name: _keep(inner, tree[name]) for name, inner in value.items() if name in tree}
    return None
