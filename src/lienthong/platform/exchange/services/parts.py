"""Parts that come in pieces (tệp kèm theo khối): kept aside until whole and verified, then taken by their letter.

The bytes lie in `parts/<sender>/<sha256>` of the node's home. How far an upload has come is the size of that file, so
a killed process loses at most the piece it was writing. Who asks for a part must have brought it: a digest alone
opens nothing.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lienthong.kernel import clock, files, sql
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import limits, wire
from lienthong.platform.exchange.models import PartUpload
from lienthong.platform.exchange.services import trust

_SPARE_BYTES = 256 * 2**20
_BLOCK = 2**20

_ASKED_FOR = """
SELECT 1 FROM exchange_outgoingletter
 WHERE recipient = %s AND state = 'waiting' AND parts @> %s::jsonb LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a part has come: its next byte, and whether it is whole and verified."""

    offset: int
    whole: bool


def find_upload(sha256: str, signature: str) -> Progress:
    """How much of this part its sender has brought. Raises Refused for a signature that does not hold."""
    header = _verified(b"", signature, wire.part_name(sha256))
    return _progress(header.sender, sha256)


def _progress(sender: str, sha256: str) -> Progress:
    upload = PartUpload.objects.filter(sender=sender, sha256=sha256).first()
    if upload is None:
        return Progress(0, whole=False)
    if upload.whole:
        if _whole_path(sender, sha256) is not None:
            return Progress(upload.size, whole=True)
        PartUpload.objects.filter(pk=upload.pk).update(whole=False)
    return Progress(_size(_path(sender, sha256)), whole=False)


def receive_piece(sha256: str, body: bytes, signature: str, *, offset: int, size: int) -> Progress:
    """Keep a piece that starts at `offset` of a part of `size` bytes; with the last one the whole is verified.

    The signature covers digest, offset, size and the piece. Raises Conflict `exchange.part-offset` with the offset
    that is wanted, Refused `exchange.too-large`, `.no-space`, `.part-damaged`, `.part-busy`.
    """
    header = _verified(body, signature, wire.part_name(sha256, offset, size))
    progress = _progress(header.sender, sha256)
    if progress.whole:
        return progress
    _check_room(header.sender, offset, size, len(body))
    path = _path(header.sender, sha256)
    _open_upload(header.sender, sha256, size)
    with _alone(path) as stream:
        _append(stream, body, offset)
        if offset + len(body) < size:
            return Progress(offset + len(body), whole=False)
        _finish(stream, path, header.sender, sha256)
    return Progress(size, whole=True)


def _verified(body: bytes, signature: str, name: str) -> wire.Header:
    header = wire.peek(signature, "part")
    if header.name != name:
        raise wire.malformed(
            "name", "Chữ ký không phải cho khối này của tệp.", "The signature is not for this piece of this part."
        )
    trust.verify(body, signature, header)
    trust.require_me(header)
    return header


def _check_room(sender: str, offset: int, size: int, piece: int) -> None:
    allowed = limits.limits()
    if not 0 < size <= allowed.max_part_bytes or piece > limits.CHUNK_BYTES or offset + piece > size or not piece:
        raise Refused(
            "exchange.too-large",
            tr(
                f"Tệp kèm lớn hơn {allowed.max_part_bytes // 2**20} MB hoặc khối sai kích thước.",
                f"The part is larger than {allowed.max_part_bytes // 2**20} MB, or the piece has a wrong size.",
            ),
            status=413,
        )
    if offset:
        return
    folder = node().home / "parts" / sender
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lying = sum(_size(path) for path in folder.iterdir())
    if lying + size > allowed.upload_quota_bytes or shutil.disk_usage(folder).free < size + _SPARE_BYTES:
        raise no_space()


def no_space() -> Refused:
    return Refused(
        "exchange.no-space",
        tr("Nút nhận không đủ chỗ chứa tệp; hãy gửi lại sau.", "The receiving node has no room; try again later."),
        status=507,
    )


def _open_upload(sender: str, sha256: str, size: int) -> None:
    upload, _ = PartUpload.objects.update_or_create(
        sender=sender, sha256=sha256, defaults={"touched_at": clock.now()}, create_defaults=_fresh(size)
    )
    if upload.size != size:
        raise Conflict(
            "exchange.part-damaged",
            tr("Tệp này đã khai với kích thước khác.", "This part was announced with another size."),
            field="Upload-Length",
        )


def _fresh(size: int) -> dict[str, object]:
    return {"size": size, "whole": False, "touched_at": clock.now()}


@contextmanager
def _alone(path: Path) -> Iterator[BinaryIO]:
    """The upload's file, for one writer at a time."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "exchange.part-busy",
                tr("Tệp này đang được ghi.", "Another piece of this part is being written."),
            ) from None
        yield stream


