"""Files: kept once under the SHA-256 of their content, in the node's home, after a look at what they really are.

A large file is never held in memory: it is hashed on its way to the disk and looked into there.
"""

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lienthong.kernel import clock
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.file_checks import CHUNK, DOCX, JPEG, PDF, PNG, UNKNOWN, ZIP, look_inside, sniff, wrong_type
from lienthong.kernel.models import StoredFile
from lienthong.kernel.profile import node
from lienthong.kernel.text import nfc, tr

__all__ = [
    "DOCUMENTS",
    "DOCX",
    "JPEG",
    "MAX_BYTES",
    "PDF",
    "PNG",
    "UNKNOWN",
    "ZIP",
    "FileRef",
    "adopt",
    "clean_name",
    "describe",
    "note",
    "open",
    "open_file",
    "path_of",
    "read",
    "store",
    "write",
]

DOCUMENTS = frozenset({PDF, PNG, JPEG, DOCX})
"""What people may attach: PDF, photos, Word."""

MAX_BYTES = 10 * 2**20


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored file: the hex SHA-256 of its content, the name people gave it, its real type, its bytes."""

    sha256: str
    name: str
    media_type: str
    size: int


def store(
    content: bytes | BinaryIO | Iterable[bytes],
    *,
    name: str,
    allowed: frozenset[str] = DOCUMENTS,
    max_bytes: int = MAX_BYTES,
    field: str = "",
) -> FileRef:
    """Check and keep a file. Raises Refused: files.empty, .too-large, .wrong-type, .bomb, .broken."""
    ref = write(content, name=name, allowed=allowed, max_bytes=max_bytes, field=field)
    note([ref])
    return ref


def write(
    content: bytes | BinaryIO | Iterable[bytes],
    *,
    name: str,
    allowed: frozenset[str] = DOCUMENTS,
    max_bytes: int = MAX_BYTES,
    field: str = "",
) -> FileRef:
    """As `store`, without a word to the database: who has many files to keep tells it about all at once (`note`)."""
    chunks = _chunks(content)
    start = _first(chunks)
    if len(start) <= CHUNK:
        _check_size(len(start), max_bytes, field)
        media_type = _look(io.BytesIO(start), allowed, field)
        digest = hashlib.sha256(start).hexdigest()
        _write(digest, start)
        return FileRef(digest, clean_name(name), media_type, len(start))
    with _side_file(node().home / "files") as side:
        digest, size = _spool(start, chunks, side, max_bytes, field)
        with side.open("rb") as stream:
            media_type = _look(stream, allowed, field)
        _keep(side, path_of(digest))
    return FileRef(digest, clean_name(name), media_type, size)


def adopt(
    path: Path,
    *,
    sha256: str,
    name: str,
    allowed: frozenset[str] = DOCUMENTS,
    max_bytes: int = MAX_BYTES,
    field: str = "",
) -> FileRef:
    """Check and keep a file that lies in the node's home already and whose digest its room has verified.

    The file stays where it was, too: both names lead to the same bytes. Raises Refused as `store` does.
    """
    size = path.stat().st_size
    _check_size(size, max_bytes, field)
    with path.open("rb") as stream:
        media_type = _look(stream, allowed, field)
    _keep(path, path_of(sha256))
    ref = FileRef(sha256, clean_name(name), media_type, size)
    note([ref])
    return ref


def _look(stream: BinaryIO, allowed: frozenset[str], field: str) -> str:
    media_type = sniff(stream)
    if media_type not in allowed:
        raise wrong_type(field)
    look_inside(stream, media_type, field)
    return media_type


def note(refs: Iterable[FileRef]) -> None:
    """Write down what is known of files that were written; what is known already stays."""
    now = clock.now()
    StoredFile.objects.bulk_create(
        [
            StoredFile(sha256=one.sha256, name=one.name, media_type=one.media_type, size=one.size, stored_at=now)
            for one in refs
        ],
        ignore_conflicts=True,
    )


def read(sha256: str) -> bytes:
    """The whole content. Raises NotFound `files.missing`."""
    with open_file(sha256) as stream:
        return stream.read()


def open_file(sha256: str) -> BinaryIO:
    """A stream of the content. Raises NotFound `files.missing`."""
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError:
        raise NotFound("files.missing", tr("Không tìm thấy tệp.", "The file is not here.")) from None


open = open_file  # noqa: A001 (reads as files.open(...) at every call)


def describe(sha256: str) -> FileRef:
    """What is known of a stored file. Raises NotFound `files.missing`."""
    row = StoredFile.objects.filter(sha256=sha256).first()
    if row is None:
        raise NotFound("files.missing", tr("Không tìm thấy tệp.", "The file is not here."))
    return FileRef(row.sha256, row.name, row.media_type, row.size)


def path_of(sha256: str) -> Path:
    if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
        raise NotFound("files.missing", tr("Không tìm thấy tệp.", "The file is not here."))
    return node().home / "files" / sha256[:2] / sha256


def clean_name(name: str) -> str:
    """A name that is safe to show and to offer for download: no folders, no control characters, NFC."""
    last = nfc(name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*\ufffd').strip(". ")
    return kept[-200:] or "tep"


def _chunks(content: bytes | BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif hasattr(content, "read"):
        while chunk := content.read(CHUNK):
            yield chunk
    else:
        yield from content


def _first(chunks: Iterator[bytes]) -> bytes:
    """The whole of a small file; of a large one its beginning, more than a chunk of it."""
    start = bytearray()
    for chunk in chunks:
        start += chunk
        if len(start) > CHUNK:
            break
    return bytes(start)


def _spool(start: bytes, rest: Iterator[bytes], side: Path, limit: int, field: str) -> tuple[str, int]:
    hashed, size = hashlib.sha256(), 0
    with side.open("wb") as out:
        for chunk in _together(start, rest):
            size += len(chunk)
            _check_size(size, limit, field)
            hashed.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return hashed.hexdigest(), size


def _together(start: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    yield from rest


def _check_size(size: int, limit: int, field: str) -> None:
    if not size:
        raise Refused("files.empty", tr("Tệp này trống.", "This file is empty."), field=field)
    if size > limit:
        raise Refused(
            "files.too-large",
            tr(
                "Tệp lớn hơn {n} MB. Hãy chọn tệp nhỏ hơn.",
                "The file is larger than {n} MB. Choose a smaller one.",
            ).format(n=limit // 2**20),
            field=field,
        )


def _write(digest: str, body: bytes) -> None:
    """Write to a side file and rename: a killed process leaves no half file under a digest.

    Only the node's own user may read: these are people's papers.
    """
    path = path_of(digest)
    if path.exists():
        return
    with _side_file(path.parent) as side:
        with side.open("wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        side.rename(path)


@contextmanager
def _side_file(folder: Path) -> Iterator[Path]:
    """A closed file beside the kept ones; what is left of it goes."""
    _make_folder(folder)
    side = folder / f".{os.getpid()}.{os.urandom(8).hex()}"
    try:
        side.touch(mode=0o600)
        yield side
    finally:
        side.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    for one in (node().home / "files", folder):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)


def _keep(path: Path, kept: Path) -> None:
    """Give a whole file its name by digest."""
    _make_folder(kept.parent)
    try:
        os.link(path, kept)
    except FileExistsError:
        return
    kept.chmod(0o600)
