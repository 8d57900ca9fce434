"""What the background thread does for the statistics of documents."""

from __future__ import annotations

from lienthong.platform.documents.services import statistics


def count_documents() -> None:
    """Count the days that changed; called every five seconds, it rests by itself."""
    statistics.count_changed()


def examine_signatures() -> int:
    """Look for leaders' signatures; called every five seconds, again while there is more."""
    done = statistics.examine_signatures()
    return done if done >= statistics.LOOKS_AT_ONCE else 0
