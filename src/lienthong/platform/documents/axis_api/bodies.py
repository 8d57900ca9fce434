"""Bodies of calls: to the disk while they are hashed; multipart taken apart from there, one block at a time."""

import tempfile
from collections.abc import Callable
from hashlib import sha256
from typing import IO, Any, cast

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr

BLOCK = 64 * 1024
MOST_BYTES = 400 * 2**20
"""A whole message: an attachment of 100 MB is some 135 MB as base64."""
MOST_JSON_BYTES = 2**20
_IN_MEMORY = 256 * 1024


class SentFile:
    """The file of a call: where its bytes lie, its digest and size."""

    __slots__ = ("name", "sha256", "size", "stream")

    def __init__(self, name: str, stream: IO[bytes], digest: str, size: int) -> None:
        self.name = name
        self.stream = stream
        self.sha256 = digest
        self.size = size


def spool(request: HttpRequest, take: Callable[[bytes], None], most: int) -> IO[bytes]:
    """The body in a nameless file of the node's home, each block shown to `take`.

    Raises Refused `documents.too-large`, `documents.bad-request` for one that is cut.
    """
    length = stated_length(request, most)
    file = temporary()
    try:
        _pour(request, take, file, length)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _pour(request: HttpRequest, take: Callable[[bytes], None], file: IO[bytes], length: int) -> None:
    left = length
    while left and (block := request.read(min(BLOCK, left))):
        left -= len(block)
        take(block)
        file.write(block)
    if left:
        raise bad_request("Content-Length", "Nội dung bị cắt giữa chừng.", "The body ended before its length.")


def stated_length(request: HttpRequest, most: int) -> int:
    """What the head says about the length, before anything is read."""
    text = request.headers.get("Content-Length", "") or "0"
    if "Transfer-Encoding" in request.headers or not (text.isascii() and text.isdigit() and len(text) < 16):
        raise bad_request("Content-Length", "Thiếu độ dài nội dung.", "The length of the body is missing.")
    if int(text) > most:
        raise too_large(most)
    return int(text)


def temporary() -> IO[bytes]:
    """A file without a name: it is gone when the process is. Small ones stay in memory."""
    folder = node().home / "spool"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder)))


def file_of(request: HttpRequest, body: IO[bytes]) -> tuple[SentFile, dict[str, str]]:
    """The one file of a multipart body and its fields. Raises Refused `documents.bad-request`."""
    keeper = _Keeper()
    try:
        fields, _ = MultiPartParser(request.META, cast("Any", body), [keeper], "utf-8").parse()
    except (MultiPartParserError, BadRequest, SuspiciousOperation, RequestDataTooBig, UnicodeError, ValueError):
        keeper.close()
        raise _no_form() from None
    except BaseException:
        keeper.close()
        raise
    if keeper.sent is None or keeper.count != 1:
        keeper.close()
        raise bad_request("file", "Lời gọi phải có đúng một tệp.", "A call has exactly one file.")
    return keeper.sent, {name: str(value) for name, value in fields.items()}


class _Keeper(FileUploadHandler):
    """Takes the parts that are files to the disk, hashed on the way."""

    chunk_size = BLOCK

    def __init__(self) -> None:
        super().__init__()
        self.sent: SentFile | None = None
        self.count = 0
        self._stream: IO[bytes] | None = None
        self._hash = sha256()
        self._size = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.count += 1
        if self.count > 1:
            raise StopUpload(connection_reset=True)
        self._stream = temporary()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 (Django's signature)
        if self._stream is not None:
            self._hash.update(raw_data)
            self._size += len(raw_data)
            self._stream.write(raw_data)

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 (Django's signature)
        if self._stream is not None:
            self._stream.seek(0)
            self.sent = SentFile(self.file_name or "", self._stream, self._hash.hexdigest(), self._size)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()


def bad_request(field: str, vi: str, en: str) -> Refused:
    return Refused("documents.bad-request", tr(vi, en), field=field, status=400)


def too_large(most: int) -> Refused:
    return Refused(
        "documents.too-large",
        tr(f"Nội dung lớn hơn {most // 2**20} MB.", f"The body is larger than {most // 2**20} MB."),
        status=413,
    )


def _no_form() -> Refused:
    return bad_request("body", "Không đọc được nội dung multipart/form-data.", "The multipart body cannot be read.")
