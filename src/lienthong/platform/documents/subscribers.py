"""What other rooms say, heard by the axis."""

from __future__ import annotations

from uuid import UUID

from lienthong.platform.documents.letters import EdocSent, EdocStatus
from lienthong.platform.documents.services import receipts, statuses
from lienthong.platform.exchange.events import LetterRefused


def on_letter_refused(event: LetterRefused, _event_id: UUID) -> None:
    """A message or a state of ours came back refused: its recipient's row, or our own step, shows why."""
    if event.letter_name == EdocSent.NAME:
        receipts.fail_deliveries(event.letter_id, event.reason_vi)
    elif event.letter_name == EdocStatus.NAME:
        statuses.note_refusal(event.letter_id, event.reason_vi)
