"""What a message does at the agencies of this node: a document arrives, or is recalled, updated, replaced."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from lienthong.kernel import bulk, clock, events
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.agencies.types import Calendar
from lienthong.platform.documents.events import DocumentArrived, DocumentRecalled, RecallAsked
from lienthong.platform.documents.models import Arrival, Document, Message, Step
from lienthong.platform.documents.rules import handle_by, takes_effect_alone
from lienthong.platform.documents.services.recording import record_statuses
from lienthong.platform.documents.services.routing import outsiders
from lienthong.platform.documents.services.storing import DocumentFacts, Told, keep_steps, set_facts, step
from lienthong.platform.documents.services.telling import HERE, Saying, tell
from lienthong.platform.documents.types import NOBODY, Evidence, StatusTold

_CALENDAR_HOLDS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Landing:
    """A message for agencies of this node. `removed`: those that an update takes off; `replaces`: older documents."""

    message: Message
    document: Document
    facts: DocumentFacts
    agencies: tuple[str, ...]
    evidence: Evidence
    way: str
    removed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(slots=True)
class _Work:
    """What is to be written once for a whole set."""

    made: list[Arrival] = field(default_factory=list)
    changed: list[Arrival] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    told: list[object] = field(default_factory=list)
    sayings: list[Saying] = field(default_factory=list)
    answered: list[Arrival] = field(default_factory=list)


def land(landings: Sequence[Landing]) -> dict[UUID, list[UUID]]:
    """Let messages take effect here, in their order; gives the arrivals of each message.

    Raises NotFound `documents.never-received` for a recall of what none of the agencies got.
    """
    known = _lock(landings)
    calendars = calendars_of({code for one in landings for code in one.agencies})
    work = _Work()
    found: dict[UUID, list[UUID]] = {}
    for landing in landings:
        found[landing.message.pk] = _land_one(landing, known, calendars, work)
    bulk.insert(work.made)
    Document.objects.filter(pk__in={row.document_id for row in work.made}, indexed_at__isnull=False).update(
        indexed_at=None
    )
    if work.changed:
        Arrival.objects.bulk_update(
            {row.pk: row for row in work.changed}.values(), ("standing", "asked", "asked_by", "updated_at")
        )
    _answer(work)
    keep_steps(work.steps)
    outside = outsiders()
    if outside is not None:
        outside.take_landed({one.message.pk: one.agencies for one in landings})
    for event in work.told:
        events.publish(event)
    return found


_Known = dict[tuple[UUID, str], Arrival]


def _lock(landings: Sequence[Landing]) -> _Known:
    """The arrivals that these messages may touch, in one order."""
    ids = {one.document.pk for one in landings}
    replaced = [(one.facts.agency_code, old) for one in landings for old in one.replaces]
    if replaced:
        older = Document.objects.filter(
            agency_code__in={agency for agency, _ in replaced}, document_id__in={old for _, old in replaced}
        )
        ids |= {row.pk for row in older if (row.agency_code, row.document_id) in replaced}
    rows = (
        Arrival.objects.select_for_update(no_key=True, of=("self",)).select_related("document").filter(document__in=ids)
    )
    return {(row.document_id, row.agency_code): row for row in rows.order_by("id")}


def _land_one(landing: Landing, known: _Known, calendars: Mapping[str, Calendar], work: _Work) -> list[UUID]:
    kind = landing.message.kind
    if kind == "recall":
        there = [row for code in landing.agencies if (row := known.get((landing.document.pk, code))) is not None]
        if not there:
            raise _never_received(landing.document.document_id)
        for row in there:
            _demand(landing, row, "recall", work)
        return [row.pk for row in there]
    arrivals = []
    for code in landing.agencies:
        row = known.get((landing.document.pk, code))
        if code in landing.removed:
            if row is not None:
                _demand(landing, row, "recall", work)
            continue
        if row is None:
            row = known[(landing.document.pk, code)] = _arrive(landing, code, calendars[code], work)
        elif kind == "update":
            _demand(landing, row, "update", work)
        arrivals.append(row.pk)
    if kind == "replace":
        _replace(landing, known, work)
    return arrivals


def _never_received(document_id: str) -> NotFound:
    return NotFound(
        "documents.never-received",
        tr(
            f"Văn bản {document_id} chưa đến cơ quan nào ở đây nên không thu hồi được.",
            f"The document {document_id} has arrived at no agency here, so it cannot be recalled.",
        ),
        field="document_id",
    )


def _arrive(landing: Landing, code: str, calendar: Calendar, work: _Work) -> Arrival:
    now, message, document = clock.now(), landing.message, landing.document
    row = Arrival(
        message=message,
        document=document,
        sender_code=message.sender_code,
        agency_code=code,
        urgency=document.priority,
        arrived_at=now,
        due_at=handle_by(calendar, now),
        updated_at=now,
    )
    work.made.append(row)
    work.steps.append(step("transport", "inbox", now, Told(landing.evidence), arrival_id=row.pk))
    work.told.append(DocumentArrived(row.pk, document.document_id, message.sender_code, code, message.kind))
    return row


def _replace(landing: Landing, known: _Known, work: _Work) -> None:
    """The older documents leave the work lists of those who get the new one."""
    for row in list(known.values()):
        older = row.document_id != landing.document.pk and row.document.document_id in landing.replaces
        if older and row.sender_code == landing.message.sender_code and row.agency_code in landing.agencies:
            _demand(landing, row, "replace", work)


def _demand(landing: Landing, row: Arrival, kind: str, work: _Work) -> None:
    """Before registration it is done at once and answered by 15; afterwards a person of the agency answers."""
    if row.standing != "in-force":
        _agree(landing, row, work)
        return
    if takes_effect_alone(row.status):
        settle(row, kind, landing.document, landing.facts, work.told)
        work.steps.append(_step(row, row.standing if kind != "update" else "update", landing))
        _agree(landing, row, work)
    else:
        row.asked, row.asked_by, row.updated_at = kind, landing.message, clock.now()
        work.steps.append(_step(row, f"ask-{kind}", landing))
        work.told.append(RecallAsked(row.pk, row.document.document_id, row.agency_code, kind, landing.message.reason))
    work.changed.append(row)


def _step(row: Arrival, state: str, landing: Landing) -> Step:
    said = Told(landing.evidence, landing.message.reason, NOBODY, landing.message.sender_code)
    return step("business", state, clock.now(), said, arrival_id=row.pk)


def settle(row: Arrival, kind: str, newer: Document, facts: DocumentFacts | None, told: list[object]) -> None:
    """Let a recall, update or replacement take effect on an arrival; the caller saves it and publishes what is told."""
    row.asked, row.asked_by, row.updated_at = "", None, clock.now()
    if kind == "update":
        if facts is not None:
            set_facts(row.document, facts)
        return
    row.standing = "recalled" if kind == "recall" else "replaced"
    if kind == "replace" and row.document.replaced_by != newer.document_id:
        row.document.replaced_by = newer.document_id
        row.document.save(update_fields=["replaced_by"])
    told.append(DocumentRecalled(row.pk, row.document.document_id, row.agency_code, row.standing))


def _agree(landing: Landing, row: Arrival, work: _Work) -> None:
    told = StatusTold(
        message_id=landing.message.pk,
        document_id=landing.document.document_id,
        code=landing.document.code,
        promulgated_on=landing.document.promulgated_on,
        agency_code=row.agency_code,
        receiver=landing.message.sender_code,
        status="15",
        at=clock.now(),
        reason="",
        staff=NOBODY,
    )
    work.sayings.append(Saying(told, landing.way))
    work.answered.append(row)


def _answer(work: _Work) -> None:
    from_here = tell(work.sayings)
    for row, saying, proof in zip(work.answered, work.sayings, from_here, strict=True):
        work.steps.append(step("business", "15", saying.told.at, Told(proof, actor="system"), arrival_id=row.pk))
    here = [(one.told, proof) for one, proof in zip(work.sayings, from_here, strict=True) if one.way == HERE]
    if here:
        record_statuses(here)


_calendars: dict[str, tuple[datetime, Calendar]] = {}


def calendars_of(agency_codes: Collection[str]) -> dict[str, Calendar]:
    """Working calendars, looked up once in five minutes: days off are declared long before they come."""
    now = clock.now()
    old = [
        code
        for code in agency_codes
        if code not in _calendars or not timedelta() <= now - _calendars[code][0] < _CALENDAR_HOLDS
    ]
    if old:
        _calendars.update((code, (now, found)) for code, found in agency_queries.get_calendars(old).items())
    return {code: _calendars[code][1] for code in agency_codes}
