"""Looking into files: what they really are, and whether they are safe to keep. Reads streams, never whole files.

The type is read from the content, never from the name. Archives and images are opened within limits, so that a
bomb is refused before it unfolds.
"""

import lzma
import os
import warnings
import zipfile
import zlib
from typing import BinaryIO
from xml.parsers import expat

from PIL import Image, UnidentifiedImageError

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
UNKNOWN = "application/octet-stream"

CHUNK = 2**20
_MAX_PIXELS = 100_000_000
_MAX_UNPACKED = 100 * 2**20
_MAX_MEMBERS = 2_000
_WORD_DOCUMENT = "word/document.xml"
_MACROS = "vbaproject.bin"


def sniff(stream: BinaryIO) -> str:
    """The media type by content; `application/octet-stream` when it is none that we know."""
    stream.seek(0)
    head = stream.read(16)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"PK\x03\x04"):
        return DOCX if _is_word(stream) else ZIP
    return UNKNOWN


def _is_word(stream: BinaryIO) -> bool:
    """Does the archive itself hold Word's folder? A Word file that lies in it does not count."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            return any(name.startswith("word/") for name in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return _holds(stream, b"word/")


def _holds(stream: BinaryIO, wanted: bytes) -> bool:
    stream.seek(0)
    tail = b""
    while chunk := stream.read(CHUNK):
        if wanted in tail + chunk:
            return True
        tail = chunk[-len(wanted) :]
    return False


def look_inside(stream: BinaryIO, media_type: str, field: str) -> None:
    """Raises Refused `files.bomb`, `.broken`, `.wrong-type` for what no desk should open."""
    if media_type in (PNG, JPEG):
        _check_image(stream, field)
    elif media_type == DOCX:
        _check_archive(stream, field)
    elif media_type == PDF and b"%%EOF" not in _last_bytes(stream, 2048):
        raise _broken(field)


def _last_bytes(stream: BinaryIO, count: int) -> bytes:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - count))
    return stream.read(count)


def _check_image(stream: BinaryIO, field: str) -> None:
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(stream) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise _bomb(field)
                image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _broken(field) from None
    except Image.DecompressionBombError:
        raise _bomb(field) from None


def _check_archive(stream: BinaryIO, field: str) -> None:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_UNPACKED:
                raise _bomb(field)
            names = {member.filename for member in members}
            if _WORD_DOCUMENT not in names or any(name.lower().endswith(_MACROS) for name in names):
                raise wrong_type(field)
            _unpack_within(archive, members, field)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError):
        raise _broken(field) from None
    except (NotImplementedError, RuntimeError, EOFError, ValueError):
        raise _broken(field) from None


def _unpack_within(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], field: str) -> None:
    """Read what the archive really holds, not what its index says: an index can lie."""
    total = 0
    for member in members:
        xml = _XMLCheck(field) if member.filename.endswith((".xml", ".rels")) else None
        with archive.open(member) as unpacked:
            while chunk := unpacked.read(CHUNK):
                total += len(chunk)
                if total > _MAX_UNPACKED:
                    raise _bomb(field)
                if xml:
                    xml.read(chunk)
        if xml:
            xml.end()


class _XMLCheck:
    """Reads XML piece by piece and keeps nothing: a tree of millions of empty elements would fill the memory.

    Without a document type there are no entities, so nothing can unfold.
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse

    def read(self, piece: bytes) -> None:
        self._parse(piece, is_last=False)

    def end(self) -> None:
        self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError:
            raise _broken(self._field) from None

    def _refuse(self, *_: object) -> None:
        raise _bomb(self._field)


def wrong_type(field: str) -> Refused:
    """The refusal of a kind of file that is not taken here."""
    return Refused(
        "files.wrong-type",
        tr(
            "Tệp không đúng loại. Hãy chọn tệp PDF, ảnh JPG hoặc PNG, hoặc tệp Word (.docx).",
            "This kind of file is not accepted. Choose a PDF, a JPG or PNG picture, or a Word file (.docx).",
        ),
        field=field,
    )


def _bomb(field: str) -> Refused:
    return Refused(
        "files.bomb",
        tr("Tệp này không an toàn nên không được nhận.", "This file is not safe and was not accepted."),
        field=field,
    )


def _broken(field: str) -> Refused:
    return Refused(
        "files.broken",
        tr(
            "Tệp bị hỏng, không đọc được. Hãy chụp hoặc quét lại.",
            "The file is damaged. Please scan or photograph it again.",
        ),
        field=field,
    )


def clean_name(name: str) -> str:
    """A name that is safe to show and to offer for download: no folders, no control characters, NFC."""
    last = nfc(name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*\ufffd').strip(". ")
    return kept[-200:] or "tep"


def check_size(size: int, limit: int, field: str) -> None:
    """Raises Refused `files.empty`, `files.too-large` (the limit in bytes)."""
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
