"""Putting a whole edXML file together, a piece at a time: an attachment of any size costs the memory of one piece."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from lienthong.platform.documents.edxml.limits import refused
from lienthong.platform.documents.edxml.markup import escape
from lienthong.platform.documents.edxml.names import ENCODED, NAMESPACE, PREFIX, ROOT
from lienthong.platform.documents.edxml.types import Attachment

# Base64 turns three bytes into four signs, so pieces of a multiple of three join without a seam.
_PIECE = 3 * 2**17
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


def stream_message(
    envelope: bytes, attachments: Iterable[tuple[Attachment, BinaryIO]], *, namespace: str = NAMESPACE
) -> Iterator[bytes]:
    """The edXML file of a message: its envelope exactly as given, and beside it every attachment's ZIP in base64.

    `attachments`: what the envelope says of each, and its open ZIP. `namespace`: of the envelope, when another system
    wrote it ("" for none). Raises Refused `edxml.not-xml` for an envelope that brings a declaration of its own.
    """
    if not envelope.startswith(b"<") or envelope.startswith((b"<?xml", b"<!")):
        raise refused("not-xml", "Bao thư không đúng dạng.", "This is no bare envelope.", "envelope")
    prefix = f"{PREFIX}:" if namespace else ""
    declared = f' xmlns:{PREFIX}="{escape(namespace)}"' if namespace else ""
    yield _DECLARATION + f"<{prefix}{ROOT}{declared}>".encode() + envelope
    begun = False
    for attachment, content in attachments:
        yield (b"" if begun else f"<{prefix}{ENCODED}>".encode()) + _before(prefix, attachment)
        begun = True
        while piece := _read(content):
            yield b64encode(piece)
        yield f"</{prefix}ContentTransferEncoded></{prefix}Attachment>".encode()
    yield (f"</{prefix}{ENCODED}>" if begun else "").encode() + f"</{prefix}{ROOT}>".encode()


def _before(prefix: str, one: Attachment) -> bytes:
    parts = (
        ("ContentId", one.content_id),
        ("AttachmentName", one.name),
        ("Description", one.description),
        ("ContentType", one.content_type),
    )
    listed = "".join(f"<{prefix}{name}>{escape(value)}</{prefix}{name}>" for name, value in parts)
    return f"<{prefix}Attachment>{listed}<{prefix}ContentTransferEncoded>".encode()


def _read(content: BinaryIO) -> bytes:
    """A whole piece, also from a stream that gives less than it is asked for."""
    piece = content.read(_PIECE)
    while piece and len(piece) % 3 and (more := content.read(_PIECE - len(piece) % _PIECE)):
        piece += more
    return piece
