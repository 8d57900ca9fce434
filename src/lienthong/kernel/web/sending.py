"""Files to browsers (gửi tệp về trình duyệt): a PDF or a picture is shown, all else is saved; never guessed at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse

from lienthong.kernel import files

if TYPE_CHECKING:
    from typing import BinaryIO

    from lienthong.kernel.files import FileRef

_SHOWN = (files.PDF, files.PNG, files.JPEG)


def send_file(file: FileRef, *, saved: bool = False) -> FileResponse:
    """A stored file under its own name. Raises NotFound `files.missing`."""
    return send_content(files.open_file(file.sha256), file.name, file.media_type, saved=saved)


def send_content(content: BinaryIO, name: str, media_type: str, *, saved: bool = False) -> FileResponse:
    """What a stream holds, which the answer closes. `saved`: to keep, also what could be shown."""
    stream: Any = content
    response = FileResponse(
        stream,
        as_attachment=saved or media_type not in _SHOWN,
        filename=files.clean_name(name),
        content_type=media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
