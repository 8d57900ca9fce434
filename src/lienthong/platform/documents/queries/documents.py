"""Ask for documents and their messages: what each says, its files, the message exactly as it was signed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db.models import Count, Q

from lienthong.kernel import files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.documents import edxml
from lienthong.platform.documents.edxml.names import NAMESPACE
from lienthong.platform.documents.models import Arrival, Attachment, Delivery, Document, Message
from lienthong.platform.documents.notation import read_code
from lienthong.platform.documents.rights import READERS, works_at
from lienthong.platform.documents.types import (
    Answers,
    AttachmentRef,
    BusinessKind,
    DocumentRef,
    MessageView,
    NewDocument,
    SentRow,
    Signer,
)

_ACCEPTED = ("03", "04", "05", "06")


def document_ref(row: Document) -> DocumentRef:
    """A document as other rooms see it."""
    return DocumentRef(
        id=row.pk,
        document_id=row.document_id,
        agency_code=row.agency_code,
        type_code=row.type_code,
        code=row.code,
        promulgated_on=row.promulgated_on,
        subject=row.subject,
        signer=Signer(row.signer_competence, row.signer_position, row.signer_name),
        priority=row.priority,
        due_on=row.due_on,
    )


def get_document(document_id: UUID, actor: Actor) -> DocumentRef:
    """A document that the actor's agency sent or got. Raises NotFound `documents.no-such-document`."""
    row = Document.objects.defer("content").filter(pk=document_id).first()
    if row is None or not may_read(row, actor):
        raise no_such_document()
    return document_ref(row)


def find_document(agency_code: str, document_id: str, actor: Actor) -> DocumentRef | None:
    """The document of this id on the axis, if it is known here and the actor's agency has it."""
    row = Document.objects.defer("content").filter(agency_code=agency_code, document_id=document_id).first()
    return document_ref(row) if row is not None and may_read(row, actor) else None


def no_such_document() -> NotFound:
    """Strangers do not even learn that it is there."""
    return NotFound("documents.no-such-document", tr("Không có văn bản này.", "There is no such document."))


def may_read(row: Document, actor: Actor) -> bool:
    """Did the actor's agency send it or get it?"""
    if works_at(actor, row.agency_code, *READERS):
        return True
    own = actor.agency_code
    got = Arrival.objects.filter(document=row, agency_code=own)
    return bool(own) and works_at(actor, own, *READERS) and got.exists()


def describe_document(document_id: UUID, actor: Actor) -> NewDocument:
    """A document that the actor's agency sent, as one says it when it is sent. Raises NotFound."""
    row = Document.objects.filter(pk=document_id).first()
    if row is None or not works_at(actor, row.agency_code, *READERS):
        raise no_such_document()
    other = row.other
    return NewDocument(
        agency_code=row.agency_code,
        type_code=row.type_code,
        number=row.number,
        notation=row.notation,
        place=row.place,
        promulgated_on=row.promulgated_on,
        subject=row.subject,
        signer=Signer(row.signer_competence, row.signer_position, row.signer_name),
        content=row.content,
        due_on=row.due_on,
        priority=row.priority,
        secrecy=row.secrecy,
        sphere=str(other.get("sphere", "")),
        pages=int(other.get("pages") or 0),
        copies=int(other.get("copies") or 0),
        is_directive=bool(other.get("is_directive")),
        appendixes=tuple(other.get("appendixes", ())),
        to_places=tuple(other.get("to_places", ())),
        answers=tuple(
            Answers(one["agency_code"], one["notation"], one["document_id"], date.fromisoformat(one["promulgated_on"]))
            for one in row.answers
        ),
        suffix=(read_code(row.code) or (0, "", ""))[1],
    )


def load_message(message_id: UUID, actor: Actor, *, whole: bool = False) -> Message:
    """A message of a document that the actor may read. Raises NotFound `documents.no-such-message`."""
    rows = Message.objects.select_related("document").defer("document__content")
    row = (rows if whole else rows.defer("envelope")).filter(pk=message_id).first()
    if row is None or not may_read(row.document, actor):
        raise NotFound("documents.no-such-message", tr("Không có gói tin này.", "There is no such message."))
    return row


