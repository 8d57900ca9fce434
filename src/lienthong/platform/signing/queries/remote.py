"""Asking which signatures are waited for from elsewhere (ký từ xa); an officer sees only the own ones."""

from collections.abc import Sequence
from uuid import UUID

from lienthong.kernel import clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.signing.models import RemoteSigningRequest
from lienthong.platform.signing.types import RemoteSigning

_SHOWN = 100


def list_remote_waiting(actor: Actor) -> Sequence[RemoteSigning]:
    """Documents that wait for this officer's remote signature, the oldest first."""
    rows = RemoteSigningRequest.objects.filter(
        officer=actor.label, signature__isnull=True, expires_at__gt=clock.now()
    ).defer("body", "attributes")
    return [as_remote(row) for row in rows.order_by("created_at")[:_SHOWN]]


def get_remote(request_id: UUID, actor: Actor) -> RemoteSigning:
    """One request of this officer, also a signed or expired one. Raises NotFound `signing.no-request`."""
    return as_remote(find_row(request_id, actor))


def get_remote_result(request_id: UUID, actor: Actor) -> tuple[str, str]:
    """The signed file's digest and where to go back to; both may be "". Raises NotFound `signing.no-request`."""
    row = find_row(request_id, actor)
    return row.result_sha256, row.return_to


def find_row(request_id: UUID, actor: Actor) -> RemoteSigningRequest:
    """The row of a request, for the officer it was made for and nobody else."""
    row = RemoteSigningRequest.objects.filter(pk=request_id, officer=actor.label).first()
    if row is None:
        raise NotFound("signing.no-request", tr("Không có yêu cầu ký này.", "There is no such request to sign."))
    return row


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
