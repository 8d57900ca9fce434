"""What becomes of a document that was sent: recall, update, replacement (thu hồi, cập nhật, thay thế)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lienthong.kernel import clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.platform.documents import rules
from lienthong.platform.documents.models import Delivery, Document
from lienthong.platform.documents.rights import CLERKS, require_work
from lienthong.platform.documents.rules import AttachmentFacts
from lienthong.platform.documents.services import wrapping
from lienthong.platform.documents.services.composing import check_files, clean, compose, facts_of, facts_of_row
from lienthong.platform.documents.services.dispatching import Dispatch, dispatch
from lienthong.platform.documents.services.routing import Place, find_places
from lienthong.platform.documents.services.storing import DocumentFacts, NewMessage, set_facts
from lienthong.platform.documents.services.taking import permitted_secrecy
from lienthong.platform.documents.types import NewDocument


def send_recall(document_id: UUID, *, reason: str, actor: Actor, receivers: Sequence[str] = ()) -> UUID:
    """Recall a document (thu hồi) from all who got it, or from some; gives the message's id.

    Raises NotFound `documents.no-such-document`; Refused `documents.reason-missing`; Conflict `documents.recalled`.
    """
    told = clean(rules.check_reason(reason, needed=True), "reason", lines=True)
    with db.atomic():
        document = _lock_sent(document_id, actor)
        places = places_of(document, only=receivers)
        message = compose("recall", facts_of_row(document), (), places, reason=told)
        sent = dispatch(Dispatch(message, places), actor=actor)
        after_sending(message, (), whole=not receivers)
    return sent.id


def send_update(
    document_id: UUID,
    *,
    reason: str,
    actor: Actor,
    document: NewDocument | None = None,
    attachments: Sequence[FileRef] | None = None,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
    needs_paper: bool = False,
) -> UUID:
    """Update a document (cập nhật): its facts, its files, who gets it. Number, notation and day stay as they are.

    Raises NotFound `documents.no-such-document`; Refused `documents.reason-missing`, `documents.not-this-document`,
    `documents.nothing-changed`, `documents.not-a-receiver`; Conflict `documents.recalled`; those of `send_document`.
    """
    told = clean(rules.check_reason(reason, needed=True), "reason", lines=True)
    with db.atomic():
        row = _lock_sent(document_id, actor)
        before = facts_of_row(row)
        facts = before if document is None else _updated(row, document)
        if facts.columns() == before.columns() and attachments is None and not added and not removed:
            raise Refused("documents.nothing-changed", tr("Chưa có gì thay đổi.", "Nothing was changed."))
        places = _with_added(row, places_of(row), added, removed)
        carried = _wrapped(attachments) if attachments is not None else _newest_attachments(row)
        message = compose(
            "update", facts, carried, places, reason=told, needs_paper=needs_paper, added=added, removed=removed
        )
        sent = dispatch(Dispatch(message, places, removed=tuple(removed)), actor=actor)
        after_sending(message, (), whole=True)
    return sent.id


def _wrapped(attachments: Sequence[FileRef]) -> tuple[AttachmentFacts, ...]:
    check_files(attachments)
    return wrapping.wrap_files(attachments, ())


def send_replacement(
    document_id: UUID,
    *,
    document: NewDocument,
    attachments: Sequence[FileRef],
    reason: str,
    actor: Actor,
    receivers: Sequence[str] = (),
    needs_paper: bool = False,
) -> UUID:
    """Replace a document (thay thế) by another one with its own number, for all who got it and for `receivers`.

    Raises as `send_document` and `send_recall`; Refused `documents.replaces-itself`.
    """
    told = clean(rules.check_reason(reason, needed=True), "reason", lines=True)
    rules.check_document(document, today=clock.today(), permitted=permitted_secrecy())
    facts = facts_of(document)
    with db.atomic():
        old = _lock_sent(document_id, actor)
        if old.document_id == facts.document_id or old.agency_code != facts.agency_code:
            raise Refused(
                "documents.replaces-itself",
                tr("Văn bản thay thế phải có số, ký hiệu khác.", "The replacement needs another number or notation."),
                field="number",
            )
        places = _with_added(old, places_of(old), receivers, ())
        carried = _wrapped(attachments)
        message = compose(
            "replace", facts, carried, places, reason=told, needs_paper=needs_paper, document=document, replaces=[old]
        )
        sent = dispatch(Dispatch(message, places, replaces=(old.document_id,)), actor=actor)
        after_sending(message, (old.document_id,), whole=True)
    return sent.id


def _lock_sent(document_id: UUID, actor: Actor) -> Document:
    row = Document.objects.select_for_update(no_key=True).filter(pk=document_id, messages__direction="out").first()
    if row is None:
        raise NotFound("documents.no-such-document", tr("Không có văn bản đi này.", "There is no such document."))
    require_work(actor, row.agency_code, *CLERKS)
    if row.standing != "in-force":
        raise Conflict(
            "documents.recalled",
            tr("Văn bản đã được thu hồi hoặc thay thế.", "The document was recalled or replaced already."),
        )
    return row


def places_of(document: Document, only: Sequence[str] = ()) -> list[Place]:
    """Who has got a document, or is to get it: where it failed there is nothing to take back.

    Raises Refused `documents.not-a-receiver`.
    """
    rows = Delivery.objects.filter(message__document=document).exclude(transport="failed").order_by("id")
    found: dict[str, Place] = {}
    for code, home in rows.values_list("agency_code", "node_code"):
        axis = home.removeprefix("axis:") if home.startswith("axis:") else ""
        found.setdefault(code, Place(code, "" if axis else home, axis))
    if strangers := [code for code in only if code not in found]:
        raise Refused(
            "documents.not-a-receiver",
            tr(f"{strangers[0]} không nhận văn bản này.", f"{strangers[0]} did not get this document."),
            field="receivers",
        )
    return [place for code, place in found.items() if not only or code in only]


def _with_added(row: Document, places: list[Place], added: Sequence[str], removed: Sequence[str]) -> list[Place]:
    there = {place.agency_code for place in places}
    if strangers := [code for code in removed if code not in there]:
        raise Refused(
            "documents.not-a-receiver",
            tr(f"{strangers[0]} không nhận văn bản này.", f"{strangers[0]} did not get this document."),
            field="removed",
        )
    more = find_places(added, sender_code=row.agency_code) if added else []
    return places + [place for place in more if place.agency_code not in there]


def _updated(row: Document, document: NewDocument) -> DocumentFacts:
    rules.check_document(document, today=clock.today(), permitted=permitted_secrecy())
    facts = facts_of(document)
    if facts.document_id != row.document_id or facts.agency_code != row.agency_code:
        raise Refused(
            "documents.not-this-document",
            tr(
                "Cập nhật giữ nguyên số, ký hiệu và ngày ban hành; nếu khác, hãy gửi bản thay thế.",
                "An update keeps number, notation and day; otherwise send a replacement.",
            ),
            field="number",
        )
    return facts


def _newest_attachments(row: Document) -> tuple[AttachmentFacts, ...]:
    newest = row.messages.filter(direction="out").exclude(kind="recall").order_by("-at").first()
    found = newest.attachments.order_by("position") if newest else ()
    return tuple(
        AttachmentFacts(one.content_id, one.name, one.description, one.media_type, one.sha256, one.size)
        for one in found
    )


def after_sending(message: NewMessage, replaces: Sequence[str], *, whole: bool) -> None:
    """What a sent recall, update or replacement means for the sender's own copy."""
    rows = Document.objects.select_for_update(no_key=True).filter(agency_code=message.sender_code)
    if message.kind == "replace":
        rows.filter(document_id__in=list(replaces), standing="in-force").update(
            standing="replaced", replaced_by=message.document.document_id
        )
        return
    row = rows.get(document_id=message.document.document_id)
    if message.kind == "update":
        set_facts(row, message.document)
    elif message.kind == "recall" and whole:
        row.standing = "recalled"
        row.save(update_fields=["standing"])
