"""Messages with their bodies on the wire: length, message, body; and the problems that come instead. Pure."""

from collections.abc import Iterable, Iterator

import orjson

from lienthong.kernel.text import Bilingual
from lienthong.platform.gateway import messages


def join(message: bytes, blocks: Iterable[bytes]) -> Iterable[bytes]:
    """Length, message, body: what travels. The first block holds a small body too."""
    held = messages.LENGTH.pack(len(message)) + message
    for block in blocks:
        yield held + block
        held = b""
    if held:
        yield held


def split(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The message in front of a body, and the body. Raises Refused `gateway.malformed`."""
    held = b""
    need = messages.LENGTH.size
    while len(held) < need:
        block = next(chunks, b"")
        if not block:
            raise messages.malformed("message")
        held = held + block if held else block
        if need == messages.LENGTH.size and len(held) >= need:
            need += messages.LENGTH.unpack_from(held)[0]
            if need > messages.MAX_MESSAGE + messages.LENGTH.size:
                raise messages.malformed("message")
    return held[messages.LENGTH.size : need], _then(held[need:], chunks)


def _then(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from chunks


def read_problem(body: bytes) -> tuple[str, Bilingual]:
    """Code and sentence of an RFC 9457 body of a node; "" for anything else."""
    try:
        told = orjson.loads(body)
        code, title = str(told["code"]), str(told["title"])
        text = Bilingual(title[:500], str(told.get("title_en") or title)[:500])
    except (ValueError, KeyError, TypeError):
        return "", Bilingual("", "")
    return (code[:100], text) if code.startswith(("gateway.", "exchange.")) else ("", text)
