"""Several letters or receipts in one body (docs/protocols/exchange.md, section Batch). Pure.

Each entry: status (2 bytes, 0 in requests), length of the signature line (2), of the note (1), of the body (4); then
the line, the note and the body. Numbers are big end first. A body keeps its bytes: nothing is escaped
or parsed twice.
"""

from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

CONTENT_TYPE = "application/vnd.lienthong.batch"
_HEAD = Struct(">HHBI")


class Entry(NamedTuple):
    """A letter, or the answer to one: HTTP status (0 for a letter), signature line ("" for a problem), body.

    `note`: the traceparent of a letter; of the answer to a fetched letter its id, since a problem does not name it.
    """

    status: int
    signature: str
    body: bytes
    note: str = ""


def compose(entries: Iterable[Entry]) -> bytes:
    """The body of a request or answer."""
    pieces: list[bytes] = []
    for entry in entries:
        line, note = entry.signature.encode("ascii"), entry.note.encode("ascii")
        pieces += (_HEAD.pack(entry.status, len(line), len(note), len(entry.body)), line, note, entry.body)
    return b"".join(pieces)


def parse(content: bytes, *, most: int) -> list[Entry]:
    """The entries in their order. Raises Refused `exchange.malformed` for anything else than whole entries."""
    entries, place, end = list[Entry](), 0, len(content)
    while place < end:
        if len(entries) == most or place + _HEAD.size > end:
            raise _malformed()
        status, line_length, note_length, size = _HEAD.unpack_from(content, place)
        start = place + _HEAD.size
        middle = start + line_length + note_length
        place = middle + size
        if place > end or not content[start:middle].isascii():
            raise _malformed()
        texts = content[start:middle].decode("ascii")
        entries.append(Entry(status, texts[:line_length], content[middle:place], texts[line_length:]))
    return entries


def _malformed() -> Refused:
    return Refused(
        "exchange.malformed",
        tr("Không đọc được gói thông điệp.", "The batch cannot be read."),
        field="body",
        status=400,
    )
