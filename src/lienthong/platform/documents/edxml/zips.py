"""The ZIP around every attachment: written without anything that varies, opened with suspicion.

A file goes in as it is: what travels is packed already (PDF, DOCX, pictures), and a packed copy would depend on the
library that packed it, so that one file could have two digests.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

from lienthong.kernel import file_checks
from lienthong.kernel.errors import Refused
from lienthong.kernel.files import clean_name
from lienthong.kernel.text import tr
from lienthong.platform.documents.edxml.limits import DEFAULT, Limits, refused
from lienthong.platform.documents.edxml.temporary import temporary_file

_PIECE = 2**18
_IN_MEMORY = 2**18
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_ENCRYPTED = 0x1
_UTF8 = 0x800
_FREE_RATIO = 2**20  # a small file may shrink as well as it can
_END = b"PK\x05\x06"
_END_SIZE = 22
_LOCAL_SIZE = 30
_MAX_COMMENT = 2**16
_LARGE = 2**31
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PACKED = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
_BY_ENDING = {
    "pdf": file_checks.PDF,
    "png": file_checks.PNG,
    "jpg": file_checks.JPEG,
    "jpeg": file_checks.JPEG,
    "docx": file_checks.DOCX,
    "zip": file_checks.ZIP,
}
_NO_KNOWN_TYPE = frozenset(
    (
        "doc",
        "xls",
        "ppt",
        "txt",
        "xml",
        "rtf",
        "html",
        "htm",
        "csv",
        "tif",
        "tiff",
        "gif",
        "bmp",
        "rar",
        "7z",
        "mp3",
        "mp4",
    )
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_PROGRAM_ENDINGS = frozenset(
    (
        "exe",
        "com",
        "bat",
        "cmd",
        "scr",
        "pif",
        "msi",
        "dll",
        "vbs",
        "vbe",
        "js",
        "jse",
        "wsf",
        "ps1",
        "jar",
        "sh",
        "lnk",
        "hta",
        "cpl",
        "reg",
    )
)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file out of an attachment: a name that is safe to show, its real media type, its content from the start.

    `is_archive`: it is a ZIP itself, and nobody has looked into it.
    """

    name: str
    media_type: str
    size: int
    content: BinaryIO
    is_archive: bool


def zip_file(name: str, stream: BinaryIO) -> BinaryIO:
    """A ZIP that holds one file; the same file and name give the same bytes, whenever and wherever.

    It lies in memory while it is small and in a temporary file otherwise. Raises Refused `edxml.zip-empty`.
    """
    target = temporary_file(_IN_MEMORY)
    entry = zipfile.ZipInfo(clean_name(name), _EPOCH)
    entry.create_system, entry.external_attr, entry.flag_bits = _UNIX, (stat.S_IFREG | 0o644) << 16, _UTF8
    entry.file_size = _size(stream)
    if not entry.file_size:
        target.close()
        raise _empty()
    large = entry.file_size >= _LARGE
    with zipfile.ZipFile(target, "w") as made, made.open(entry, "w", force_zip64=large) as inside:
        while piece := stream.read(_PIECE):
            inside.write(piece)
    target.seek(0)
    return target


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size


@contextmanager
def open_attachment(
    blob: BinaryIO, *, limits: Limits = DEFAULT, allowed: frozenset[str] | None = None
) -> Iterator[tuple[OpenedFile, ...]]:
    """The files of an attachment's ZIP, checked, while the block lasts; mostly one.

    `allowed`: media types that are taken (None: any that is not a program). Raises Refused `edxml.zip-broken`,
    `.zip-bomb`, `.zip-path`, `.zip-link`, `.zip-twice`, `.zip-encrypted`, `.zip-method`, `.zip-hidden`, `.zip-empty`,
    `.lying-type`, `.program`, `.too-large`, and `files.wrong-type`, `files.broken`, `files.bomb`.
    """
    opened: list[OpenedFile] = []
    try:
        with _reading():
            archive = zipfile.ZipFile(blob)
        with archive:
            left = limits.unpacked
            for entry in _entries(archive, blob, limits):
                one = _unpack(archive, entry, left)
                opened.append(one)
                left -= one.size
                _look(one, allowed)
                one.content.seek(0)
        yield tuple(opened)
    finally:
        for one in opened:
            one.content.close()


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever a broken ZIP makes the library raise is one refusal."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _broken() from error


# The listing


