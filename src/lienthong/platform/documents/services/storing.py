"""Storing messages whole: document, message, attachments and steps, in sets and in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from lienthong.kernel import bulk, clock
from lienthong.kernel.errors import Conflict
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import Attachment, Delivery, Document, Message, Step
from lienthong.platform.documents.rules import AttachmentFacts
from lienthong.platform.documents.types import NOBODY, BusinessKind, Direction, Evidence, Signer, Staff


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a message says of its document (thông tin văn bản)."""

    document_id: str
    agency_code: str
    agency_name: str
    type_code: str
    type_name: str
    code: str
    number: int
    notation: str
    place: str
    promulgated_on: date
    subject: str
    content: str
    signer: Signer
    due_on: date | None
    priority: int
    secrecy: str = ""
    other: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Mapping[str, str], ...] = ()

    def columns(self) -> dict[str, Any]:
        """The columns of the document's row that a message may change."""
        return {
            "agency_name": self.agency_name[:500],
            "type_code": self.type_code,
            "type_name": self.type_name[:100],
            "code": self.code[:150],
            "number": self.number,
            "notation": self.notation[:100],
            "place": self.place[:200],
            "promulgated_on": self.promulgated_on,
            "subject": self.subject[:2000],
            "content": self.content,
            "signer_competence": self.signer.competence[:50],
            "signer_position": self.signer.position[:200],
            "signer_name": self.signer.name[:200],
            "due_on": self.due_on,
            "priority": self.priority,
            "secrecy": self.secrecy[:20],
            "other": dict(self.other),
            "answers": [dict(one) for one in self.answers],
            "indexed_at": None,
        }


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that is to be kept: what it says, exactly as it was signed, and how it came."""

    id: UUID
    direction: Direction
    kind: BusinessKind
    sender_code: str
    document: DocumentFacts
    attachments: tuple[AttachmentFacts, ...]
    envelope: bytes
    digest: bytes
    verdict: str
    verdict_facts: Mapping[str, Any]
    at: datetime
    reason: str = ""
    needs_paper: bool = False
    via: str = ""
    due_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Which document it is about."""
        return self.document.agency_code, self.document.document_id


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it lies here; `fresh`: it was stored just now."""

    message: Message
    document: Document
    fresh: bool


def lock_documents(given: Sequence[NewMessage]) -> dict[tuple[str, str], Document]:
    """The documents of these messages, locked in one order; those not known are made, at most once in any race."""
    now = clock.now()
    rows = {one.key: one.document for one in given}
    bulk.insert_new(
        [
            Document(agency_code=agency, document_id=document_id, created_at=now, **facts.columns())
            for (agency, document_id), facts in sorted(rows.items())
        ]
    )
    locked = (
        Document.objects.select_for_update(no_key=True)
        .filter(agency_code__in={key[0] for key in rows}, document_id__in={key[1] for key in rows})
        .order_by("agency_code", "document_id")
    )
    return {key: row for row in locked if (key := (row.agency_code, row.document_id)) in rows}


def keep_messages(given: Sequence[NewMessage], documents: Mapping[tuple[str, str], Document]) -> list[Kept]:
    """Keep what is new; a message that is known is given back as it lies here. At most one for each document.

    Raises Conflict `documents.other-content` when a document comes as new again with something else in it.
    """
    known = _known(given, documents.values())
    kept, fresh = [], []
    for one in given:
        document = documents[one.key]
        found = _same(one, [row for row in known if row.document_id == document.pk])
        is_fresh = found is None
        if found is None:
            _require_free_id(one, known)
            found = _row(one, document)
            fresh.append((found, one))
        kept.append(Kept(found, document, fresh=is_fresh))
    bulk.insert([row for row, _ in fresh])
    bulk.insert(
        [
            Attachment(message=row, position=place, **_attachment(facts))
            for row, one in fresh
            for place, facts in enumerate(one.attachments)
        ]
    )
    return kept


def _known(given: Sequence[NewMessage], documents: Iterable[Document]) -> list[Message]:
    about = Q(document__in=[row.pk for row in documents]) | Q(id__in=[one.id for one in given])
    return list(Message.objects.defer("envelope").filter(about).order_by("at"))


def _require_free_id(one: NewMessage, known: Sequence[Message]) -> None:
    if any(row.pk == one.id for row in known):
        raise Conflict(
            "documents.message-id-used",
            tr("Mã gói tin này đã dùng cho nội dung khác.", "This message id was used for something else."),
            field="message_id",
        )


def _same(one: NewMessage, known: Sequence[Message]) -> Message | None:
    for row in known:
        if row.direction == one.direction and row.kind == one.kind and bytes(row.digest) == one.digest:
            return row
    if one.kind == "new" and any(row.direction == one.direction and row.kind in ("new", "replace") for row in known):
        raise Conflict(
            "documents.other-content",
            tr(
                f"Văn bản {one.document.document_id} đã được gửi trước đó với nội dung khác. Muốn sửa, hãy gửi bản"
                " cập nhật hoặc bản thay thế.",
                f"The document {one.document.document_id} was sent before with other content. To change it, send an"
                " update or a replacement.",
            ),
            field="document_id",
        )
    return None


def _row(one: NewMessage, document: Document) -> Message:
    return Message(
        id=one.id,
        direction=one.direction,
        sender_code=one.sender_code,
        document=document,
        kind=one.kind,
        reason=one.reason,
        needs_paper=one.needs_paper,
        via=one.via,
        envelope=one.envelope,
        digest=one.digest,
        verdict=one.verdict,
        verdict_facts=dict(one.verdict_facts),
        size=len(one.envelope) + sum(facts.size for facts in one.attachments),
        due_at=one.due_at,
        at=one.at,
    )


def _attachment(facts: AttachmentFacts) -> dict[str, Any]:
    return {
        "content_id": facts.content_id,
        "name": facts.name[:250],
        "description": facts.description[:500],
        "media_type": facts.media_type[:100],
        "sha256": facts.sha256,
        "size": facts.size,
    }


def set_facts(document: Document, facts: DocumentFacts) -> None:
    """The document says from now on what its newest message says."""
    columns = {**facts.columns(), "indexed_at": None}
    for name, value in columns.items():
        setattr(document, name, value)
    document.save(update_fields=list(columns))


@dataclass(frozen=True, slots=True)
class Told:
    """What a step says besides state and moment."""

    evidence: Evidence
    reason: str = ""
    staff: Staff = NOBODY
    actor: str = ""


def step(
    level: str, state: str, at: datetime, told: Told, *, delivery_id: int | None = None, arrival_id: UUID | None = None
) -> Step:
    """A step that is to be inserted."""
    return Step(
        delivery_id=delivery_id,
        arrival_id=arrival_id,
        level=level,
        state=state,
        at=at,
        recorded_at=clock.now(),
        reason=told.reason[:1000],
        department=told.staff.department[:250],
        staff=told.staff.name[:250],
        email=told.staff.email[:250],
        mobile=told.staff.mobile[:20],
        actor=told.actor[:250],
        evidence_kind=told.evidence.kind,
        evidence=told.evidence.reference[:80],
    )


def keep_steps(steps: Sequence[Step]) -> None:
    """Insert steps; one that was told before is left as it is."""
    bulk.insert_new(steps)


_CHANGE_DELIVERIES = """
UPDATE documents_delivery d
   SET transport = v.transport, status = v.status, status_at = v.status_at, answer = v.answer, problem = v.problem,
       letter_id = v.letter_id, delivered_at = v.delivered_at, updated_at = v.updated_at
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::uuid[],
              %s::timestamptz[], %s::timestamptz[])
       AS v(id, transport, status, status_at, answer, problem, letter_id, delivered_at, updated_at)
 WHERE d.id = v.id
"""


def keep_deliveries(rows: Iterable[Delivery]) -> None:
    """Write down where deliveries stand, which the caller has locked. One statement for any number."""
    columns = zip(
        *(
            (
                row.pk,
                row.transport,
                row.status,
                row.status_at,
                row.answer,
                row.problem,
                row.letter_id,
                row.delivered_at,
                row.updated_at,
            )
            for row in rows
        ),
        strict=True,
    )
    given = [list(column) for column in columns]
    if given:
        with connection.cursor() as cursor:
            cursor.execute(_CHANGE_DELIVERIES, given)
