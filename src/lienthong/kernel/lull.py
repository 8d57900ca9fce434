"""Lulls in the traffic of this process: work that may wait a little rests while letters are many.

The search's words and the figures of the day may come a minute late; a letter may not. Who carries or receives letters
notes how many (`note`), and periodic work that can be put off asks for a lull before it begins.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

HEAVY: Final = 50
"""So many letters within `_WINDOW` seconds are many: only systems that hand in sets reach it. The whole national axis
carried 4.5 million documents in its first two years, less than one a second of its office hours."""

LONGEST: Final = 120.0
"""Seconds that anything rests at most while the traffic does not end."""

_WINDOW: Final = 2.0


@dataclass(slots=True)
class Traffic:
    """How many letters went through this process lately."""

    _seen: deque[tuple[float, int]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, letters: int) -> None:
        """So many letters were carried or received just now."""
        with self._lock:
            self._seen.append((time.monotonic(), letters))
            self._forget()

    def is_heavy(self) -> bool:
        """Are letters many at this moment?"""
        with self._lock:
            self._forget()
            return sum(count for _, count in self._seen) >= HEAVY

    def _forget(self) -> None:
        oldest = time.monotonic() - _WINDOW
        while self._seen and self._seen[0][0] < oldest:
            self._seen.popleft()


@dataclass(slots=True)
class Lull:
    """When work of one kind may run: in a lull, or when it has rested long enough. Keep one for each kind."""

    traffic: Traffic
    longest: float = LONGEST
    _resting_since: float | None = None

    def is_here(self) -> bool:
        """May the work run now? Once it has rested `longest` seconds it may until the next lull, traffic or not."""
        if not self.traffic.is_heavy():
            self._resting_since = None
            return True
        now = time.monotonic()
        if self._resting_since is None:
            self._resting_since = now
        return now - self._resting_since >= self.longest


_TRAFFIC = Traffic()


def note(letters: int) -> None:
    """So many letters were carried or received by this process just now."""
    _TRAFFIC.note(letters)


def lull(longest: float = LONGEST) -> Lull:
    """A lull in the traffic of this process."""
    return Lull(_TRAFFIC, longest)
