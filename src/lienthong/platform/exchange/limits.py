"""Limits of this node's letters: the profile's `[parameters.exchange]`, each with a default that suits most."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lienthong.kernel.profile import node

CHUNK_BYTES = 4 * 2**20
"""A part travels in pieces of this size."""

BATCH_LETTERS = 500
BATCH_BYTES = 4 * 2**20
"""What goes into one request with several letters; its frames come on top."""

BATCH_REQUEST_BYTES = 2 * BATCH_BYTES + 2**20
"""What a receiver reads at most: a full batch of small letters whose signatures weigh as much as they do."""

UPLOADS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Limits:
    """max_part_bytes: largest part taken · upload_quota_bytes: what one sender may have lying here unused ·
    batch: most letters in one request · dead_after: when a waiting letter counts as dead ·
    pull_from: the nodes whose letters this node fetches · pull_seconds: shortest time between two looks.
    """

    max_part_bytes: int = 2 * 2**30
    upload_quota_bytes: int = 20 * 2**30
    batch: int = BATCH_LETTERS
    dead_after: timedelta = timedelta(days=7)
    pull_from: tuple[str, ...] = ()
    pull_seconds: float = 2.0


def limits() -> Limits:
    """The limits of this node."""
    table: dict[str, Any] = node().parameters.get("exchange", {})
    plain = Limits()
    return Limits(
        max_part_bytes=int(table.get("max_part_bytes", plain.max_part_bytes)),
        upload_quota_bytes=int(table.get("upload_quota_bytes", plain.upload_quota_bytes)),
        batch=max(1, min(int(table.get("batch", plain.batch)), BATCH_LETTERS)),
        dead_after=timedelta(days=float(table.get("dead_after_days", plain.dead_after.days))),
        pull_from=tuple(map(str, table.get("pull_from", ()))),
        pull_seconds=float(table.get("pull_seconds", plain.pull_seconds)),
    )
