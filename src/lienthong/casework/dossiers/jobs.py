"""What the background thread of the answering node does for the room."""

from __future__ import annotations

from lienthong.casework.dossiers.services import outbox


def send_status_letters(limit: int = outbox.MOST) -> int:
    """Post one letter of the status changes that wait; called every 0.3 s, on every commit, and again while full."""
    sent = outbox.send_next_letter(limit)
    return sent if sent == limit else 0
