"""What the room hears: a document was taken back by its sender; a leader's phone has answered."""

from __future__ import annotations

from uuid import UUID

from lienthong.casework.office.services import remote_signing, work
from lienthong.platform.documents.events import DocumentRecalled
from lienthong.platform.signing.events import RemoteBatchEnded


def on_document_recalled(event: DocumentRecalled, event_id: UUID) -> None:
    """Open work on it ends. May run twice: ended work stays as it is."""
    work.call_off_recalled(event.arrival_id, event.standing)


def on_remote_batch_ended(event: RemoteBatchEnded, event_id: UUID) -> None:
    """Drafts are signed, or said not to be, also when the leader's page is long closed. May run twice."""
    remote_signing.take_remote(UUID(event.batch_id))