def _append(stream: BinaryIO, body: bytes, offset: int) -> None:
    here = stream.seek(0, os.SEEK_END)
    if offset > here or (offset < here and not _holds_already(stream, body, offset, here)):
        raise Conflict(
            "exchange.part-offset",
            tr(f"Khối kế tiếp bắt đầu từ byte {here}.", f"The next piece starts at byte {here}."),
            field="Upload-Offset",
            details={"offset": here},
        )
    stream.seek(offset)
    try:
        stream.write(body)
        stream.flush()
    except OSError:
        with suppress(OSError):
            stream.truncate(here)
        raise no_space() from None


def _holds_already(stream: BinaryIO, body: bytes, offset: int, here: int) -> bool:
    """A piece that came twice, or was cut while it was written: what is there is the beginning of it."""
    if offset + len(body) < here:
        return False
    stream.seek(offset)
    return body.startswith(stream.read(here - offset))


def _finish(stream: BinaryIO, path: Path, sender: str, sha256: str) -> None:
    os.fsync(stream.fileno())
    stream.seek(0)
    hashed = hashlib.sha256()
    while block := stream.read(_BLOCK):
        hashed.update(block)
    if hashed.hexdigest() != sha256:
        path.unlink(missing_ok=True)
        PartUpload.objects.filter(sender=sender, sha256=sha256).delete()
        raise Refused(
            "exchange.part-damaged",
            tr("Tệp kèm không khớp mã băm; hãy gửi lại từ đầu.", "The part does not fit its digest; send it anew."),
            field=sha256,
            status=400,
        )
    PartUpload.objects.filter(sender=sender, sha256=sha256).update(whole=True, touched_at=clock.now())


# What letters and the fetching side do with them


def find_part(sender: str, part: wire.PartRef) -> Path | None:
    """The verified bytes of a part that this sender has brought, or None."""
    known = PartUpload.objects.filter(sender=sender, sha256=part.sha256, size=part.size, whole=True).exists()
    return _whole_path(sender, part.sha256) if known else None


def drop_taken(sender: str, digests: list[str]) -> None:
    """The letter has its parts among the node's files: the uploads need no place of their own any more."""
    for sha256 in digests:
        _path(sender, sha256).unlink(missing_ok=True)


def read_piece(sha256: str, signature: str, *, offset: int) -> tuple[bytes, int]:
    """A piece of a part of a letter that waits for the node that asks, and the size of the whole.

    Raises NotFound `exchange.no-such-part`, also for a part that is there but is nobody's business.
    """
    header = _verified(b"", signature, wire.part_name(sha256))
    if not sql.rows(_ASKED_FOR, (header.sender, f'[{{"sha256": "{sha256}"}}]')):
        raise _no_such_part(sha256)
    try:
        with files.open(sha256) as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(min(offset, size))
            return stream.read(limits.CHUNK_BYTES), size
    except NotFound:
        raise _no_such_part(sha256) from None


def _no_such_part(sha256: str) -> NotFound:
    return NotFound("exchange.no-such-part", tr("Không có tệp kèm này.", "There is no such part."), field=sha256)


def offset_of(sender: str, part: wire.PartRef) -> int | None:
    """For fetching: from which byte on a part is wanted; None when it is whole."""
    _open_upload(sender, part.sha256, part.size)
    progress = _progress(sender, part.sha256)
    return None if progress.whole else progress.offset


def add_fetched(sender: str, part: wire.PartRef, body: bytes, offset: int) -> None:
    """Keep a piece that this node fetched itself. Raises Refused as `receive_piece`."""
    _check_room(sender, offset, part.size, len(body))
    path = _path(sender, part.sha256)
    with _alone(path) as stream:
        _append(stream, body, offset)
        if offset + len(body) == part.size:
            _finish(stream, path, sender, part.sha256)


def clear_uploads() -> int:
    """Forget uploads that nobody touched for a week; gives how many."""
    old = PartUpload.objects.filter(touched_at__lt=clock.now() - limits.UPLOADS_KEPT)
    gone = list(old.values_list("pk", "sender", "sha256"))
    for _, sender, sha256 in gone:
        _path(sender, sha256).unlink(missing_ok=True)
    PartUpload.objects.filter(pk__in=[key for key, _, _ in gone]).delete()
    return len(gone)


def _path(sender: str, sha256: str) -> Path:
    return node().home / "parts" / sender / sha256


def _whole_path(sender: str, sha256: str) -> Path | None:
    aside, kept = _path(sender, sha256), files.path_of(sha256)
    return aside if aside.exists() else kept if files.is_kept(sha256) else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
