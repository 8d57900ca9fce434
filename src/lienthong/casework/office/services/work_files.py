"""Work files (hồ sơ công việc): opened, filled, closed, made ready for the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lienthong.casework.office import rights, rules, states
from lienthong.casework.office.models import Draft, WorkFile, WorkFileItem
from lienthong.casework.office.types import RETENTIONS
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.documents.types import DocumentRef

MAX_ITEMS = 5000


def open_file(title: str, retention: str, *, note: str = "", actor: Actor) -> UUID:
    """Open a work file; the actor keeps it. Raises Refused `office.text-missing`, `office.choice`."""
    rights.require_desk(actor)
    name = rules.clean_text(title, field="title", at_most=500, lines=False)
    words = rules.clean_text(note, field="note", needed=False)
    if retention not in RETENTIONS:
        raise Refused("office.choice", tr("Chọn thời hạn bảo quản.", "Choose how long it is kept."), field="retention")
    today = clock.today()
    with db.atomic():
        db.advisory_lock(f"office:files:{actor.agency_code}:{today.year}")
        last = WorkFile.objects.filter(agency_code=actor.agency_code, year=today.year).order_by("-number").first()
        number = last.number + 1 if last else 1
        made = WorkFile.objects.create(
            agency_code=actor.agency_code,
            year=today.year,
            number=number,
            title=name,
            retention=retention,
            keeper_id=actor.account_id or 0,
            keeper_name=actor.name,
            note=words,
            opened_on=today,
            search=rules.search_text(name, f"{number:02d}/{today.year}", actor.name),
        )
        audit.record(actor, "office.open_file", f"work-file:{made.pk}", number=number)
        return made.pk


def add_arrival(file_id: UUID, arrival_id: UUID, *, actor: Actor) -> None:
    """Put an incoming document in."""
    arrival = document_queries.get_arrival(arrival_id, actor)
    _add(file_id, "arrival", arrival_id, _of_document(arrival.document), actor)


def add_document(file_id: UUID, document_id: UUID, *, actor: Actor) -> None:
    """Put a document of the registers in."""
    _add(file_id, "document", document_id, _of_document(document_queries.get_document(document_id, actor)), actor)


def add_draft(file_id: UUID, draft_id: UUID, *, actor: Actor) -> None:
    """Put a draft, or what became of it, in."""
    draft = rights.require_reading(actor, Draft.objects.filter(pk=draft_id).first())
    newest = draft.versions.order_by("-number").first()
    facts = _Facts(
        draft.code or f"{draft.type_name} (dự thảo)",
        draft.promulgated_on or draft.updated_at.astimezone(clock.ZONE).date(),
        agency_queries.name_of_agency(draft.agency_code),
        draft.subject,
        newest.pages if newest else 0,
    )
    _add(file_id, "draft", draft_id, facts, actor)


def remove_item(file_id: UUID, item_id: int, *, actor: Actor) -> None:
    """Take something out; the others keep their order."""
    with db.atomic():
        file = _lock(file_id, actor, "remove")
        gone, _ = file.items.filter(pk=item_id).delete()
        if gone:
            for position, item in enumerate(file.items.order_by("position", "pk"), start=1):
                if item.position != position:
                    WorkFileItem.objects.filter(pk=item.pk).update(position=position)
            audit.record(actor, "office.remove_item", f"work-file:{file.pk}", item=item_id)


def close_file(file_id: UUID, *, actor: Actor) -> None:
    """The matter is over. Raises Conflict `office.empty-file`."""
    with db.atomic():
        file = _lock(file_id, actor, "close")
        if not file.items.exists():
            raise Conflict("office.empty-file", tr("Hồ sơ chưa có văn bản nào.", "The file is empty."))
        _step(file, "close", actor, closed_on=clock.today())


def reopen_file(file_id: UUID, *, actor: Actor) -> None:
    """Undo: go on working on it."""
    with db.atomic():
        _step(_lock(file_id, actor, "reopen"), "reopen", actor, closed_on=None)


def ready_for_archive(file_id: UUID, *, actor: Actor) -> None:
    """Say that the archive may take it."""
    with db.atomic():
        file = _lock(file_id, actor, "archive")
        _step(file, "archive", actor, closed_on=file.closed_on)


@dataclass(frozen=True, slots=True)
class _Facts:
    code: str
    day: date
    author: str
    subject: str
    pages: int = 0


def _of_document(document: DocumentRef) -> _Facts:
    author = agency_queries.name_of_agency(document.agency_code)
    return _Facts(document.code, document.promulgated_on, author, document.subject)


def _add(file_id: UUID, kind: str, reference: UUID, facts: _Facts, actor: Actor) -> None:
    with db.atomic():
        file = _lock(file_id, actor, "add")
        count = file.items.count()
        if count >= MAX_ITEMS:
            raise Refused("office.full-file", tr("Hồ sơ đã có quá nhiều văn bản.", "The file is full."))
        _, is_new = WorkFileItem.objects.get_or_create(
            file=file,
            kind=kind,
            reference=str(reference),
            defaults={
                "position": count + 1, "code": facts.code, "day": facts.day, "author": facts.author,
                "subject": facts.subject, "pages": facts.pages, "by": actor.name, "at": clock.now(),
            },
        )  # fmt: skip
        if is_new:
            audit.record(actor, "office.add_item", f"work-file:{file.pk}", kind=kind, reference=reference)


def _lock(file_id: UUID, actor: Actor, deed: str) -> WorkFile:
    file = WorkFile.objects.select_for_update().filter(rights.readable_files(actor), pk=file_id).first()
    if file is None:
        raise NotFound("office.no-file-here", tr("Không tìm thấy hồ sơ công việc.", "There is no such work file."))
    if not rights.keeps(actor, file):
        raise NotAllowed("office.not-your-part", tr("Hồ sơ này do người khác lập.", "Somebody else keeps this file."))
    if not states.may_follow(states.WORK_FILES, file.status, deed):
        raise Conflict(
            "office.moved-on",
            tr("Hồ sơ đang ở trạng thái “{state}”.", "The file is “{state}”.").format(
                state=states.WORK_FILES[file.status].label
            ),
        )
    return file


def _step(file: WorkFile, deed: str, actor: Actor, *, closed_on: date | None) -> None:
    file.status = states.WORK_FILES[file.status].deeds[deed]
    file.closed_on = closed_on
    file.save(update_fields=["status", "closed_on"])
    audit.record(actor, f"office.{deed}_file", f"work-file:{file.pk}", status=file.status)
