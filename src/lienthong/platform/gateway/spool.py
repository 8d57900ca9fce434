"""Bodies on their way through: small ones in memory, others on disk, hashed while they come."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256, sha512
from pathlib import Path
from typing import IO

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr

SMALL = 256 * 1024
BLOCK = 64 * 1024


class Spooled:
    """A body with its digests; `close` removes what lies on disk."""

    __slots__ = ("_file", "_whole", "sha256", "sha512", "size")

    def __init__(self, whole: bytes, file: IO[bytes] | None, size: int, digests: tuple[bytes, bytes]) -> None:
        self._whole = whole
        self._file = file
        self.size = size
        self.sha256, self.sha512 = digests

    @property
    def small(self) -> bytes | None:
        return self._whole if self._file is None else None

    def blocks(self) -> Iterator[bytes]:
        if self._file is None:
            if self._whole:
                yield self._whole
            return
        self._file.seek(0)
        while block := self._file.read(BLOCK):
            yield block

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


NOTHING = Spooled(b"", None, 0, (sha256().digest(), sha512().digest()))


def keep(whole: bytes) -> Spooled:
    """A body that is in memory already."""
    return Spooled(whole, None, len(whole), (sha256(whole).digest(), sha512(whole).digest())) if whole else NOTHING


def spool(blocks: Iterable[bytes], limit: int) -> Spooled:
    """Take a body in. Raises Refused `gateway.too-large`; whatever the blocks raise passes, and nothing stays."""
    held: list[bytes] = []
    size = 0
    source = iter(blocks)
    for block in source:
        held.append(block)
        size += len(block)
        if size > SMALL:
            return _to_disk(held, source, limit)
    return keep(held[0] if len(held) == 1 else b"".join(held))


def _to_disk(held: list[bytes], source: Iterator[bytes], limit: int) -> Spooled:
    small, large = sha256(), sha512()
    size = 0
    file = _temporary()
    try:
        while held or (block := next(source, b"")):
            block = held.pop(0) if held else block
            size += len(block)
            _require_within(size, limit)
            small.update(block)
            large.update(block)
            file.write(block)
        file.flush()
    except BaseException:
        file.close()
        raise
    return Spooled(b"", file, size, (small.digest(), large.digest()))


def _require_within(size: int, limit: int) -> None:
    if size > limit:
        raise too_large(limit)


def _temporary() -> IO[bytes]:
    """A nameless file in the node's home: it is gone when the process is."""
    folder = Path(node().home) / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder, buffering=BLOCK)


def reading(read: Callable[[int], bytes], length: int | None = None) -> Iterator[bytes]:
    """Blocks of a file-like body; a body shorter than its stated length is refused, `gateway.cut`."""
    size = 0
    while block := read(BLOCK):
        size += len(block)
        yield block
    if length is not None and size != length:
        raise Refused("gateway.cut", tr("Nội dung bị cắt giữa chừng.", "The body ended before its length."), status=400)


def too_large(limit: int) -> Refused:
    return Refused(
        "gateway.too-large",
        tr(f"Nội dung lớn hơn {limit // 2**20} MB.", f"The body is larger than {limit // 2**20} MB."),
        status=413,
    )
