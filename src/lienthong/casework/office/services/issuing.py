"""The clerk's part (phát hành): number and date, the agency's seal, sending; by NĐ 30/2020 in this order."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from lienthong.casework.office import pages, rights, rules
from lienthong.casework.office.models import Draft, DraftVersion, WorkOrder
from lienthong.casework.office.services import drafts, journal, leading, telling
from lienthong.casework.office.services.work import finish_by_reply
from lienthong.kernel import clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.documents import services as documents
from lienthong.platform.documents.types import Answers, NewDocument, Signer
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing
from lienthong.platform.signing.types import Box, PlacedText

_PDF_ONLY: Final = frozenset({files.PDF})
_MAX_SIGNED: Final = 4 * drafts.MAX_FILE
_NUMBER_SIZE: Final = 13.0


def number_draft(draft_id: UUID, *, on: date | None = None, actor: Actor) -> str:
    """Give number and date out of the register; gives the whole code. Raises as `documents.give_number`."""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "number")
        day = on or clock.today()
        _check_day(draft, day)
        given = documents.give_number(
            draft.agency_code,
            draft.type_code,
            on=day,
            actor=actor,
            subject=draft.subject,
            unit=draft.unit,
            signer=draft.signer_name,
            receivers="; ".join(rules.list_places(_names(draft), draft.to_places, at_most=20)),
            keeper=draft.keeper,
            copies=1,
            priority=draft.priority,
        )
        draft.number, draft.code, draft.entry_id = given.number, given.code, given.entry_id
        draft.promulgated_on = day
        journal.take_step(draft, "number", actor, note=given.code, code=given.code)
        return given.code


def seal_draft(draft_id: UUID, *, actor: Actor) -> None:
    """Write number and date into the free places of the signed paper and seal it, both with the agency's key.

    The number is itself a visible signature of the agency, so that nothing that the leader signed counts as changed.
    Raises Refused `signing.*`, Conflict `office.moved-on`.
    """
    draft = journal.load_draft(draft_id, actor, "seal")
    version = drafts.newest_version(draft)
    if version is None or not draft.signed_sha256 or draft.promulgated_on is None:
        raise Conflict("office.moved-on", tr("Văn bản chưa có chữ ký và số.", "It has no signature and number yet."))
    sealed = _seal(draft, version, draft.promulgated_on)
    sealed_files = _seal_attachments(draft)
    kept = files.store(sealed, name=final_name(draft), allowed=_PDF_ONLY, max_bytes=_MAX_SIGNED)
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "seal")
        draft.sealed_sha256 = kept.sha256
        for attachment_id, digest in sealed_files.items():
            draft.attachments.filter(pk=attachment_id).update(sealed_sha256=digest)
        journal.take_step(draft, "seal", actor, file=kept.sha256)


def send_draft(draft_id: UUID, *, actor: Actor) -> UUID | None:
    """Send the sealed document to its recipients; gives the message's id, None when nobody is reached electronically.

    Work on the arrivals that it answers is finished by it. Raises as `documents.send_document`.
    """
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "send")
        if draft.receivers:
            draft.message_id = documents.send_document(
                new_document(draft, actor),
                [_final_file(draft), *attached_files(draft)],
                receivers=draft.receivers,
                needs_paper=draft.needs_paper,
                actor=actor,
            )
        journal.take_step(draft, "send", actor, message=draft.message_id)
        _finish_work(draft, actor)
        telling.tell_drafter(draft, tr("Văn bản đã phát hành", "Your document was sent"), "sent")
        return draft.message_id


def issue_draft(draft_id: UUID, *, actor: Actor) -> UUID | None:
    """Number, seal and send in one go, from where the clerk's part stands; a step stays when a later one fails."""
    draft = rights.require_reading(actor, Draft.objects.filter(pk=draft_id).first())
    if draft.status == "signed":
        number_draft(draft_id, actor=actor)
    if draft.status in ("signed", "numbered"):
        seal_draft(draft_id, actor=actor)
    return send_draft(draft_id, actor=actor)


def strike_draft(draft_id: UUID, reason: str, *, actor: Actor) -> None:
    """Give up a numbered document that was not sent: its number is struck out and stays in the register."""
    words = rules.clean_text(reason, field="reason")
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "strike")
        if draft.entry_id is not None:
            documents.strike_number(draft.entry_id, words, actor)
        journal.take_step(draft, "strike", actor, note=words)


