"""Counting calls against quotas in memory: what is stored, and what is let through but not yet stored."""

import threading
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from lienthong.platform.catalogue.rules.limits import Bucket

CountKey = tuple[date, UUID]


class Counts:
    """Calls of today by purpose, and buckets by agreement; for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stored: dict[CountKey, int] = {}
        self._under_way: dict[CountKey, int] = {}
        self._buckets: dict[UUID, Bucket] = {}

    def knows(self, key: CountKey) -> bool:
        return key in self._stored

    def learn(self, totals: Iterable[tuple[CountKey, int]]) -> None:
        """What the database holds; days gone by are dropped."""
        with self._lock:
            for key, calls in totals:
                if key not in self._stored:
                    self._drop_before(key[0])
                self._stored[key] = max(calls, self._stored.get(key, 0))

    def _drop_before(self, day: date) -> None:
        if any(known[0] < day for known in self._stored):
            for table in (self._stored, self._under_way):
                for key in [known for known in table if known[0] < day]:
                    del table[key]

    def used(self, key: CountKey) -> int:
        return self._stored.get(key, 0) + self._under_way.get(key, 0)

    def take(self, key: CountKey, quota: int | None) -> bool:
        """One more call, if the quota has room for it."""
        with self._lock:
            if quota is not None and self.used(key) >= quota:
                return False
            self._under_way[key] = self._under_way.get(key, 0) + 1
            return True

    def settle(self, taken: Iterable[tuple[CountKey, int]]) -> None:
        """Calls that were under way are stored, or never came to be."""
        with self._lock:
            for key, calls in taken:
                left = self._under_way.get(key, 0) - calls
                if left > 0:
                    self._under_way[key] = left
                else:
                    self._under_way.pop(key, None)

    def wait(self, agreement: UUID, rate: float, now: float) -> float:
        """0.0 and the call counts against the rate, or the seconds to wait."""
        with self._lock:
            return self._buckets.setdefault(agreement, Bucket()).take(rate, now)

    def forget(self) -> None:
        with self._lock:
            self._stored.clear()
            self._under_way.clear()
            self._buckets.clear()
