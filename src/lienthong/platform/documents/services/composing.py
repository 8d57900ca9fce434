"""Composing a message (lập gói tin): what it says of its document, its files, its signed envelope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import read_text, tr
from lienthong.platform.documents import notation, rules
from lienthong.platform.documents.models import Document
from lienthong.platform.documents.rules import AttachmentFacts
from lienthong.platform.documents.services import wrapping
from lienthong.platform.documents.services.arriving import calendars_of
from lienthong.platform.documents.services.dispatching import MOST_FILES
from lienthong.platform.documents.services.routing import Place, answering_for
from lienthong.platform.documents.services.storing import DocumentFacts, NewMessage
from lienthong.platform.documents.type_facts import document_types
from lienthong.platform.documents.types import BusinessKind, NewDocument, Signer


def check_files(attachments: Sequence[object]) -> None:
    """Raises Refused `documents.no-files`, `documents.too-many-files`."""
    if not attachments:
        raise Refused(
            "documents.no-files", tr("Hãy kèm tệp văn bản.", "Attach the document's file."), field="attachments"
        )
    if len(attachments) > MOST_FILES:
        raise Refused(
            "documents.too-many-files",
            tr(f"Tối đa {MOST_FILES} tệp kèm.", f"At most {MOST_FILES} files."),
            field="attachments",
        )


def clean(text: str, field: str, *, lines: bool = False) -> str:
    """Text as it may stand in a message. Raises Refused `documents.broken-text`."""
    read = read_text(text, lines=lines)
    if read is None:
        raise Refused(
            "documents.broken-text",
            tr("Nội dung có ký tự không hợp lệ.", "The text has characters that are not allowed."),
            field=field,
        )
    return read


def facts_of(document: NewDocument) -> DocumentFacts:
    """What the message will say of the document. Raises Refused `documents.unknown-type`."""
    type_ = document_types().get(document.type_code)
    if type_ is None or not type_.is_valid(document.promulgated_on):
        raise Refused(
            "documents.unknown-type",
            tr(f"Không có loại văn bản {document.type_code}.", f"There is no document type {document.type_code}."),
            field="type_code",
        )
    written = clean(document.notation, "notation")
    code = notation.code_of(document.number, document.suffix, written)
    return DocumentFacts(
        document_id=rules.document_id_of(document.agency_code, document.promulgated_on, code),
        agency_code=document.agency_code,
        agency_name=_name_of(document.agency_code),
        type_code=document.type_code,
        type_name=type_.name,
        code=code,
        number=document.number,
        notation=written,
        place=clean(document.place, "place"),
        promulgated_on=document.promulgated_on,
        subject=clean(document.subject, "subject", lines=True),
        content=clean(document.content, "content", lines=True),
        signer=Signer(
            clean(document.signer.competence, "signer"),
            clean(document.signer.position, "signer"),
            clean(document.signer.name, "signer"),
        ),
        due_on=document.due_on,
        priority=document.priority,
        secrecy=document.secrecy,
        other={
            "sphere": clean(document.sphere, "sphere"),
            "pages": document.pages,
            "copies": document.copies,
            "is_directive": document.is_directive,
            "appendixes": [clean(one, "appendixes") for one in document.appendixes],
            "to_places": [clean(one, "to_places") for one in document.to_places],
        },
        answers=tuple(
            {
                "agency_code": one.agency_code,
                "notation": one.notation,
                "document_id": one.document_id,
                "promulgated_on": one.promulgated_on.isoformat(),
            }
            for one in document.answers
        ),
    )


def _name_of(agency_code: str) -> str:
    found = answering_for([agency_code]).get(agency_code)
    return found.name if found else agency_code


def facts_of_row(row: Document) -> DocumentFacts:
    """What is known of a document, as a message says it."""
    return DocumentFacts(
        document_id=row.document_id,
        agency_code=row.agency_code,
        agency_name=row.agency_name,
        type_code=row.type_code,
        type_name=row.type_name,
        code=row.code,
        number=row.number,
        notation=row.notation,
        place=row.place,
        promulgated_on=row.promulgated_on,
        subject=row.subject,
        content=row.content,
        signer=Signer(row.signer_competence, row.signer_position, row.signer_name),
        due_on=row.due_on,
        priority=row.priority,
        secrecy=row.secrecy,
        other=row.other,
        answers=tuple(row.answers),
    )


def compose(
    kind: BusinessKind,
    facts: DocumentFacts,
    attachments: tuple[AttachmentFacts, ...],
    places: Sequence[Place],
    *,
    reason: str = "",
    needs_paper: bool = False,
    document: NewDocument | None = None,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
    replaces: Sequence[Document] = (),
) -> NewMessage:
    """A message of an agency here, written and signed. `document`: it is one that QĐ 28/2018 gives a term."""
    now = clock.now()
    wanted = wrapping.Wanted(
        kind=kind,
        facts=facts,
        attachments=attachments,
        to=tuple(place.agency_code for place in places),
        at=now,
        reason=reason,
        needs_paper=needs_paper,
        added=tuple(added),
        removed=tuple(removed),
        replaces=tuple(one.document_id for one in replaces),
    )
    return NewMessage(
        id=new_id(),
        direction="out",
        kind=kind,
        sender_code=facts.agency_code,
        document=facts,
        attachments=attachments,
        envelope=wrapping.write(wanted),
        digest=rules.content_digest(wrapping.said(wanted), attachments),
        verdict="ours",
        verdict_facts={},
        at=now,
        reason=reason,
        needs_paper=needs_paper,
        due_at=send_by(facts.agency_code, facts.promulgated_on) if document is not None else None,
    )


def send_by(agency_code: str, promulgated_on: date) -> datetime:
    """By when a document promulgated on this day must leave (QĐ 28/2018), by the agency's own calendar."""
    return rules.send_by(calendars_of([agency_code])[agency_code], promulgated_on)
