"""Registering what arrived (đăng ký văn bản đến): a number of arrival and the state 03, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lienthong.kernel import audit, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.text import Bilingual, read_text, tr
from lienthong.platform.documents import rights
from lienthong.platform.documents.models import Arrival, RegisterEntry
from lienthong.platform.documents.notation import show_number
from lienthong.platform.documents.queries.entries import number_ref
from lienthong.platform.documents.services import registers
from lienthong.platform.documents.services.statuses import lock_arrival, say_status
from lienthong.platform.documents.types import NumberRef

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of one of several arrivals: its number, or why it has none."""

    arrival_id: UUID
    number: NumberRef | None
    problem: Bilingual | None


def register_arrival(
    arrival_id: UUID, *, actor: Actor, number: str = "", note: str = "", receivers: str = ""
) -> NumberRef:
    """Give an arrival its number in the register of incoming documents, and say 03 to the sender.

    `number`: a reserved one; else the next. Raises NotFound, NotAllowed; Conflict `documents.already-registered`,
    `.not-reserved`, `.recalled`, `.out-of-order`, `.answer-first`; Refused `documents.secrecy`.
    """
    with db.atomic():
        arrival = lock_arrival(arrival_id)
        rights.require_clerk(actor, arrival.agency_code)
        known = registers.entry_of_arrival(arrival_id)
        if known is not None:
            raise Conflict(
                "documents.already-registered",
                tr("Văn bản đã có số đến {number}.", "The document has the number of arrival {number} already.").format(
                    number=show_number(known.number, known.suffix)
                ),
            )
        say_status(arrival_id, "03", actor=actor)
        entry = _enter(arrival, actor, number, note, receivers)
        audit.record(actor, "documents.register", f"arrival:{arrival_id}", number=entry.number)
        return number_ref(entry)


def register_many(arrival_ids: Sequence[UUID], *, actor: Actor) -> list[Registered]:
    """Register several arrivals, the most urgent first, then as they came; each by itself or not at all.

    Raises Refused `documents.too-many`.
    """
    wanted = list(dict.fromkeys(arrival_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(
            "documents.too-many",
            tr("Mỗi lần tối đa {n} văn bản.", "At most {n} documents at a time.").format(n=MOST_AT_ONCE),
        )
    order = Arrival.objects.filter(pk__in=wanted).order_by("-urgency", "arrived_at", "id").values_list("pk", flat=True)
    done = []
    for one in list(order):
        try:
            done.append(Registered(one, register_arrival(one, actor=actor), None))
        except Refused as refusal:
            done.append(Registered(one, None, refusal.message))
    return done


def refuse_arrival(arrival_id: UUID, *, reason: str, actor: Actor) -> None:
    """Send a document back with the reason (02); it gets no number. Raises as `say_status`."""
    say_status(arrival_id, "02", actor=actor, reason=reason)


def _enter(arrival: Arrival, actor: Actor, number: str, note: str, receivers: str) -> RegisterEntry:
    document = arrival.document
    facts = {
        "arrival_id": arrival.pk,
        "document_id": document.pk,
        "code": document.code[:120],
        "type_code": document.type_code,
        "type_name": document.type_name,
        "author": document.agency_name or arrival.sender_code,
        "document_date": document.promulgated_on,
        "subject": document.subject,
        "signer": document.signer_name,
        "priority": document.priority,
        "secrecy": document.secrecy,
        "note": (read_text(note) or "")[:1000],
        "receivers": (read_text(receivers) or "")[:2000],
    }
    return registers.enter_arrival(registers.incoming_place(arrival.agency_code, number=number), actor, **facts)
