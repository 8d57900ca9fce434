"""What the background thread does for the axis."""

from __future__ import annotations

from lienthong.platform.documents.services import receipts, statuses


def learn_receipts() -> int:
    """Learn which of our messages arrived; called every second, and again while much ended."""
    ended = receipts.learn_receipts()
    return ended if ended >= receipts.MOST_AT_ONCE else 0


def announce_arrivals() -> int:
    """Say 01 for what has arrived, many at once; called every half second, and again while there is more."""
    said = statuses.announce_arrivals()
    return said if said >= statuses.MOST_ANNOUNCED else 0