def get_message(message_id: UUID, actor: Actor) -> MessageView:
    """A message with the number of its recipients by state. Raises NotFound `documents.no-such-message`."""
    row = load_message(message_id, actor)
    counted = (
        Delivery.objects.filter(message=row)
        .values_list("transport", "status", "answer")
        .annotate(number=Count("id"))
        .order_by()
    )
    sums: tuple[dict[str, int], dict[str, int], dict[str, int]] = ({}, {}, {})
    for *states, number in counted:
        for place, state in enumerate(states):
            sums[place][state] = sums[place].get(state, 0) + number
    return MessageView(
        id=row.pk,
        direction="out" if row.direction == "out" else "in",
        kind=cast("BusinessKind", row.kind),
        document=document_ref(row.document),
        standing=row.document.standing,
        replaced_by=row.document.replaced_by,
        secrecy=row.document.secrecy,
        reason=row.reason,
        needs_paper=row.needs_paper,
        verdict=row.verdict,
        verdict_facts=row.verdict_facts,
        via=row.via,
        at=row.at,
        due_at=row.due_at,
        late=row.due_at is not None and row.at > row.due_at,
        receivers=sum(sums[0].values()),
        transports=sums[0],
        statuses=sums[1],
        answers=sums[2],
    )


def list_messages(document_id: UUID, actor: Actor) -> list[SentRow]:
    """All messages about a document, the oldest first. Raises NotFound `documents.no-such-document`."""
    get_document(document_id, actor)
    rows = Message.objects.filter(document=document_id).order_by("at", "id")
    return sent_rows(rows.values_list("pk", flat=True))


def list_sent(agency_code: str, actor: Actor, *, start: int = 0, count: int = 30) -> list[SentRow]:
    """What an agency sent, the latest first."""
    if not works_at(actor, agency_code, *READERS):
        return []
    rows = Message.objects.filter(direction="out", sender_code=agency_code).order_by("-at", "-id")
    return sent_rows(rows.values_list("pk", flat=True)[start : start + count])


def count_sent(agency_code: str, actor: Actor, *, most: int = 10_000) -> int:
    """How much an agency sent, counted no further than `most`."""
    if not works_at(actor, agency_code, *READERS):
        return 0
    return Message.objects.filter(direction="out", sender_code=agency_code)[:most].count()


def sent_rows(ids: Collection[UUID]) -> list[SentRow]:
    """These messages with the sums of their recipients, in this order."""
    wanted = list(ids)
    rows = Message.objects.filter(pk__in=wanted).select_related("document").defer("envelope", "document__content")
    sums: Mapping[UUID, Mapping[str, Any]] = {
        one["message"]: one
        for one in Delivery.objects.filter(message__in=wanted)
        .values("message")
        .annotate(
            receivers=Count("id"),
            delivered=Count("id", filter=Q(transport__in=("delivered", "opened"))),
            failed=Count("id", filter=Q(transport="failed")),
            accepted=Count("id", filter=Q(status__in=_ACCEPTED)),
            refused=Count("id", filter=Q(status="02")),
        )
        .order_by()
    }
    found = {row.pk: _sent_row(row, sums.get(row.pk, {})) for row in rows}
    return [found[one] for one in wanted if one in found]


def _sent_row(row: Message, sums: Mapping[str, Any]) -> SentRow:
    return SentRow(
        id=row.pk,
        kind=cast("BusinessKind", row.kind),
        document=document_ref(row.document),
        standing=row.document.standing,
        at=row.at,
        receivers=sums.get("receivers", 0),
        delivered=sums.get("delivered", 0),
        failed=sums.get("failed", 0),
        accepted=sums.get("accepted", 0),
        refused=sums.get("refused", 0),
    )


def open_attachments(message_id: UUID, actor: Actor) -> tuple[AttachmentRef, ...]:
    """The files of a message, unpacked and checked, kept under their digests. Raises NotFound, Refused `edxml.…`."""
    load_message(message_id, actor)
    found = []
    for row in Attachment.objects.filter(message=message_id).order_by("position"):
        with files.open_file(row.sha256) as blob, edxml.open_attachment(blob) as opened:
            found += [_opened(row, one) for one in opened]
    return tuple(found)


def _opened(row: Attachment, one: edxml.OpenedFile) -> AttachmentRef:
    kept = files.store(one.content, name=one.name, allowed=frozenset({one.media_type}), max_bytes=one.size)
    return AttachmentRef(row.position, row.content_id, row.description, replace(kept, name=one.name))


def stream_edxml(message_id: UUID, actor: Actor) -> Iterator[bytes]:
    """The whole edXML file of a message, the envelope exactly as it was signed, a piece at a time.

    Raises NotFound `documents.no-such-message` when the first piece is asked for.
    """
    message = load_message(message_id, actor, whole=True)
    rows = list(Attachment.objects.filter(message=message).order_by("position"))
    namespace = message.verdict_facts.get("namespace", NAMESPACE)
    yield from edxml.stream_message(bytes(message.envelope), _blobs(rows), namespace=namespace)


def _blobs(rows: Iterable[Attachment]) -> Iterator[tuple[edxml.Attachment, BinaryIO]]:
    for row in rows:
        with files.open_file(row.sha256) as blob:
            yield edxml.Attachment(row.content_id, row.name, row.description), blob
