"""The ZIP of a container: written in one order with nothing that varies, read with suspicion.

A reader sees only names that we would write: no path tricks, no name twice, nothing encrypted, nothing that unpacks to
more than it says or to more than we are ready for.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import new as new_digest
from typing import IO

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

MIME_TYPE = "application/vnd.etsi.asic-e+zip"
MIME_NAME = "mimetype"
META = "META-INF/"

MAX_ENTRIES = 1000
MAX_SMALL = 4 * 1024 * 1024
MAX_TOTAL = 4 * 1024**3
_MAX_RATIO = 200
_FREE_RATIO = 1024 * 1024  # a small file may shrink as well as it can
_CHUNK = 1024 * 1024
_NAME = re.compile(r"(META-INF/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,120}")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def broken(vi: str, en: str) -> Refused:
    return Refused("signing.bad-container", tr(vi, en), field="file")


def write(entries: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """A container with these entries after `mimetype`, which comes first and is stored, as ASiC demands."""
    target = io.BytesIO()
    moment = max(at.astimezone(UTC), datetime(1980, 1, 1, tzinfo=UTC)).timetuple()[:6]
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(zipfile.ZipInfo(MIME_NAME, moment), MIME_TYPE, zipfile.ZIP_STORED)
        for name, content in entries:
            # A large file is not packed: it could shrink so well that a careful reader takes it for a trap.
            method = zipfile.ZIP_STORED if len(content) > _FREE_RATIO else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name, moment), content, method)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a container, as its directory states it; true only once read."""

    name: str
    size: int


class Reader:
    """A container opened for judging. Raises Refused `signing.bad-container` for what no honest writer makes."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            found = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
            raise broken("Tệp không phải ZIP hoặc đã hỏng.", "The file is no ZIP, or a broken one.") from error
        self._entries = {one.filename: one for one in found}
        _check_listing(found)
        if self.read(MIME_NAME) != MIME_TYPE.encode("ascii"):
            raise broken("Tệp không phải ASiC-E.", "The file is not an ASiC-E container.")

    def entries(self) -> tuple[Entry, ...]:
        return tuple(Entry(one.filename, one.file_size) for one in self._entries.values())

    def names(self) -> frozenset[str]:
        return frozenset(self._entries)

    def read(self, name: str) -> bytes:
        """A small entry whole: everything but the attachments."""
        if self._entries[name].file_size > MAX_SMALL:
            raise broken(f"Mục {name} quá lớn.", f"The entry {name} is too large.")
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """An entry a piece at a time; its size and checksum must be what the directory says."""
        entry, seen = self._entries[name], 0
        try:
            with self._zip.open(entry) as content:
                while piece := content.read(_CHUNK):
                    seen += len(piece)
                    if seen > entry.file_size:
                        break
                    yield piece
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise broken(f"Mục {name} đã hỏng.", f"The entry {name} is broken.") from error
        except Exception as error:
            # zlib's own error has no public base class.
            raise broken(f"Mục {name} đã hỏng.", f"The entry {name} is broken.") from error
        if seen != entry.file_size:
            raise broken(f"Mục {name} sai kích thước.", f"The entry {name} is not as long as it says.")

    def digest(self, name: str, algorithm: str) -> bytes:
        """Digest of an entry, whatever its length, in constant memory."""
        digest = new_digest(algorithm)
        for piece in self.chunks(name):
            digest.update(piece)
        return digest.digest()


def _check_listing(found: list[zipfile.ZipInfo]) -> None:
    if not 1 <= len(found) <= MAX_ENTRIES:
        raise broken("Tệp trống hoặc có quá nhiều mục.", "The container is empty or has too many entries.")
    if found[0].filename != MIME_NAME or found[0].compress_type != zipfile.ZIP_STORED or found[0].header_offset != 0:
        raise broken("Mục đầu tiên phải là mimetype.", "The first entry must be mimetype, stored.")
    folded = {one.filename.casefold() for one in found}
    if len(folded) != len(found):
        raise broken("Có mục bị lặp tên.", "Two entries have the same name.")
    for one in found:
        _check_entry(one)
    if sum(one.file_size for one in found) > MAX_TOTAL:
        raise broken("Tệp bung ra quá lớn.", "The container unpacks to too much.")


def _check_entry(one: zipfile.ZipInfo) -> None:
    # `orig_filename` is what stands in the file, before Python's own cutting at a NUL.
    if not _NAME.fullmatch(one.orig_filename) or ".." in one.filename or one.orig_filename != one.filename:
        raise broken("Có mục tên không hợp lệ.", "An entry has a name that is not allowed.")
    if one.flag_bits & _ENCRYPTED or one.compress_type not in _METHODS:
        raise broken(f"Mục {one.filename} nén lạ hoặc mã hóa.", f"The entry {one.filename} is packed in a strange way.")
    if one.file_size > _FREE_RATIO and one.file_size > _MAX_RATIO * max(1, one.compress_size):
        raise broken(f"Mục {one.filename} bung ra quá nhiều.", f"The entry {one.filename} unpacks to too much.")
