"""Several letters or receipts in one body (docs/protocols/exchange.md, section Batch). Pure.

Each entry: status (2 bytes, 0 in requests), length of the signature line (2), the line, length of the body (4), the
body. Numbers are big end first. A body keeps its bytes, so nothing is escaped or parsed twice.
"""

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import NamedTuple

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

CONTENT_TYPE = "application/vnd.lienthong.batch"
ENTRY_BYTES = 8
_HEAD = Struct(">HH")
_LENGTH = Struct(">I")


class Entry(NamedTuple):
    """A letter, or the answer to one: HTTP status (0 for a letter), signature line ("" for a problem), body."""

    status: int
    signature: str
    body: bytes


def compose(entries: Iterable[Entry]) -> bytes:
    """The body of a request or answer."""
    pieces: list[bytes] = []
    for entry in entries:
        line = entry.signature.encode("ascii")
        pieces += (_HEAD.pack(entry.status, len(line)), line, _LENGTH.pack(len(entry.body)), entry.body)
    return b"".join(pieces)


def parse(content: bytes, *, most: int) -> Sequence[Entry]:
    """The entries in their order. Raises Refused `exchange.malformed` for anything else than whole entries."""
    entries, place, end = list[Entry](), 0, len(content)
    while place < end:
        if len(entries) == most or place + _HEAD.size > end:
            raise _malformed()
        status, length = _HEAD.unpack_from(content, place)
        start = place + _HEAD.size + length
        if start + _LENGTH.size > end:
            raise _malformed()
        line, size = content[place + _HEAD.size : start], _LENGTH.unpack_from(content, start)[0]
        place = start + _LENGTH.size + size
        if place > end or not line.isascii():
            raise _malformed()
        entries.append(Entry(status, line.decode("ascii"), content[start + _LENGTH.size : place]))
    return entries


def _malformed() -> Refused:
    return Refused(
        "exchange.malformed",
        tr("Không đọc được gói thông điệp.", "The batch cannot be read."),
        field="body",
        status=400,
    )
