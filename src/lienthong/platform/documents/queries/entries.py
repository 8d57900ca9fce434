"""Ask the registers of an agency and their lines (sổ đăng ký văn bản)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from django.db.models import Q, QuerySet

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.documents import rights
from lienthong.platform.documents.models import Register, RegisterEntry
from lienthong.platform.documents.types import Direction, EntryFilters, EntryRef, NumberRef, RegisterRef

PAGE = 50


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page of lines; `following` is the key of the next page, "" on the last one."""

    entries: tuple[EntryRef, ...]
    following: str


def list_registers(agency_code: str, actor: Actor, direction: Direction | None = None) -> list[RegisterRef]:
    """The agency's registers, newest year first. Raises NotAllowed."""
    rights.require_reader(actor, agency_code)
    rows = Register.objects.filter(agency_code=agency_code).order_by("-year", "direction", "series")
    if direction is not None:
        rows = rows.filter(direction=direction)
    return [register_ref(row) for row in rows]


def get_register(register_id: int, actor: Actor) -> RegisterRef:
    """A register of the actor's agency. Raises NotFound `documents.register-unknown`, NotAllowed."""
    row = Register.objects.filter(pk=register_id).first()
    if row is None:
        raise NotFound("documents.register-unknown", tr("Không có sổ này.", "There is no such register."))
    rights.require_reader(actor, row.agency_code)
    return register_ref(row)


def list_entries(
    register_id: int, actor: Actor, filters: EntryFilters | None = None, after: str = "", limit: int = PAGE
) -> EntryPage:
    """Lines of a register, newest first, by key. Raises NotFound, NotAllowed."""
    get_register(register_id, actor)
    rows = _filtered(register_id, filters or EntryFilters()).order_by("-registered_on", "-number", "-suffix")
    if key := _read_key(after):
        day, number, suffix = key
        rows = rows.filter(
            Q(registered_on__lte=day),
            Q(registered_on__lt=day) | Q(number__lt=number) | Q(number=number, suffix__lt=suffix),
        )
    found = list(rows.select_related("register")[: limit + 1])
    shown = found[:limit]
    following = ""
    if len(found) > limit:
        last = shown[-1]
        following = f"{last.registered_on.isoformat()}_{last.number}_{last.suffix}"
    return EntryPage(tuple(entry_ref(row) for row in shown), following)


def book_entries(register_id: int, actor: Actor, since: date, until: date) -> Iterator[EntryRef]:
    """All lines of a register between two days in the order of the book. Raises NotFound, NotAllowed."""
    get_register(register_id, actor)
    rows = _filtered(register_id, EntryFilters(since=since, until=until)).order_by("registered_on", "number", "suffix")
    return (entry_ref(row) for row in rows.select_related("register").iterator(chunk_size=1000))


def count_book(register_id: int, actor: Actor, since: date, until: date) -> int:
    """How many lines `book_entries` gives. Raises NotFound, NotAllowed."""
    get_register(register_id, actor)
    return _filtered(register_id, EntryFilters(since=since, until=until)).count()


def get_entry(entry_id: int, actor: Actor) -> EntryRef:
    """A line of a register of the actor's agency. Raises NotFound `documents.entry-unknown`, NotAllowed."""
    row = RegisterEntry.objects.select_related("register").filter(pk=entry_id).first()
    if row is None:
        raise NotFound("documents.entry-unknown", tr("Không có dòng này trong sổ.", "There is no such entry."))
    rights.require_reader(actor, row.register.agency_code)
    return entry_ref(row)


def entries_of_document(document_id: UUID, agency_code: str) -> list[EntryRef]:
    """The lines that an agency has of a document."""
    rows = RegisterEntry.objects.filter(document_id=document_id, register__agency_code=agency_code)
    return [entry_ref(row) for row in rows.select_related("register")]


def list_reserved(agency_code: str, direction: Direction, actor: Actor) -> Sequence[EntryRef]:
    """Numbers that are kept for documents still to be named. Raises NotAllowed."""
    rights.require_reader(actor, agency_code)
    rows = RegisterEntry.objects.filter(register__agency_code=agency_code, register__direction=direction, reserved=True)
    return [entry_ref(row) for row in rows.order_by("-pk").select_related("register")[:200]]


def number_ref(entry: RegisterEntry) -> NumberRef:
    """The number of an entry, as other rooms get it."""
    return NumberRef(
        register_id=entry.register_id,
        entry_id=entry.pk,
        number=entry.number,
        year=entry.register.year,
        code=entry.code,
        suffix=entry.suffix,
        notation=entry.code.partition("/")[2],
    )


def register_ref(row: Register) -> RegisterRef:
    return RegisterRef(
        id=row.pk,
        agency_code=row.agency_code,
        direction=cast("Direction", row.direction),
        year=row.year,
        name=row.name,
        series=row.series,
        last_number=row.last_number,
        last_on=row.last_on,
        closed_at=row.closed_at,
    )


def entry_ref(row: RegisterEntry) -> EntryRef:
    """The line as pages and other rooms see it; its register is loaded already."""
    return EntryRef(
        id=row.pk,
        register_id=row.register_id,
        direction=cast("Direction", row.register.direction),
        agency_code=row.register.agency_code,
        number=row.number,
        suffix=row.suffix,
        registered_on=row.registered_on,
        code=row.code,
        type_code=row.type_code,
        type_name=row.type_name,
        author=row.author,
        document_date=row.document_date,
        subject=row.subject,
        signer=row.signer,
        receivers=row.receivers,
        keeper=row.keeper,
        copies=row.copies,
        priority=row.priority,
        secrecy=row.secrecy,
        note=row.note,
        scan_sha256=row.scan_sha256,
        scan_name=row.scan_name,
        reserved=row.reserved,
        struck_at=row.struck_at,
        struck_reason=row.struck_reason,
        imported=row.origin_id is not None,
        document_id=row.document_id,
        arrival_id=row.arrival_id,
    )


def _filtered(register_id: int, filters: EntryFilters) -> QuerySet[RegisterEntry]:
    rows = RegisterEntry.objects.filter(register_id=register_id)
    if filters.since:
        rows = rows.filter(registered_on__gte=filters.since)
    if filters.until:
        rows = rows.filter(registered_on__lte=filters.until)
    if filters.type_code:
        rows = rows.filter(type_code=filters.type_code)
    if filters.state == "struck":
        rows = rows.filter(struck_at__isnull=False)
    elif filters.state == "reserved":
        rows = rows.filter(reserved=True)
    elif filters.state == "unsent":
        rows = rows.filter(document__isnull=True, arrival__isnull=True, struck_at__isnull=True, reserved=False)
    return rows


def _read_key(key: str) -> tuple[date, int, str] | None:
    """A page's key out of an address; what makes no sense is the first page."""
    parts = key.split("_")
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 10):
        return None
    try:
        return date.fromisoformat(parts[0]), int(parts[1]), parts[2][:4]
    except ValueError:
        return None
