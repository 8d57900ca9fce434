"""Base64 that comes in pieces, decoded on the way to a temporary file."""

import binascii
import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents.edxml.limits import refused, too_large
from lienthong.platform.documents.edxml.temporary import temporary_file

_IN_MEMORY = 2**16
_PIECE = 2**18


@dataclass(frozen=True, slots=True)
class DecodedFile:
    """A decoded attachment: its bytes in a temporary file, their number and SHA-256 (hex)."""

    stream: BinaryIO
    size: int
    sha256: str

    def digest(self, name: str) -> bytes:
        """Another digest of the bytes, by the name of its hash."""
        if name == "sha256":
            return bytes.fromhex(self.sha256)
        made = hashlib.new(name, usedforsecurity=False)
        self.stream.seek(0)
        while piece := self.stream.read(_PIECE):
            made.update(piece)
        self.stream.seek(0)
        return made.digest()

    def close(self) -> None:
        """Let the temporary file go."""
        self.stream.close()


class Base64File:
    """Takes the text of an element piece by piece. Raises Refused `edxml.base64`, `edxml.too-large`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._stream = temporary_file(_IN_MEMORY)
        self._sha256 = hashlib.sha256()
        self._rest = ""
        self._ended = False
        self.size = 0

    def write(self, text: str) -> None:
        """Decode what can be decoded; what is left of a group of four waits for more."""
        signs = "".join(text.split())
        if not signs:
            return
        if self._ended:
            raise _strange()
        signs = self._rest + signs
        whole = len(signs) - len(signs) % 4
        self._rest = signs[whole:]
        if whole:
            self._keep(signs[:whole])

    def _keep(self, signs: str) -> None:
        try:
            decoded = binascii.a2b_base64(signs, strict_mode=True)
        except ValueError as error:
            raise _strange() from error
        self._ended = signs.endswith("=")
        self.size += len(decoded)
        if self.size > self._limit:
            raise too_large(tr("Tệp đính kèm", "The attachment"), "attachments")
        self._sha256.update(decoded)
        self._stream.write(decoded)

    def finish(self) -> None:
        """The end of the text."""
        if self._rest:
            raise _strange()
        self._stream.seek(0)

    def decoded(self) -> DecodedFile:
        """The file."""
        return DecodedFile(self._stream, self.size, self._sha256.hexdigest())

    def close(self) -> None:
        """Let the temporary file go."""
        self._stream.close()


def _strange() -> Refused:
    return refused("base64", "Nội dung tệp không phải base64.", "An attachment is not base64.", "attachments")
