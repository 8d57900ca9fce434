"""Hear: whatever happens to a dossier at this node."""

from uuid import UUID

from lienthong.casework.dossiers.events import DossierEvent
from lienthong.oversight.reporting import services


def on_dossier_changed(event: DossierEvent, event_id: UUID) -> None:
    services.note_dossier(event)
