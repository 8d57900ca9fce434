"""What the room hears from the rooms below."""

from __future__ import annotations

from uuid import UUID

from lienthong.platform.exchange.events import LetterRefused
from lienthong.sources.population import letters, services


def on_letter_refused(event: LetterRefused, event_id: UUID) -> None:
    """The holder's node took our letter for unusable: for the waiting dossier that is a refusal too."""
    if event.letter_name == letters.BirthRegistered.NAME and event.about.startswith("birth:"):
        services.settle_refused(
            request_id=UUID(event.about.removeprefix("birth:")),
            code=event.code,
            reason_vi=event.reason_vi,
            reason_en=event.reason_en,
        )
