"""Files: kept once under the SHA-256 of their content, in the node's home, after a look at what they really are.

The type is read from the content, never from the name. Archives and images are opened within limits, so that a
bomb is refused before it unfolds.
"""

import hashlib
import io
import lzma
import os
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from PIL import Image, UnidentifiedImageError

from lienthong.kernel import clock
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.models import StoredFile
from lienthong.kernel.profile import node
from lienthong.kernel.text import nfc, tr

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

DOCUMENTS = frozenset({PDF, PNG, JPEG, DOCX})
"""What people may attach: PDF, photos, Word."""

MAX_BYTES = 10 * 2**20
_MAX_PIXELS = 100_000_000
_MAX_UNPACKED = 100 * 2**20
_MAX_MEMBERS = 2_000
_CHUNK = 2**20
_WORD_DOCUMENT = "word/document.xml"
_MACROS = "vbaproject.bin"


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
    body = _read_within(content, max_bytes, field)
    media_type = sniff(body)
    if media_type not in allowed:
        raise _wrong_type(field)
    _look_inside(body, media_type, field)
    digest = hashlib.sha256(body).hexdigest()
    _write(digest, body)
    ref = FileRef(digest, clean_name(name), media_type, len(body))
    StoredFile.objects.bulk_create(
        [StoredFile(sha256=digest, name=ref.name, media_type=media_type, size=ref.size, stored_at=clock.now())],
        ignore_conflicts=True,
    )
    return ref


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


def sniff(body: bytes) -> str:
    """The media type by content; `application/octet-stream` when it is none that we know."""
    if body.startswith(b"%PDF-"):
        return PDF
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if body.startswith(b"\xff\xd8\xff"):
        return JPEG
    if body.startswith(b"PK\x03\x04"):
        return DOCX if b"word/" in body else "application/zip"
    return "application/octet-stream"


def _read_within(content: bytes | BinaryIO | Iterable[bytes], limit: int, field: str) -> bytes:
    if isinstance(content, bytes):
        body = content
    elif hasattr(content, "read"):
        body = content.read(limit + 1)
    else:
        body = _join_within(content, limit)
    if not body:
        raise Refused("files.empty", tr("Tệp này trống.", "This file is empty."), field=field)
    if len(body) > limit:
        raise Refused(
            "files.too-large",
            tr(
                "Tệp lớn hơn {n} MB. Hãy chọn tệp nhỏ hơn.",
                "The file is larger than {n} MB. Choose a smaller one.",
            ).format(n=limit // 2**20),
            field=field,
        )
    return body


def _join_within(chunks: Iterable[bytes], limit: int) -> bytes:
    joined = bytearray()
    for chunk in chunks:
        joined += chunk
        if len(joined) > limit:
            break
    return bytes(joined)


def _look_inside(body: bytes, media_type: str, field: str) -> None:
    if media_type in (PNG, JPEG):
        _check_image(body, field)
    elif media_type == DOCX:
        _check_archive(body, field)
    elif media_type == PDF and b"%%EOF" not in body[-2048:]:
        raise _broken(field)


def _check_image(body: bytes, field: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body)) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise _bomb(field)
                image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise _broken(field) from None
    except Image.DecompressionBombError:
        raise _bomb(field) from None


def _check_archive(body: bytes, field: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_UNPACKED:
                raise _bomb(field)
            names = {member.filename for member in members}
            if _WORD_DOCUMENT not in names or any(name.lower().endswith(_MACROS) for name in names):
                raise _wrong_type(field)
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
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
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


def _write(digest: str, body: bytes) -> None:
    """Write to a side file and rename: a killed process leaves no half file under a digest.

    Only the node's own user may read: these are people's papers.
    """
    path = path_of(digest)
    if path.exists():
        return
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    side = path.with_name(f".{digest}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        side.touch(mode=0o600)
        with side.open("wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        side.rename(path)
    finally:
        side.unlink(missing_ok=True)


def _wrong_type(field: str) -> Refused:
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
