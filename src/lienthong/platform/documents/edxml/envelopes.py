"""Cutting the envelope out of the bytes that go past, exactly as they are."""

import re
from xml.sax.saxutils import quoteattr

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents.edxml.limits import too_large

_TAG = re.compile(rb"<[^\s/>]+")


class Cut:
    """Remembers as many of the bytes gone past as the envelope takes, and the namespaces declared around it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = bytearray()
        self._offset = 0
        self._begin = -1
        self._envelope = b""
        self._around: dict[str, str] = {}
        self._own: set[str] = set()
        self._waiting: dict[str, str] = {}
        self.received = 0
        self.open = False
        self.encoding = "utf-8"

    def receive(self, piece: bytes) -> None:
        """Bytes that the parser is about to see."""
        self.received += len(piece)
        if not self._envelope:
            self._held += piece
            if self._begin >= 0 and self._offset + len(self._held) - self._begin > self._limit + len(piece):
                raise self._too_large()

    def forget(self, index: int) -> None:
        """Let go of what came before a byte that the parser has passed."""
        if self._begin < 0 and index > self._offset:
            del self._held[: index - self._offset]
            self._offset = index

    def declare(self, prefix: str | None, uri: str | None) -> None:
        """A namespace is declared by the tag that the parser reports next."""
        self._waiting[prefix or ""] = uri or ""

    def tag(self, depth: int) -> None:
        """A tag outside the envelope: what the root declares holds inside the envelope too."""
        if depth == 0:
            self._around = self._waiting
        self._waiting = {}

    def begin(self, index: int) -> None:
        """The envelope's first tag begins at this byte."""
        self._begin, self.open = index, True
        self._own = set(self._waiting)

    def end(self, index: int) -> None:
        """The envelope's last tag begins at this byte."""
        close = ">".encode(self.encoding)
        last = self._held.find(close, index - self._offset) + len(close)
        self._envelope = bytes(self._held[self._begin - self._offset : last])
        if len(self._envelope) > self._limit:
            raise self._too_large()
        self._held.clear()
        self.open = False

    def take(self) -> tuple[bytes, bool]:
        """The envelope in UTF-8, able to stand alone; whether its lines ended with CRLF."""
        envelope = self._envelope
        if self.encoding != "utf-8":
            envelope = envelope.decode(self.encoding).encode()
        missing = {prefix: uri for prefix, uri in self._around.items() if prefix not in self._own}
        match = _TAG.match(envelope)
        if missing and match is not None:
            declared = "".join(
                f" xmlns{':' if prefix else ''}{prefix}={quoteattr(uri)}" for prefix, uri in sorted(missing.items())
            )
            envelope = envelope[: match.end()] + declared.encode() + envelope[match.end() :]
        return envelope, b"\r\n" in envelope

    def _too_large(self) -> Refused:
        return too_large(tr("Bao thư", "The envelope"), "envelope")