def new_document(draft: Draft, actor: Actor) -> NewDocument:
    """What the envelope says of the document. Raises Conflict `office.moved-on` for one without number."""
    if draft.number is None or draft.promulgated_on is None:
        raise Conflict("office.moved-on", tr("Văn bản chưa có số.", "It has no number yet."))
    version = drafts.newest_version(draft)
    return NewDocument(
        agency_code=draft.agency_code,
        type_code=draft.type_code,
        number=draft.number,
        suffix=draft.code.partition("/")[0].lstrip("0123456789"),
        notation=draft.code.partition("/")[2],
        place=pages.place_of(draft.agency_code, draft.promulgated_on),
        promulgated_on=draft.promulgated_on,
        subject=draft.subject,
        signer=Signer(draft.competence, draft.signer_position, draft.signer_name),
        due_on=draft.due_on,
        priority=draft.priority,
        pages=version.pages if version else 0,
        appendixes=tuple(one.name for one in draft.attachments.order_by("position")),
        to_places=tuple(draft.to_places),
        answers=tuple(_answer(UUID(one), actor) for one in draft.answers),
    )


def attached_files(draft: Draft) -> list[FileRef]:
    """The draft's attachments in order, as they were sealed."""
    found = []
    for one in draft.attachments.order_by("position"):
        known = files.describe(one.sealed_sha256 or one.sha256)
        found.append(FileRef(known.sha256, one.name, known.media_type, known.size))
    return found


def final_name(draft: Draft) -> str:
    """File name of the finished document: `128-ubnd-vx.pdf`."""
    return f"{rules.file_name('', draft.code) or 'van-ban'}.pdf"


def _seal(draft: Draft, version: DraftVersion, day: date) -> bytes:
    seal = f"seal:{draft.agency_code}"
    moment = clock.now()
    signed = signing.write_number(
        files.read(draft.signed_sha256),
        seal=seal,
        texts=_number_texts(draft, version, day),
        page=leading.box_of(version, "number")[1],
        code=draft.code,
        moment=moment,
    )
    box, page = leading.box_of(version, "sign")
    place = signing_queries.seal_box(box)
    return bytes(
        signing.sign_pdf(signed, signer=seal, box=place, page=page, appearance="seal", reason=draft.code, moment=moment)
    )


def _seal_attachments(draft: Draft) -> dict[int, str]:
    """Attachments that are PDFs of their own bear number, time and the agency's signature (NĐ 30/2020, Phụ lục I)."""
    sealed = {}
    for one in draft.attachments.filter(media_type=files.PDF):
        pdf = signing.seal_attachment(
            files.read(one.sha256),
            seal=f"seal:{draft.agency_code}",
            number=draft.code,
            signed_at=draft.signed_at or clock.now(),
        )
        kept = files.store(bytes(pdf), name=one.name, allowed=_PDF_ONLY, max_bytes=_MAX_SIGNED)
        sealed[one.pk] = kept.sha256
    return sealed


def _number_texts(draft: Draft, version: DraftVersion, day: date) -> tuple[PlacedText, ...]:
    """What goes into the gaps: number, day, month; days below 10 and months 1, 2 bear a zero (NĐ 30/2020)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    words = {"number": draft.code.partition("/")[0], "day": f"{day.day:02d}", "month": month}
    return tuple(PlacedText(text, _box(version, name), _NUMBER_SIZE) for name, text in words.items())


def _box(version: DraftVersion, name: str) -> Box:
    return leading.box_of(version, name)[0]


def _check_day(draft: Draft, day: date) -> None:
    if draft.signed_at is not None and day < draft.signed_at.astimezone(clock.ZONE).date():
        raise Refused(
            "office.before-signing",
            tr("Ngày văn bản không được trước ngày lãnh đạo ký.", "The date cannot be before the leader signed."),
            field="on",
        )
    newest = drafts.newest_version(draft)
    if newest is not None and newest.is_written_here and newest.at.astimezone(clock.ZONE).year != day.year:
        raise Refused(
            "office.other-year",
            tr(
                "Văn bản in năm khác với năm của số. Hủy, soạn lại để in đúng năm.",
                "The paper bears another year. Withdraw it and typeset it anew.",
            ),
            field="on",
        )


def _final_file(draft: Draft) -> FileRef:
    known = files.describe(draft.sealed_sha256)
    return FileRef(known.sha256, final_name(draft), known.media_type, known.size)


def _names(draft: Draft) -> list[str]:
    known = agency_queries.answer_for_many(draft.receivers)
    return [known[code].name for code in draft.receivers if code in known]


def _answer(arrival_id: UUID, actor: Actor) -> Answers:
    document = document_queries.get_arrival(arrival_id, actor).document
    return Answers(document.agency_code, document.code, document.document_id, document.promulgated_on)


def _finish_work(draft: Draft, actor: Actor) -> None:
    for order in WorkOrder.objects.select_for_update().filter(reply_draft=draft):
        finish_by_reply(order, draft, actor)
