"""What the background thread does for the statistics of documents."""

from __future__ import annotations

import time
from typing import Final

from lienthong.platform.documents.services import personal_signatures, statistics

_MOST_SECONDS: Final = 1.0


def count_documents() -> None:
    """Count the days that changed; called every five seconds, it rests by itself."""
    statistics.count_changed()


def examine_signatures() -> None:
    """Look for leaders' signatures for a second; called every five seconds, so that documents go before figures."""
    began = time.monotonic()
    while personal_signatures.examine_signatures() and time.monotonic() - began < _MOST_SECONDS:
        pass
