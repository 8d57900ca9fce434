"""What the background thread does for the statistics of documents."""

from __future__ import annotations

import time
from typing import Final

from lienthong.kernel import lull
from lienthong.platform.documents.services import personal_signatures, statistics

_MOST_SECONDS: Final = 1.0
_COUNTING = lull.lull()
_EXAMINING = lull.lull()


def count_documents() -> None:
    """Count the days that changed; called every five seconds, it rests by itself and while letters are many."""
    if _COUNTING.is_here():
        statistics.count_changed()


def examine_signatures() -> None:
    """Look for leaders' signatures for a second; called every five seconds, so that documents go before figures."""
    if not _EXAMINING.is_here():
        return
    began = time.monotonic()
    while personal_signatures.examine_signatures() and time.monotonic() - began < _MOST_SECONDS:
        pass