def _entries(archive: zipfile.ZipFile, blob: BinaryIO, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files that a ZIP lists, when it holds nothing else."""
    listed = archive.infolist()
    if len(listed) > limits.members:
        raise _bomb()
    _check_bounds(archive, listed, blob)
    for one in listed:
        _check_entry(one, limits)
    files = [one for one in listed if not one.is_dir()]
    if not files or any(one.is_dir() == bool(one.file_size) for one in listed):
        raise _empty()
    if len({one.filename.casefold() for one in listed}) != len(listed):
        raise refused("zip-twice", "Tệp ZIP có hai mục cùng tên.", "The ZIP holds one name twice.", "attachment")
    if sum(one.file_size for one in files) > limits.unpacked:
        raise _bomb()
    return files


def _check_bounds(archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo], blob: BinaryIO) -> None:
    """Nothing before the first entry, between two of them, or after the end; no two over each other."""
    end = 0
    for one in sorted(listed, key=lambda entry: entry.header_offset):
        begin, length = one.header_offset, _length(one, blob)
        # After an entry that was written without seeking stands a descriptor of its sizes, of up to 24 bytes.
        if begin < end or begin - end > (24 if end else 0):
            raise _hidden()
        end = begin + length
    size = blob.seek(0, os.SEEK_END)
    blob.seek(max(0, size - _END_SIZE - len(archive.comment)))
    tail = blob.read()
    if (
        not 0 <= archive.start_dir - end <= 24
        or not tail.startswith(_END)
        or len(tail) != _END_SIZE + len(archive.comment)
    ):
        raise _hidden()
    if int.from_bytes(tail[20:22], "little") != len(archive.comment):
        raise _hidden()


def _length(one: zipfile.ZipInfo, blob: BinaryIO) -> int:
    """How many bytes an entry takes, by its own header."""
    if one.header_offset < 0:
        raise _hidden()
    blob.seek(one.header_offset)
    head = blob.read(_LOCAL_SIZE)
    if len(head) != _LOCAL_SIZE or not head.startswith(b"PK\x03\x04"):
        raise _hidden()
    names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    return _LOCAL_SIZE + names + one.compress_size


def _check_entry(one: zipfile.ZipInfo, limits: Limits) -> None:
    name = one.orig_filename
    parts = name.replace("\\", "/").split("/")
    if (
        not name
        or name != one.filename
        or name.startswith(("/", "\\"))
        or "\\" in name
        or ".." in parts
        or ":" in name
        or not name.isprintable()
    ):
        raise refused(
            "zip-path", "Tên tệp trong ZIP không an toàn.", "A name inside the ZIP is not safe.", "attachment"
        )
    kind = stat.S_IFMT(one.external_attr >> 16)
    if one.create_system == _UNIX and kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _link()
    if one.flag_bits & _ENCRYPTED:
        raise refused("zip-encrypted", "Tệp ZIP có mật khẩu.", "The ZIP is locked with a password.", "attachment")
    if one.compress_type not in _METHODS:
        raise refused(
            "zip-method", "Kiểu nén không được chấp nhận.", "This way of packing is not accepted.", "attachment"
        )
    if one.file_size > _FREE_RATIO and one.file_size > limits.ratio * max(1, one.compress_size):
        raise _bomb()


# The files


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> OpenedFile:
    """An entry as it really is: an index can lie."""
    content = temporary_file(_IN_MEMORY)
    try:
        with _reading():
            size = _copy(archive, entry, content, min(left, entry.file_size))
        name = clean_name(entry.filename)
        media_type = _media_type(name, content)
    except BaseException:
        content.close()
        raise
    return OpenedFile(name, media_type, size, content, media_type == file_checks.ZIP)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: IO[bytes], most: int) -> int:
    size = 0
    with archive.open(entry) as packed:
        while piece := packed.read(_PIECE):
            size += len(piece)
            if size > most:
                raise _bomb()
            content.write(piece)
    if size != entry.file_size:
        raise zipfile.BadZipFile("not as long as it says")
    return size


def _media_type(name: str, content: BinaryIO) -> str:
    """What the content is; a name that promises something else is a lie. ZIPs of office programs go by their name."""
    ending = name.rpartition(".")[2].lower()
    found = file_checks.sniff(content)
    content.seek(0)
    if ending in _PROGRAM_ENDINGS or content.read(4).startswith(_PROGRAMS):
        raise refused("program", "Không nhận tệp chương trình.", "Programs are not accepted.", "attachment")
    if found in (file_checks.ZIP, file_checks.DOCX) and ending in _PACKED:
        return _PACKED[ending]
    promised = _BY_ENDING.get(ending)
    lying = promised is not None and promised != found
    # A Word file with a second ZIP's name is a ZIP all the same.
    if lying and not (promised == file_checks.ZIP and found == file_checks.DOCX):
        raise _lying(name)
    if promised is None and (found == file_checks.ZIP or (found != file_checks.UNKNOWN and ending in _NO_KNOWN_TYPE)):
        raise _lying(name)
    return file_checks.ZIP if promised == file_checks.ZIP else found


def _look(one: OpenedFile, allowed: frozenset[str] | None) -> None:
    if allowed is not None and one.media_type not in allowed:
        raise file_checks.wrong_type("attachment")
    file_checks.look_inside(one.content, one.media_type, "attachment")


# Refusals


def _broken() -> Refused:
    return refused(
        "zip-broken",
        "Tệp đính kèm không phải ZIP, hoặc đã hỏng.",
        "The attachment is no ZIP, or a broken one.",
        "attachment",
    )


def _link() -> Refused:
    return refused(
        "zip-link",
        "Tệp ZIP chứa liên kết hoặc tệp đặc biệt.",
        "The ZIP holds a link or a special file.",
        "attachment",
    )


def _bomb() -> Refused:
    return refused("zip-bomb", "Tệp ZIP bung ra quá lớn.", "The ZIP unpacks to too much.", "attachment")


def _hidden() -> Refused:
    return refused(
        "zip-hidden",
        "Tệp ZIP có dữ liệu ngoài các tệp của nó.",
        "The ZIP hides something beside its files.",
        "attachment",
    )


def _empty() -> Refused:
    return refused("zip-empty", "Tệp đính kèm trống.", "The attachment is empty.", "attachment")


def _lying(name: str) -> Refused:
    sentence = tr("Tệp “{name}” không đúng loại như tên.", "The file “{name}” is not what its name says.")
    return Refused("edxml.lying-type", sentence.format(name=name[:80]), field="attachment")
