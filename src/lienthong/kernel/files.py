"""Files: kept once under the SHA-256 of their content, in the node's home, after a look at what they really are.

A large file is never held in memory: it is hashed on its way to the disk and looked into there.
"""

import hashlib
import io
import itertools
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from lienthong.kernel import bulk, clock
from lienthong.kernel.errors import NotFound
from lienthong.kernel.file_checks import (
    CHUNK,
    DOCX,
    JPEG,
    PDF,
    PNG,
    UNKNOWN,
    ZIP,
    check_size,
    clean_name,
    look_inside,
    sniff,
    wrong_type,
)
from lienthong.kernel.models import StoredFile
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr

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
    "Together",
    "adopt",
    "clean_name",
    "describe",
    "examine",
    "is_kept",
    "open",
    "open_file",
    "path_of",
    "read",
    "store",
    "together",
    "write",
]

DOCUMENTS = frozenset({PDF, PNG, JPEG, DOCX})
"""What people may attach: PDF, photos, Word."""

MAX_BYTES = 10 * 2**20
_SYNCS = 8
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
ASIDE = ".aside."
_DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch


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
        ref = examine(start, name=name, allowed=allowed, max_bytes=max_bytes, field=field)
        _write(ref.sha256, start)
        return ref
    with _side_file(node().home / "files") as side:
        digest, size = _spool(start, chunks, side, max_bytes, field)
        with side.open("rb") as stream:
            media_type = _look(stream, allowed, field)
        _keep(side, path_of(digest))
    return FileRef(digest, clean_name(name), media_type, size)


def examine(
    content: bytes, *, name: str, allowed: frozenset[str] = DOCUMENTS, max_bytes: int = MAX_BYTES, field: str = ""
) -> FileRef:
    """Check a file as `store` does, and keep nothing of it."""
    check_size(len(content), max_bytes, field)
    media_type = _look(io.BytesIO(content), allowed, field)
    return FileRef(hashlib.sha256(content).hexdigest(), clean_name(name), media_type, len(content))


class Together:
    """Files that are kept together (`together`): small ones reach the disk at the end, all at once."""

    def __init__(self) -> None:
        self._aside: dict[str, str] = {}
        self._refs: list[FileRef] = []

    def write(
        self,
        content: bytes | BinaryIO,
        *,
        name: str,
        allowed: frozenset[str] = DOCUMENTS,
        max_bytes: int = MAX_BYTES,
        field: str = "",
    ) -> FileRef:
        """Check one of them as `store` does; it can be opened when the block has ended."""
        chunks = _chunks(content)
        start = _first(chunks)
        if len(start) > CHUNK:
            rest = itertools.chain((start,), chunks)
            ref = write(rest, name=name, allowed=allowed, max_bytes=max_bytes, field=field)
        else:
            ref = examine(start, name=name, allowed=allowed, max_bytes=max_bytes, field=field)
            self._lay_aside(ref.sha256, start)
        self._refs.append(ref)
        return ref

    def _lay_aside(self, digest: str, body: bytes) -> None:
        # Strings instead of paths: with several files to every document their making was a twelfth of its cost.
        place = _place(digest)
        if digest in self._aside or _freshen(place):
            return
        folder = os.path.dirname(place)  # noqa: PTH120 (see above)
        side = f"{folder}/.{os.getpid()}.{os.urandom(8).hex()}"
        try:
            handle = os.open(side, _NEW, 0o600)
        except FileNotFoundError:
            _make_folder(Path(folder))
            handle = os.open(side, _NEW, 0o600)
        self._aside[digest] = side
        with os.fdopen(handle, "wb") as stream:
            stream.write(body)

    def finish(self) -> None:
        """Everything is on the disk, under its name and known."""
        list(_syncing().map(_sync, self._aside.values()))
        for digest, side in self._aside.items():
            os.rename(side, _place(digest))  # noqa: PTH104 (as above)
        self._aside.clear()
        note(self._refs)

    def drop(self) -> None:
        """What was not finished goes."""
        for side in self._aside.values():
            Path(side).unlink(missing_ok=True)


