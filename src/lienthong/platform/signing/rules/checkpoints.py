"""Checkpoints of a linked log (điểm kiểm soát nhật ký): one signed root over all streams that moved. Pure arithmetic.

A row's link is SHA-256(previous link ‖ SHA-256(facts) ‖ position as 8 bytes). The new rows' links of a stream are the
leaves of its tree; the streams' leaves, which name the stream, its length and its head, are those of the checkpoint's.
docs/protocols/proof.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import orjson

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.rules import hashchain

KIND = "log-checkpoint"
RESULT_NAME = "checkpoints"
FIRST = bytes(32)


@dataclass(frozen=True, slots=True)
class StreamPart:
    """A stream in a checkpoint: its rows after `since` up to `count`, the head, the root over the rows' links."""

    stream: str
    since: int
    count: int
    head: bytes
    rows: bytes

    def leaf(self) -> bytes:
        told = f"lienthong-stream-1\n{self.stream}\n{self.count}\n{self.head.hex()}".encode()
        return hashchain.step((sha256(told).digest(), self.rows))


@dataclass(frozen=True, slots=True)
class CheckpointDocument:
    """What a checkpoint says: whose log, its number, when, the digest of the checkpoint before it, the root."""

    node: str
    number: int
    at: datetime
    previous: bytes
    root: bytes
    streams: int
    rows: int

    def write(self) -> bytes:
        told = {
            "v": 1,
            "kind": KIND,
            "node": self.node,
            "number": self.number,
            "at": self.at.isoformat(),
            "previous": self.previous.hex(),
            "root": self.root.hex(),
            "streams": self.streams,
            "rows": self.rows,
        }
        return orjson.dumps(told)


def malformed_checkpoint() -> Refused:
    return Refused(
        "signing.malformed-checkpoint",
        tr("Điểm kiểm soát nhật ký sai cấu trúc.", "The checkpoint of the log is malformed."),
        field="document",
    )


def read_checkpoint(document: bytes) -> CheckpointDocument:
    """Read a checkpoint: exactly the bytes that we would write. Raises Refused `signing.malformed-checkpoint`."""
    try:
        told = orjson.loads(document)
        read = CheckpointDocument(
            node=str(told["node"]),
            number=int(told["number"]),
            at=datetime.fromisoformat(told["at"]),
            previous=bytes.fromhex(told["previous"]),
            root=bytes.fromhex(told["root"]),
            streams=int(told["streams"]),
            rows=int(told["rows"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise malformed_checkpoint() from error
    if read.at.tzinfo is None or read.write() != document:
        raise malformed_checkpoint()
    return read


def checkpoint_digest(document: bytes, signature: bytes) -> bytes:
    """By which the next checkpoint, the witness and the time stamp name this one."""
    return sha256(document + signature).digest()


def row_link(previous: bytes, facts: bytes, position: int) -> bytes:
    """The link of a row of the log."""
    return sha256(previous + sha256(facts).digest() + position.to_bytes(8, "big")).digest()


def root_of(parts: Sequence[StreamPart]) -> hashchain.Tree:
    """The tree over the streams of a checkpoint, in the order given."""
    return hashchain.build([part.leaf() for part in parts])


def stamped_bytes(root: bytes) -> bytes:
    """What a time stamp over several checkpoints covers; `root` is of a tree of their digests, each one step."""
    return hashchain.result_document(root, chain=RESULT_NAME)


def stamp_leaf(digest: bytes) -> bytes:
    return hashchain.step((digest,))
