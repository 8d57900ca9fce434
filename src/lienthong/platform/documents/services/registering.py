"""Registering what arrived (đăng ký văn bản đến): a number of arrival and the state 03, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
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
from lienthong.platform.documents.services.statuses import lock_arrival, lock_arrivals, require_now, say_all, say_status
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
        _require_unregistered(registers.entry_of_arrival(arrival_id))
        say_status(arrival_id, "03", actor=actor)
        entry = _enter(arrival, actor, number, note, receivers)
        audit.record(actor, "documents.register", f"arrival:{arrival_id}", number=entry.number)
        return number_ref(entry)


def register_many(arrival_ids: Sequence[UUID], *, actor: Actor) -> list[Registered]:
    """Register several arrivals, the most urgent first, then as they came, in as many statements as one takes.

    One that cannot be registered says why and holds none of the others up. Raises Refused `documents.too-many`.
    """
    wanted = list(dict.fromkeys(arrival_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(
            "documents.too-many",
            tr("Mỗi lần tối đa {n} văn bản.", "At most {n} documents at a time.").format(n=MOST_AT_ONCE),
        )
    with db.atomic():
        rows = sorted(lock_arrivals(wanted), key=lambda row: (-row.urgency, row.arrived_at, row.pk))
        problems = _problems(rows, actor)
        going = [row for row in rows if row.pk not in problems]
        numbers: dict[UUID, NumberRef] = {}
        # In one order, for two who register for the same agencies would wait for each other.
        for agency_code in sorted({row.agency_code for row in going}):
            here = [row for row in going if row.agency_code == agency_code]
            try:
                with db.atomic():
                    numbers |= _register_all(agency_code, here, actor)
            except Refused as refusal:
                problems |= dict.fromkeys((row.pk for row in here), refusal.message)
    return [Registered(row.pk, numbers.get(row.pk), problems.get(row.pk)) for row in rows]


def _problems(rows: Sequence[Arrival], actor: Actor) -> dict[UUID, Bilingual]:
    """Why some of these locked arrivals cannot be registered."""
    known = {entry.arrival_id: entry for entry in RegisterEntry.objects.filter(arrival__in=[row.pk for row in rows])}
    problems: dict[UUID, Bilingual] = {}
    for row in rows:
        try:
            rights.require_clerk(actor, row.agency_code)
            _require_unregistered(known.get(row.pk))
            require_now(row, "03")
        except Refused as refusal:
            problems[row.pk] = refusal.message
    return problems


def _register_all(agency_code: str, rows: Sequence[Arrival], actor: Actor) -> dict[UUID, NumberRef]:
    say_all(rows, "03", actor=actor)
    entries = registers.enter_arrivals(agency_code, actor, [_facts(row) for row in rows])
    told = {f"arrival:{row.pk}": {"number": entry.number} for row, entry in zip(rows, entries, strict=True)}
    audit.record_many(actor, "documents.register", told)
    return {row.pk: number_ref(entry) for row, entry in zip(rows, entries, strict=True)}


def _require_unregistered(known: RegisterEntry | None) -> None:
    if known is not None:
        raise Conflict(
            "documents.already-registered",
            tr("Văn bản đã có số đến {number}.", "The document has the number of arrival {number} already.").format(
                number=show_number(known.number, known.suffix)
            ),
        )


def refuse_arrival(arrival_id: UUID, *, reason: str, actor: Actor) -> None:
    """Send a document back with the reason (02); it gets no number. Raises as `say_status`."""
    say_status(arrival_id, "02", actor=actor, reason=reason)


def _enter(arrival: Arrival, actor: Actor, number: str, note: str, receivers: str) -> RegisterEntry:
    facts = {
        **_facts(arrival),
        "note": (read_text(note) or "")[:1000],
        "receivers": (read_text(receivers) or "")[:2000],
    }
    return registers.enter_arrival(registers.incoming_place(arrival.agency_code, number=number), actor, **facts)


def _facts(arrival: Arrival) -> dict[str, Any]:
    """What its line in the register says of an arrival."""
    document = arrival.document
    return {
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
    }
