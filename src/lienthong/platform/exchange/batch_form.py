"""Several letters or receipts in one body (docs/protocols/exchange.md, section Batch). Pure.

Each entry: status (2 bytes, 0 in requests), length of the signature line (2), of the note (1), of the body (4); then
the line, the note and the body. Numbers are big end first. A body keeps its bytes: nothing is escaped
or parsed twice. In a bundle the parts stand before the letters that list them: status 1, no line, the note is the
digest.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

CONTENT_TYPE = "application/vnd.lienthong.batch"
_HEAD = Struct(">HHBI")
_PART = 1
_BUNDLE_PARTS = 2000


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


def compose_bundle(parts: Mapping[str, bytes], entries: Iterable[Entry]) -> bytes:
    """Letters with their parts, each part once. `parts`: bytes by SHA-256 in hex."""
    return compose([*(Entry(_PART, "", body, digest) for digest, body in parts.items()), *entries])


def parse_bundle(content: bytes, *, most: int) -> tuple[dict[str, bytes], list[Entry]]:
    """Parts by digest, and at most so many letters. Raises as `parse`, also for a part that its note does not name."""
    parts: dict[str, bytes] = {}
    letters: list[Entry] = []
    for entry in parse(content, most=_BUNDLE_PARTS + most):
        if entry.status != _PART:
            letters.append(entry)
        elif letters or sha256(entry.body).hexdigest() != entry.note:
            raise _malformed()
        else:
            parts[entry.note] = entry.body
    if len(letters) > most:
        raise _malformed()
    return parts, letters


def _malformed() -> Refused:
    return Refused(
        "exchange.malformed",
        tr("Không đọc được gói thông điệp.", "The batch cannot be read."),
        field="body",
        status=400,
    )
