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
    """One finished message as a log row tells it; digests are 32 raw bytes or empty.

    `evidence` covers the signatures of the message and of its answer (function `evidence`).
    """

    at: datetime
    message_id: UUID
    name: str
    outcome: str
    digest: bytes
    answer_digest: bytes = EMPTY_DIGEST
    evidence: bytes = EMPTY_DIGEST

    def told(self) -> bytes:
        """The facts as lines; text fields hold no line feed (names and codes are checked on the way in).

        A row without evidence is told as in version 1 of the protocol, whose rows still verify.
        """
        lines = [
            self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            str(self.message_id),
            self.name,
            self.outcome,
            self.digest.hex(),
            self.answer_digest.hex(),
        ]
        return "\n".join([*lines, self.evidence.hex()] if self.evidence else lines).encode()

    def hashed(self) -> bytes:
        """SHA-256 of the facts."""
        return sha256(self.told()).digest()


def evidence(*lines: str) -> bytes:
    """What a row says about signatures: SHA-256 over the digests of the lines of the message and of its answer."""
    return sha256(b"".join(line_digest(line) for line in lines if line)).digest()


def line_digest(line: str) -> bytes:
    """SHA-256 of a signature line."""
    return sha256(line.encode("ascii")).digest()


def link(previous: bytes, fact_hash: bytes, position: int) -> bytes:
    """The link of the row at `position` (from 1)."""
    return sha256(previous + fact_hash + position.to_bytes(8, "big")).digest()


def seal_payload(stream: str, count: int, head: bytes, at: datetime) -> bytes:
    """The bytes a node signs to fix the head of a stream at a moment."""
    lines = ("lienthong-seal-1", stream, str(count), head.hex(), at.astimezone(UTC).isoformat())
    return "\n".join(lines).encode()
