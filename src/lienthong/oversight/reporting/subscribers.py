"""Hear: whatever happens to a dossier at this node, and what nodes count of their documents."""

from uuid import UUID

from lienthong.casework.dossiers.events import DossierEvent
from lienthong.oversight.reporting import services
from lienthong.platform.documents.events import DocumentDaysCounted


def on_dossier_changed(event: DossierEvent, event_id: UUID) -> None:
    services.note_dossier(event)


def on_document_days(event: DocumentDaysCounted, event_id: UUID) -> None:
    services.note_document_days(event)
