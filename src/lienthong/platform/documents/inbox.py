"""Letters of the axis that arrive: messages with their parts, and states in sets; each with its receipt."""

from __future__ import annotations

from collections.abc import Sequence

from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.text import tr
from lienthong.platform.documents.letters import EdocSent, EdocStatus
from lienthong.platform.documents.services import receiving, requests, statuses
from lienthong.platform.documents.services.recording import record_statuses
from lienthong.platform.documents.services.routing import homes_of
from lienthong.platform.documents.types import Evidence, Staff, StatusTold
from lienthong.platform.exchange.types import Envelope


def on_sent(arrived: Sequence[tuple[EdocSent, Envelope]]) -> None:
    """Messages came for agencies of this node."""
    _require_speaks_for([(letter.sender, envelope) for letter, envelope in arrived])
    receiving.accept_letters(arrived)


def on_status(arrived: Sequence[tuple[EdocStatus, Envelope]]) -> None:
    """Recipients said what became of our messages, or senders ask documents back."""
    _require_speaks_for([(letter.agency_code, envelope) for letter, envelope in arrived])
    said = [(_told(letter), Evidence("letter", str(envelope.id))) for letter, envelope in arrived]
    asked = [one for one in said if one[0].status == "13"]
    answers = [one for one in said if one[0].status != "13"]
    if answers:
        statuses.pass_on(record_statuses(answers))
    for told, proof in asked:
        requests.take_request(told, proof)


def _require_speaks_for(claimed: Sequence[tuple[str, Envelope]]) -> None:
    """A node speaks only for the agencies that it answers for."""
    homes = homes_of({code for code, _ in claimed})
    for code, envelope in claimed:
        if homes.get(code) != envelope.sender:
            raise NotAllowed(
                "documents.foreign-sender",
                tr(
                    f"{envelope.sender} không gửi văn bản thay cho {code}.",
                    f"{envelope.sender} does not speak for {code}.",
                ),
                field="sender",
            )


def _told(letter: EdocStatus) -> StatusTold:
    return StatusTold(
        message_id=letter.message_id,
        document_id=letter.document_id,
        code="",
        promulgated_on=letter.at.date(),
        agency_code=letter.agency_code,
        receiver=letter.receiver,
        status=letter.state,
        at=letter.at,
        reason=letter.reason,
        staff=Staff(letter.department, letter.staff, letter.email, letter.mobile),
    )
