"""Ask for work files: lists, one with its contents, where a document has been put."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count

from lienthong.casework.office import rights, rules, states
from lienthong.casework.office.models import WorkFile
from lienthong.casework.office.types import RETENTIONS, WorkFileEntry, WorkFilePage, WorkFileRow
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import fold, tr

PAGE_SIZE = 30


def list_files(actor: Actor, *, status: str = "", text: str = "", page: int = 1) -> Page[WorkFileRow]:
    """Work files that the officer may see, the newest first."""
    found = WorkFile.objects.filter(rights.readable_files(actor)).annotate(held=Count("items"))
    if status in states.WORK_FILES:
        found = found.filter(status=status)
    for word in fold(text).split()[:8]:
        found = found.filter(search__contains=word)
    shown = Paginator(found.order_by("-opened_on", "-number"), PAGE_SIZE).get_page(page)
    cast("Any", shown).object_list = [_row(one, cast("Any", one).held) for one in shown.object_list]
    return cast("Page[WorkFileRow]", shown)


def list_open_files(actor: Actor, limit: int = 100) -> list[WorkFileRow]:
    """Where the officer may put something in."""
    rows = WorkFile.objects.filter(rights.readable_files(actor), status="open").order_by("-opened_on", "-number")
    return [_row(one, 0) for one in rows[:limit] if rights.keeps(actor, one)]


def get_file(file_id: UUID, actor: Actor) -> WorkFilePage:
    """One work file. Raises NotFound `office.no-file-here`."""
    file = WorkFile.objects.filter(rights.readable_files(actor), pk=file_id).first()
    if file is None:
        raise NotFound("office.no-file-here", tr("Không tìm thấy hồ sơ công việc.", "There is no such work file."))
    entries = tuple(
        WorkFileEntry(
            one.pk, one.position, one.kind, one.reference, one.code, one.day, one.author, one.subject, one.pages,
            one.note,
        )
        for one in file.items.order_by("position", "pk")
    )  # fmt: skip
    deeds = tuple(states.WORK_FILES[file.status].deeds) if rights.keeps(actor, file) else ()
    return WorkFilePage(_row(file, len(entries)), file.keeper_id, file.agency_code, file.note, entries, deeds)


def files_with(kind: str, reference: UUID, actor: Actor) -> list[WorkFileRow]:
    """The work files in which something lies."""
    rows = WorkFile.objects.filter(rights.readable_files(actor), items__kind=kind, items__reference=str(reference))
    return [_row(one, 0) for one in rows.order_by("-opened_on")[:20]]


def _row(file: WorkFile, items: int) -> WorkFileRow:
    state = states.WORK_FILES[file.status]
    return WorkFileRow(
        id=file.pk,
        code=f"{file.number:02d}/{file.year}",
        title=file.title,
        retention=RETENTIONS[file.retention],
        keeper_name=file.keeper_name,
        status=file.status,
        status_label=state.label,
        colour=state.colour,
        opened_on=file.opened_on,
        closed_on=file.closed_on,
        items=items,
        archive_before=rules.archive_before(file.closed_on),
    )
