"""Links of the message log (nhật ký thông điệp): pure arithmetic of hashes, the same in the program and in SQL.

link = SHA-256(previous link ‖ SHA-256(facts) ‖ position as 8 bytes, big end first); the first link before
position 1 is 32 zero bytes. docs/protocols/exchange.md, section Log.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

FIRST_LINK = bytes(32)
EMPTY_DIGEST = b""


@dataclass(frozen=True, slots=True)
class Fact:
    """One finished letter or question as a log row tells it; digests are 32 raw bytes or empty."""

    at: datetime
    message_id: UUID
    name: str
    outcome: str
    digest: bytes
    answer_digest: bytes = EMPTY_DIGEST

    def hashed(self) -> bytes:
        """SHA-256 of the facts; text fields hold no line feed (names and codes are checked on the way in)."""
        lines = (
            self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            str(self.message_id),
            self.name,
            self.outcome,
            self.digest.hex(),
            self.answer_digest.hex(),
        )
        return sha256("\n".join(lines).encode()).digest()


def link(previous: bytes, fact_hash: bytes, position: int) -> bytes:
    """The link of the row at `position` (from 1)."""
    return sha256(previous + fact_hash + position.to_bytes(8, "big")).digest()


def seal_payload(stream: str, count: int, head: bytes, at: datetime) -> bytes:
    """The bytes a node signs to fix the head of a stream at a moment."""
    lines = ("lienthong-seal-1", stream, str(count), head.hex(), at.astimezone(UTC).isoformat())
    return "\n".join(lines).encode()