@cache
def _syncing() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_SYNCS, thread_name_prefix="sync")


# A child has none of its parent's threads.
os.register_at_fork(after_in_child=_syncing.cache_clear)


@contextmanager
def together() -> Iterator[Together]:
    """Keep many files, those of a set of documents or letters: all of them or, when the block raises, none.

    The disk writes what many ask it to keep at the same moment almost as quickly as one, so a set waits for it once;
    the database hears of them in one statement.
    """
    kept = Together()
    try:
        yield kept
        kept.finish()
    finally:
        kept.drop()


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
    check_size(size, max_bytes, field)
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
    # In one order, for two who note the same files would wait for each other.
    bulk.insert_new(
        [
            StoredFile(sha256=one.sha256, name=one.name, media_type=one.media_type, size=one.size, stored_at=now)
            for one in sorted(refs, key=lambda one: one.sha256)
        ]
    )


def read(sha256: str) -> bytes:
    """The whole content. Raises NotFound `files.missing`."""
    with open_file(sha256) as stream:
        return stream.read()


def open_file(sha256: str) -> BinaryIO:
    """A stream of the content. Raises NotFound `files.missing`."""
    kept = path_of(sha256)
    # The sweep may hold a file aside for a moment before it puts it back.
    for path in (kept, aside_of(kept), kept):
        try:
            return path.open("rb")
        except FileNotFoundError:
            continue
    raise NotFound("files.missing", tr("Không tìm thấy tệp.", "The file is not here."))


open = open_file  # noqa: A001 (reads as files.open(...) at every call)


def describe(sha256: str) -> FileRef:
    """What is known of a stored file. Raises NotFound `files.missing`."""
    row = StoredFile.objects.filter(sha256=sha256).first()
    if row is None:
        raise NotFound("files.missing", tr("Không tìm thấy tệp.", "The file is not here."))
    return FileRef(row.sha256, row.name, row.media_type, row.size)


def path_of(sha256: str) -> Path:
    """Where the file of this digest lies, or would. Raises NotFound `files.missing` for what is no digest."""
    return Path(_place(sha256))


def _place(sha256: str) -> str:
    if _DIGEST(sha256) is None:
        raise NotFound("files.missing", tr("Không tìm thấy tệp.", "The file is not here."))
    return f"{node().home}/files/{sha256[:2]}/{sha256}"


def is_kept(sha256: str) -> bool:
    """Is the content here? If so it is young again, and no sweep (`file_sweep`) takes it away soon."""
    return _freshen(path_of(sha256))


def aside_of(path: Path) -> Path:
    """Where a kept file lies while the sweep makes up its mind."""
    return path.with_name(f"{ASIDE}{path.name}")


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
            check_size(size, limit, field)
            hashed.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return hashed.hexdigest(), size


def _together(start: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    yield from rest


def _write(digest: str, body: bytes) -> None:
    """Write to a side file and rename: a killed process leaves no half file under a digest.

    Only the node's own user may read: these are people's papers.
    """
    path = path_of(digest)
    if _freshen(path):
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


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folder(folder: Path) -> None:
    for one in (node().home / "files", folder):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)


def _keep(path: Path, kept: Path) -> None:
    """Give a whole file its name by digest, and a young age with it."""
    _make_folder(kept.parent)
    while not _freshen(kept):
        with suppress(FileExistsError):
            os.link(path, kept)
            kept.chmod(0o600)


def _freshen(path: Path | str) -> bool:
    """Young again, or not there: one step, so that a sweep at the same moment either sees it or was here first."""
    now = clock.now().timestamp()
    try:
        os.utime(path, (now, now))
    except FileNotFoundError:
        return False
    return True
