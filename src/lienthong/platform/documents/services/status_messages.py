"""Status messages from systems outside (gói tin trạng thái): said by an agency here, or to one here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from lienthong.kernel import db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import Arrival, Delivery, Message, Step
from lienthong.platform.documents.services.recording import never_sent, record_statuses
from lienthong.platform.documents.services.requests import answer_request, ask_back, take_request
from lienthong.platform.documents.services.statuses import read_status, say_status
from lienthong.platform.documents.services.warnings import count_kinds
from lienthong.platform.documents.types import Evidence, Staff, StatusCode, StatusTold


@dataclass(frozen=True, slots=True)
class SaidOutside:
    """What a status message says: who says it, about which document of whom, what and why.

    `spellings`: how the document's id may stand here, whichever form of code its sender and the answerer use.
    `warnings`: what had to be tolerated in it.
    """

    sender_code: str
    owner_code: str
    document_id: str
    spellings: tuple[str, ...]
    status: str
    at: datetime
    reason: str
    staff: Staff
    digest: str
    warnings: tuple[str, ...] = ()


def take_said_here(said: SaidOutside, *, system_id: str) -> None:
    """A system says what became of a document at its agency, or (13) asks back one that its agency sent.

    Raises NotFound `documents.never-sent`; those of `say_status`, `answer_request`, `ask_back`.
    """
    actor = Actor("system", f"partner:{system_id}", agency_code=said.sender_code)
    with db.atomic():
        if _say_here(said, read_status(said.status), actor):
            count_kinds(said.sender_code, said.document_id, said.warnings)


def _say_here(said: SaidOutside, status: StatusCode, actor: Actor) -> bool:
    """False where it was said before."""
    if status == "13":
        asked = [_ask_back_once(message_id, receiver, said.reason, actor) for message_id, receiver in _sent_by(said)]
        return any(asked)
    arrival = _arrival(said)
    if status in ("15", "16"):
        if _is_answered(arrival.pk, status):
            return False
        answer_request(arrival.pk, agree=status == "15", reason=said.reason, actor=actor)
    elif _is_said(arrival, status):
        return False
    else:
        say_status(arrival.pk, status, actor=actor, reason=said.reason, staff=said.staff, at=said.at)
    return True


def take_said_elsewhere(said: SaidOutside) -> None:
    """Somebody behind another axis says what became of a document of ours, or (13) asks back one of theirs.

    Raises NotFound `documents.never-sent`, `documents.never-received`; Refused of `record_statuses`.
    """
    status = read_status(said.status)
    proof = Evidence("message", said.digest)
    with db.atomic():
        if status == "13":
            requests = _asked_of(said)
            known = any(_is_on_record(said, arrival__message=one.message_id) for one in requests)
            for told in requests:
                take_request(told, proof)
        else:
            answers = [_told(said, message, receiver) for message, receiver in _newest_sent_to(said)]
            known = any(_is_on_record(said, delivery__message=one.message_id) for one in answers)
            record_statuses([(told, proof) for told in answers])
        if not known:
            count_kinds(said.sender_code, said.document_id, said.warnings)


def _is_on_record(said: SaidOutside, **of: UUID) -> bool:
    """This very message; it comes again when its bearer died before it was marked."""
    return Step.objects.filter(level="business", state=read_status(said.status), evidence=said.digest, **of).exists()


def _ask_back_once(message_id: UUID, receiver: str, reason: str, actor: Actor) -> bool:
    if Delivery.objects.filter(message_id=message_id, agency_code=receiver, answer__in=("13", "15")).exists():
        return False
    ask_back(message_id, receiver, reason=reason, actor=actor)
    return True


def _arrival(said: SaidOutside) -> Arrival:
    row = (
        Arrival.objects.filter(agency_code=said.sender_code, document__document_id__in=said.spellings)
        .select_related("document")
        .first()
    )
    if row is None or row.document.agency_code != said.owner_code:
        raise never_sent(said.document_id, said.sender_code)
    return row


def _is_said(arrival: Arrival, status: str) -> bool:
    """An old state told once more: a system that repeats itself after a break is not out of order."""
    return arrival.status == status or Step.objects.filter(arrival=arrival, level="business", state=status).exists()


def _is_answered(arrival_id: UUID, status: str) -> bool:
    row = Arrival.objects.get(pk=arrival_id)
    return not row.asked and Step.objects.filter(arrival=row, level="business", state=status).exists()


def _sent_by(said: SaidOutside) -> list[tuple[UUID, str]]:
    """Who got the document that the agency wants back."""
    rows = Delivery.objects.filter(
        sender_code=said.sender_code,
        message__document__document_id__in=said.spellings,
        message__kind__in=("new", "replace"),
    ).exclude(transport="failed")
    found = list(rows.order_by("id").values_list("message_id", "agency_code"))
    if not found:
        raise NotFound(
            "documents.never-sent",
            tr(
                f"{said.sender_code} chưa gửi văn bản {said.document_id}.",
                f"{said.sender_code} has not sent {said.document_id}.",
            ),
            field="document_id",
        )
    return found


def _newest_sent_to(said: SaidOutside) -> list[tuple[Message, str]]:
    """The message of ours that the answering agency got: of 15 and 16 the newest, else the document itself."""
    rows = (
        Delivery.objects.filter(
            agency_code=said.sender_code, sender_code=said.owner_code, message__document__document_id__in=said.spellings
        )
        .select_related("message__document")
        .defer("message__envelope", "message__document__content")
        .order_by("-message__at", "-id")
    )
    found = [row for row in rows if said.status in ("15", "16") or row.message.kind in ("new", "replace")] or list(rows)
    if not found:
        raise never_sent(said.document_id, said.sender_code)
    return [(found[0].message, found[0].sender_code)]


def _told(said: SaidOutside, message: Message, receiver: str) -> StatusTold:
    return StatusTold(
        message_id=message.pk,
        document_id=message.document.document_id,
        code=message.document.code,
        promulgated_on=message.document.promulgated_on,
        agency_code=said.sender_code,
        receiver=receiver,
        status=read_status(said.status),
        at=said.at,
        reason=said.reason,
        staff=said.staff,
    )


def _asked_of(said: SaidOutside) -> list[StatusTold]:
    """The request as said to each agency of this node that got the document."""
    rows = (
        Arrival.objects.filter(sender_code=said.sender_code, document__document_id__in=said.spellings)
        .select_related("message__document")
        .defer("message__envelope", "message__document__content")
    )
    found = [_told(replace(said, status="13"), row.message, row.agency_code) for row in rows]
    if not found:
        raise never_sent(said.document_id, said.sender_code)
    return found
