"""What the room hears: a document that arrived was taken back by its sender."""

from __future__ import annotations

from uuid import UUID

from lienthong.casework.office.services import work
from lienthong.platform.documents.events import DocumentRecalled


def on_document_recalled(event: DocumentRecalled, event_id: UUID) -> None:
    """Open work on it ends. May run twice: ended work stays as it is."""
    work.call_off_recalled(event.arrival_id, event.standing)
