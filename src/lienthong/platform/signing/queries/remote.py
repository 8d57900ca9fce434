"""Asking which signatures are waited for from elsewhere (ký từ xa); an officer sees only the own ones."""

from collections.abc import Sequence
from typing import get_args
from uuid import UUID

from lienthong.kernel import clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.signing.models import RemoteSigningBatch, RemoteSigningRequest
from lienthong.platform.signing.types import RemoteBatch, RemoteSigning, RemoteState

_SHOWN = 100


def list_remote_waiting(actor: Actor) -> Sequence[RemoteSigning]:
    """Documents that wait for this officer's remote signature, the oldest first."""
    rows = RemoteSigningRequest.objects.filter(
        officer=actor.label, signature__isnull=True, batch__isnull=True, expires_at__gt=clock.now()
    ).defer("body", "attributes")
    return [as_remote(row) for row in rows.order_by("created_at")[:_SHOWN]]


def get_remote(request_id: UUID, actor: Actor) -> RemoteSigning:
    """One request of this officer, also a signed or expired one. Raises NotFound `signing.no-request`."""
    return as_remote(find_row(request_id, actor))


def get_remote_result(request_id: UUID, actor: Actor) -> tuple[str, str]:
    """The signed file's digest and where to go back to; both may be "". Raises NotFound `signing.no-request`."""
    row = find_row(request_id, actor)
    return row.result_sha256, row.return_to


def get_remote_batch(batch_id: UUID) -> RemoteBatch:
    """A batch and what became of it; whoever knows its id asked for it. Raises NotFound `signing.no-request`."""
    row = RemoteSigningBatch.objects.filter(pk=batch_id).first()
    if row is None:
        raise _no_request()
    rows = RemoteSigningRequest.objects.filter(batch=batch_id).exclude(result_sha256="")
    state: RemoteState = next((one for one in get_args(RemoteState) if one == row.state), "failed")
    return RemoteBatch(
        id=row.pk,
        state=state,
        about=row.about,
        count=row.count,
        expires_at=row.expires_at.astimezone(ZONE),
        results=dict(rows.values_list("about", "result_sha256")),
        trouble=_TROUBLES.get(row.trouble, _TROUBLES["signing.remote-refused"]) if row.trouble else None,
    )


_TROUBLES = {
    "signing.remote-silent": tr(
        "Dịch vụ ký từ xa chưa trả lời. Hệ thống tự hỏi lại.",
        "The signing service has not answered. It is asked again by itself.",
    ),
    "signing.remote-refused": tr(
        "Dịch vụ ký từ xa đang từ chối. Hệ thống tự hỏi lại.",
        "The signing service says no at present. It is asked again by itself.",
    ),
}


def find_row(request_id: UUID, actor: Actor) -> RemoteSigningRequest:
    """The row of a request, for the officer it was made for and nobody else."""
    row = RemoteSigningRequest.objects.filter(pk=request_id, officer=actor.label).first()
    if row is None:
        raise _no_request()
    return row


def _no_request() -> NotFound:
    return NotFound("signing.no-request", tr("Không có yêu cầu ký này.", "There is no such request to sign."))


def as_remote(row: RemoteSigningRequest) -> RemoteSigning:
    return RemoteSigning(
        id=row.pk,
        officer=row.officer,
        digest=bytes(row.digest),
        document_sha256=row.document_sha256,
        title=row.title,
        thumbprint=row.thumbprint,
        created_at=row.created_at.astimezone(ZONE),
        expires_at=row.expires_at.astimezone(ZONE),
    )


def get_remote_document(request_id: UUID, actor: Actor) -> bytes:
    """The document as it will be signed, or as it was. Raises NotFound `signing.no-request`."""
    row = find_row(request_id, actor)
    return files.read(row.result_sha256) if row.result_sha256 else bytes(row.body)
