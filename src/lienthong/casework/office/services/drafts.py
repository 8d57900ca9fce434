"""Drafting (soạn thảo): begin, say what the document is, save versions, bring files along, go back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO
from uuid import UUID

from lienthong.casework.office import pages, rights, rules
from lienthong.casework.office.models import Draft, DraftAttachment, DraftVersion
from lienthong.casework.office.queries import people
from lienthong.casework.office.services import journal
from lienthong.casework.office.types import COMPETENCES, PRIORITIES, DraftFacts, Spot
from lienthong.kernel import audit, clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import nfc, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.signing import queries as signing_queries

MAX_FILE = 50 * 2**20
MAX_ATTACHMENTS = 50
MAX_VERSIONS = 500


def start_draft(facts: DraftFacts, *, actor: Actor) -> UUID:
    """Begin a draft; the actor is its drafter. Raises NotAllowed `office.no-desk`, Invalid and as `check_facts`."""
    rights.require_desk(actor)
    draft = Draft(agency_code=actor.agency_code, drafter_id=rights.me(actor), drafter_name=actor.name)
    _set_facts(draft, facts, actor)
    with db.atomic():
        journal.begin(draft, actor)
        return draft.pk


def change_facts(draft_id: UUID, facts: DraftFacts, *, seen: int, actor: Actor) -> None:
    """Change what the document is; a text written here is set anew, so that the paper says the same.

    Raises as `start_draft`; Conflict `office.changed`, `office.moved-on`.
    """
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        journal.check_version(draft, seen)
        _set_facts(draft, facts, actor)
        newest = newest_version(draft)
        if newest is not None and newest.is_written_here:
            _add_typeset(draft, newest.text, "Cập nhật thể thức theo thông tin mới", actor)
        journal.take_step(draft, "edit", actor, note="Đổi thông tin văn bản")


def save_text(draft_id: UUID, body: str, *, note: str = "", seen: int | None = None, actor: Actor) -> int:
    """Save the text as a new version, typeset by NĐ 30/2020; gives its number. The same text again makes none.

    Raises Refused `office.text-*`; Conflict `office.changed`, `office.moved-on`.
    """
    text = rules.clean_text(body, field="body", at_most=rules.MAX_BODY)
    words = rules.clean_text(note, field="note", at_most=500, needed=False)
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        if seen is not None:
            journal.check_version(draft, seen)
        draft.working, draft.working_at = None, None
        newest = newest_version(draft)
        if newest is not None and newest.is_written_here and newest.text == text:
            draft.save(update_fields=["working", "working_at"])
            return newest.number
        made = _add_typeset(draft, text, words, actor)
        journal.take_step(draft, "edit", actor, note=words or f"Phiên bản {made.number}")
        return made.number


def keep_working(draft_id: UUID, body: str, *, after: int | None = None, actor: Actor) -> bool:
    """Autosave: keep what is being typed beside the versions. The story and the version stay as they are.

    `after`: the version that the writer began from. When a newer one was made meanwhile nothing is kept and the
    answer is no: an autosave on its way while the writer saves would otherwise bring back what has just been saved.
    """
    text = rules.clean_text(body, field="body", at_most=rules.MAX_BODY, needed=False)
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        newest = newest_version(draft)
        if after is not None and newest is not None and newest.number > after:
            return False
        draft.working, draft.working_at = text, clock.now()
        draft.save(update_fields=["working", "working_at"])
        return True


def drop_working(draft_id: UUID, *, actor: Actor) -> None:
    """Undo: forget what was typed since the last version."""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        draft.working, draft.working_at = None, None
        draft.save(update_fields=["working", "working_at"])


def bring_version(
    draft_id: UUID,
    *,
    pdf: tuple[str, bytes | BinaryIO] | None,
    word: tuple[str, bytes | BinaryIO] | None,
    note: str = "",
    actor: Actor,
) -> int:
    """A version made elsewhere: the PDF that is to be signed, the Word file that it was made from, or both.

    Only a PDF can be signed; a Word file alone may be commented on. Raises Refused `office.no-file`, `files.*`,
    `office.pdf-unreadable`, `office.pdf-signed`.
    """
    words = rules.clean_text(note, field="note", at_most=500, needed=False)
    journal.load_draft(draft_id, actor, "edit")
    if pdf is None and word is None:
        raise Refused("office.no-file", tr("Chọn tệp PDF hoặc Word.", "Choose a PDF or a Word file."), field="pdf")
    kept_pdf = _keep(pdf, files.PDF, "pdf") if pdf else None
    kept_word = _keep(word, files.DOCX, "word") if word else None
    facts: dict[str, Any] = {"pages": _look_at_pdf(kept_pdf) if kept_pdf else 0}
    text = pages.word_text(files.read(kept_word.sha256)) if kept_word else ""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        if kept_pdf:
            facts["places"] = _places(files.read(kept_pdf.sha256), draft)
        facts |= _files(kept_pdf, kept_word)
        made = _add_version(draft, actor, words, is_written_here=False, text=text, **facts)
        draft.working, draft.working_at = None, None
        journal.take_step(draft, "edit", actor, note=words or f"Phiên bản {made.number}")
        return made.number


def restore_version(draft_id: UUID, number: int, *, actor: Actor) -> int:
    """Make an earlier version the newest again, as a version of its own. Raises NotFound `office.no-version`."""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        old = draft.versions.filter(number=number).first()
        if old is None:
            raise NotFound("office.no-version", tr("Không có phiên bản này.", "There is no such version."))
        note = f"Khôi phục phiên bản {number}"
        if old.is_written_here:
            made = _add_typeset(draft, old.text, note, actor)
        else:
            same = {name: getattr(old, name) for name in _COPIED}
            made = _add_version(draft, actor, note, is_written_here=False, **same)
        draft.working, draft.working_at = None, None
        journal.take_step(draft, "edit", actor, note=note)
        return made.number


def move_places(draft_id: UUID, places: dict[str, Spot], *, actor: Actor) -> None:
    """Say where signature, number and date stand on a PDF that was brought along.

    Raises Refused `office.place-outside`, Conflict `office.no-version`.
    """
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        newest = newest_version(draft)
        if newest is None or not newest.pdf_sha256 or newest.is_written_here:
            raise Conflict("office.no-version", tr("Chưa có tệp PDF để đặt vị trí.", "There is no PDF yet."))
        wrong = [name for name, spot in places.items() if not _is_on_paper(spot, newest.pages)]
        if wrong:
            outside = tr("Vị trí nằm ngoài trang giấy.", "This place is outside the page.")
            raise Invalid([FieldError(name, outside, "office.place-outside") for name in wrong])
        newest.places = newest.places | {name: spot.as_json() for name, spot in places.items()}
        newest.save(update_fields=["places"])
        journal.take_step(draft, "edit", actor, note="Đặt lại vị trí chữ ký, số, ngày")


def attach_file(draft_id: UUID, name: str, content: bytes | BinaryIO, *, actor: Actor) -> FileRef:
    """Add an attachment (phụ lục). Raises Refused `files.*`, `office.too-many-attachments`."""
    journal.load_draft(draft_id, actor, "edit")
    kept = files.store(content, name=name, max_bytes=MAX_FILE, field="attachment")
    if kept.media_type == files.PDF:
        pages.count_pages(files.read(kept.sha256), field="attachment")
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        there = list(draft.attachments.order_by("position"))
        if len(there) >= MAX_ATTACHMENTS:
            raise Refused(
                "office.too-many-attachments",
                tr("Một văn bản có nhiều nhất {n} tệp kèm theo.", "At most {n} attachments.").format(n=MAX_ATTACHMENTS),
                field="attachment",
            )
        DraftAttachment.objects.get_or_create(
            draft=draft,
            sha256=kept.sha256,
            defaults={
                "position": there[-1].position + 1 if there else 1,
                "name": kept.name,
                "media_type": kept.media_type,
                "size": kept.size,
            },
        )
        journal.take_step(draft, "edit", actor, note=f"Thêm tệp kèm theo: {kept.name}"[:500])
    return kept


def detach_file(draft_id: UUID, sha256: str, *, actor: Actor) -> None:
    """Take an attachment off."""
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "edit")
        if draft.attachments.filter(sha256=sha256).delete()[0]:
            journal.take_step(draft, "edit", actor, note="Bỏ tệp kèm theo")


def withdraw_draft(draft_id: UUID, reason: str, *, actor: Actor) -> None:
    """Give the draft up; it stays readable. Raises Refused `office.text-missing`, Conflict `office.moved-on`."""
    words = rules.clean_text(reason, field="reason")
    with db.atomic():
        draft = journal.lock_draft(draft_id, actor, "withdraw")
        draft.rounds.filter(closed_at__isnull=True).update(closed_at=clock.now())
        journal.take_step(draft, "withdraw", actor, note=words)


# --- for the other services of this room ---------------------------------------------------------------------------

_COPIED = ("text", "pdf_sha256", "pdf_name", "pdf_size", "pages", "word_sha256", "word_name", "word_size", "places")


def newest_version(draft: Draft) -> DraftVersion | None:
    """The version that is presented and signed."""
    return draft.versions.order_by("-number").first()


def _set_facts(draft: Draft, facts: DraftFacts, actor: Actor) -> None:
    errors: list[FieldError] = []

    def take(name: str, at_most: int, *, needed: bool = False) -> str:
        try:
            return rules.clean_text(getattr(facts, name), field=name, at_most=at_most, needed=needed, lines=False)
        except Refused as refusal:
            errors.extend(refusal.field_errors)
            return ""

    draft.subject = take("subject", 2000, needed=True)
    draft.unit, draft.keeper, draft.authority = take("unit", 32), take("keeper", 200), take("authority", 200)
    try:
        type_ = document_queries.get_type(facts.type_code)
        draft.type_code, draft.type_name = type_.code, type_.name
        draft.notation = document_queries.notation_for(draft.agency_code, type_.code, unit=draft.unit)
    except Refused as refusal:
        errors.extend(refusal.field_errors or [FieldError("type_code", refusal.message, refusal.code)])
    signer = people.find_leader(draft.agency_code, facts.signer_id)
    if signer is None:
        no_leader = tr("Chọn một lãnh đạo của cơ quan.", "Choose a leader of the agency.")
        errors.append(FieldError("signer_id", no_leader, "office.no-leader"))
    else:
        draft.signer_id, draft.signer_name = signer.account_id, signer.name
        draft.signer_position = signer.position
    errors += _check_choices(facts)
    draft.competence, draft.priority, draft.due_on = facts.competence, facts.priority, facts.due_on
    draft.needs_paper = facts.needs_paper
    draft.to_places = [nfc(" ".join(one.split()))[:300] for one in facts.to_places if one.strip()][:50]
    draft.receivers, unknown = _known_receivers(facts.receivers, draft.agency_code)
    errors += unknown
    draft.answers = [str(one) for one in dict.fromkeys(facts.answers)]
    if errors:
        raise Invalid(errors)
    for arrival_id in facts.answers:
        document_queries.get_arrival(arrival_id, actor)


def _check_choices(facts: DraftFacts) -> list[FieldError]:
    wrong = tr("Chọn một trong các mục.", "Choose one of these.")
    errors = []
    if facts.priority not in PRIORITIES:
        errors.append(FieldError("priority", wrong, "office.choice"))
    if facts.competence not in COMPETENCES:
        errors.append(FieldError("competence", wrong, "office.choice"))
    return errors


def _known_receivers(codes: Sequence[str], own: str) -> tuple[list[str], list[FieldError]]:
    wanted = rules.clean_receivers(codes, own=own)
    known = agency_queries.answer_for_many(wanted)
    errors = [
        FieldError(
            "receivers",
            tr("Không có cơ quan mang mã {code}.", "No agency has the code {code}.").format(code=code),
            "office.unknown-receiver",
        )
        for code in wanted
        if code not in known
    ]
    # A merged agency's post goes to whoever answers for it today.
    return list(dict.fromkeys(known[code].code for code in wanted if code in known)), errors[:5]


def _add_typeset(draft: Draft, text: str, note: str, actor: Actor) -> DraftVersion:
    made = pages.typeset(paper_of(draft, text))
    pdf = files.store(made.pdf, name=f"{rules.file_name(draft.type_code, draft.subject)}.pdf", allowed=_PDF_ONLY)
    places = {name: spot.as_json() for name, spot in made.places.items()}
    return _add_version(
        draft, actor, note, is_written_here=True, text=text, pages=made.pages, places=places, **_files(pdf, None)
    )


_PDF_ONLY = frozenset({files.PDF})


def paper_of(draft: Draft, text: str) -> pages.Paper:
    """What the paper says, from what the draft says."""
    today = clock.today()
    known = agency_queries.answer_for_many(draft.receivers)
    names = [known[code].name for code in draft.receivers if code in known]
    is_letter = document_queries.get_type(draft.type_code).form == "letter"
    to = rules.list_places(names, draft.to_places) if is_letter else []
    copies = ["Như trên"] if is_letter else rules.list_places(names, draft.to_places)
    return pages.Paper(
        agency_code=draft.agency_code,
        title=draft.type_name.removesuffix(" (cá biệt)"),
        subject=draft.subject,
        notation=draft.notation,
        on=today,
        is_letter=is_letter,
        urgency=str(PRIORITIES[draft.priority].vi) if draft.priority else "",
        to=tuple(to),
        places=tuple(copies),
        keeper=", ".join(filter(None, ("VT", draft.keeper))),
        authority=" ".join(filter(None, (draft.competence, draft.authority))) if draft.competence else "",
        # After “TM. Ủy ban nhân dân” only the office itself is named (NĐ 30/2020/NĐ-CP, Phụ lục I).
        position=draft.signer_position.split(" Ủy ban nhân dân", 1)[0],
        signer=draft.signer_name,
        body=text,
    )


def _add_version(draft: Draft, actor: Actor, note: str, **facts: object) -> DraftVersion:
    newest = newest_version(draft)
    number = newest.number + 1 if newest else 1
    if number > MAX_VERSIONS:
        raise Refused("office.too-many-versions", tr("Dự thảo có quá nhiều phiên bản.", "Too many versions."))
    audit.record(actor, "office.version", f"draft:{draft.pk}", number=number)
    return DraftVersion.objects.create(
        draft=draft,
        number=number,
        author_id=actor.account_id or 0,
        author_name=actor.name,
        at=clock.now(),
        note=note,
        **facts,
    )


def _keep(given: tuple[str, bytes | BinaryIO], media_type: str, field: str) -> FileRef:
    name, content = given
    return files.store(content, name=name, allowed=frozenset({media_type}), max_bytes=MAX_FILE, field=field)


def _files(pdf: FileRef | None, word: FileRef | None) -> dict[str, str | int]:
    facts: dict[str, str | int] = {}
    for kind, file in (("pdf", pdf), ("word", word)):
        if file is not None:
            facts |= {f"{kind}_sha256": file.sha256, f"{kind}_name": file.name, f"{kind}_size": file.size}
    return facts


def _look_at_pdf(kept: FileRef) -> int:
    pdf = files.read(kept.sha256)
    count = pages.count_pages(pdf)
    if signing_queries.verify_pdf(pdf):
        raise Refused(
            "office.pdf-signed",
            tr(
                "Tệp này đã có chữ ký số. Hãy tải lên bản chưa ký.",
                "This file bears a digital signature. Upload the unsigned one.",
            ),
            field="pdf",
        )
    return count


def _places(pdf: bytes, draft: Draft) -> dict[str, list[float]]:
    """Where things stand on a PDF from elsewhere: the signature by its words if they are found, the rest by habit."""
    places = {name: spot.as_json() for name, spot in pages.DEFAULT_SPOTS.items()}
    found = signing_queries.find_signature_place(pdf, name=draft.signer_name, position=draft.signer_position)
    place = found or signing_queries.fallback_place(pdf)
    box = place.box
    return places | {"sign": Spot(place.page, box.left, box.bottom, box.right, box.top).as_json()}


def _is_on_paper(spot: Spot, count: int) -> bool:
    inside = 0 <= spot.left < spot.right <= 1000 and 0 <= spot.bottom < spot.top <= 1300
    return inside and -1 <= spot.page < count


def preview(draft_id: UUID, page: int, *, actor: Actor) -> bytes:
    """A page (from 1) of what is being written, as a picture. Raises Refused `office.no-page`."""
    draft = journal.load_draft(draft_id, actor, "edit")
    newest = newest_version(draft)
    text = draft.working if draft.working is not None else newest.text if newest else ""
    return pages.typeset_picture(paper_of(draft, text), page)
