"""Import of an existing register from a spreadsheet (nhập sổ đăng ký): tried, written whole, undone whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError

from lienthong.kernel import audit, clock, db, files, jobs
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents import import_rules, rights, spreadsheets
from lienthong.platform.documents.import_rules import COLUMNS, Problem, ReadRow
from lienthong.platform.documents.models import Register, RegisterEntry, RegisterImport
from lienthong.platform.documents.queries import numbering as numbering_queries
from lienthong.platform.documents.services.registers import INCOMING
from lienthong.platform.documents.types import Direction

MOST_PROBLEMS = 200
_BATCH = 1000
_MOST_BYTES = 50 * 2**20
_TAKEN = frozenset({files.ZIP, files.UNKNOWN, spreadsheets.XLSX})

Place = tuple[int, str]
"""Year and series of a register."""


def upload(agency_code: str, direction: Direction, *, name: str, content: Any, actor: Actor) -> UUID:
    """Keep a spreadsheet and guess its columns. Raises NotAllowed; Refused `files.*`, `documents.sheet-*`."""
    rights.require_clerk(actor, agency_code)
    kept = files.store(content, name=name, allowed=_TAKEN, max_bytes=_MOST_BYTES, field="file")
    first = _first_rows(kept.sha256)
    if not first:
        raise Refused("documents.sheet-empty", tr("Bảng này trống.", "The table is empty."), field="file")
    head = import_rules.find_head(first, direction)
    row = RegisterImport.objects.create(
        agency_code=agency_code,
        direction=direction,
        file_sha256=kept.sha256,
        file_name=kept.name,
        mapping={"head": head, "columns": import_rules.guess_mapping(first[head], direction), "by_type": True},
        actor=actor.label,
        created_at=clock.now(),
    )
    return row.pk


def check(import_id: UUID, *, columns: Mapping[str, int], by_type: bool, actor: Actor) -> RegisterImport:
    """Try the whole file with these columns and write nothing into the register.

    Raises NotFound, NotAllowed; Conflict `documents.import-done`; Refused `documents.column-missing`, `.sheet-*`.
    """
    row = load(import_id, actor)
    _require_open(row)
    for column in COLUMNS[row.direction]:
        if column.required and column.name not in columns:
            raise Refused(
                "documents.column-missing",
                tr("Chọn cột cho “{label}”.", "Choose the column of “{label}”.").format(label=column.label),
                field=column.name,
            )
    row.mapping = {**row.mapping, "columns": dict(columns), "by_type": by_type}
    good, problems, wrong = _read_all(row)
    places, more = _against_registers(row, good)
    problems += more
    row.problems = [one.as_dict() for one in sorted(problems, key=lambda one: one.row)[:MOST_PROBLEMS]]
    row.rows, row.done_rows = len(good) + wrong, 0
    row.wrong_rows = wrong + len({one.row for one in more})
    row.state = "checked"
    row.before = {"registers": sorted(f"{year} {series}".strip() for year, series in places)}
    row.save()
    return row


def start(import_id: UUID, *, actor: Actor) -> None:
    """Write the file into the registers in the background, if it was tried and nothing was wrong.

    Raises NotFound, NotAllowed; Conflict `documents.import-not-checked`, `documents.import-wrong`.
    """
    with db.atomic():
        row = load(import_id, actor, lock=True)
        if row.state != "checked":
            raise Conflict("documents.import-not-checked", tr("Hãy kiểm tra tệp trước.", "Check the file first."))
        if row.wrong_rows or not row.rows:
            raise Conflict(
                "documents.import-wrong",
                tr("Tệp còn dòng sai; sửa rồi tải lại.", "Some rows are wrong; correct them and send the file again."),
            )
        row.state = "waiting"
        row.save(update_fields=["state"])
        audit.record(actor, "documents.import-register", f"register-import:{row.pk}", rows=row.rows)
        write_register.defer(import_id=str(row.pk), lock=f"documents.import:{row.agency_code}")


@jobs.task("documents.write_register")
def write_register(import_id: str) -> None:
    """Write everything or nothing; what keeps it from being written stands in the import. Safe to be run twice."""
    row = RegisterImport.objects.filter(pk=UUID(import_id), state="waiting").first()
    if row is None:
        return
    good, problems, _ = _read_all(row, tells=True)
    if not problems:
        try:
            with db.atomic():
                problems = _write(row, good)
        except IntegrityError:
            problems = [Problem(0, "", tr("Số vừa được dùng trong lúc nhập.", "A number was taken meanwhile."))]
    if problems:
        RegisterImport.objects.filter(pk=row.pk).update(
            state="failed",
            problems=[one.as_dict() for one in problems[:MOST_PROBLEMS]],
            wrong_rows=len(problems),
            finished_at=clock.now(),
        )


def undo(import_id: UUID, *, actor: Actor) -> None:
    """Take an import back while nothing was built on it.

    Raises NotFound, NotAllowed; Conflict `documents.import-not-done`, `documents.import-built-upon`.
    """
    with db.atomic():
        row = load(import_id, actor, lock=True)
        if row.state != "done" or row.finished_at is None:
            raise Conflict("documents.import-not-done", tr("Đợt nhập này chưa xong.", "This import is not done."))
        places: dict[str, list[Any]] = row.before.get("last", {})
        registers = list(
            Register.objects.select_for_update().filter(pk__in=[int(one) for one in places]).order_by("pk")
        )
        later = RegisterEntry.objects.filter(register__in=registers, created_at__gte=row.finished_at).exclude(
            origin=row
        )
        touched = row.entries.exclude(document=None, arrival=None, struck_at=None)
        if later.exists() or touched.exists():
            raise Conflict(
                "documents.import-built-upon",
                tr(
                    "Sổ đã có số mới hoặc dòng đã được dùng sau đợt nhập này, nên không hoàn tác được.",
                    "Numbers were given or lines used since, so it cannot be undone.",
                ),
            )
        row.entries.all().delete()
        for register in registers:
            number, day = places[str(register.pk)]
            register.last_number, register.last_on = number, date.fromisoformat(day) if day else None
            register.save(update_fields=["last_number", "last_on"])
            if not register.entries.exists():
                register.delete()
        row.state = "undone"
        row.save(update_fields=["state"])
        audit.record(actor, "documents.undo-import", f"register-import:{row.pk}", rows=row.rows)


def load(import_id: UUID, actor: Actor, *, lock: bool = False) -> RegisterImport:
    """An import of the clerk's agency. Raises NotFound `documents.import-unknown`, NotAllowed."""
    rows = RegisterImport.objects.select_for_update() if lock else RegisterImport.objects.all()
    row = rows.filter(pk=import_id).first()
    if row is None:
        raise NotFound("documents.import-unknown", tr("Không có đợt nhập này.", "There is no such import."))
    rights.require_clerk(actor, row.agency_code)
    return row


def preview(row: RegisterImport, count: int = 8) -> tuple[list[str], list[list[str]]]:
    """Head and first rows of the file, for choosing columns."""
    first = _first_rows(row.file_sha256)
    head = int(row.mapping.get("head", 0))
    return (first[head] if head < len(first) else []), first[head + 1 : head + 1 + count]


def _first_rows(sha256: str) -> list[list[str]]:
    with files.open_file(sha256) as stream:
        return list(islice(spreadsheets.rows_of(stream), 40))


def _require_open(row: RegisterImport) -> None:
    if row.state not in ("draft", "checked", "failed"):
        raise Conflict("documents.import-done", tr("Đợt nhập này đã chạy.", "This import has run."))


def _rows(row: RegisterImport) -> Iterator[ReadRow]:
    mapping = {str(name): int(at) for name, at in row.mapping["columns"].items()}
    head = int(row.mapping.get("head", 0))
    today = clock.today()
    with files.open_file(row.file_sha256) as stream:
        for number, cells in enumerate(spreadsheets.rows_of(stream), start=1):
            if number > head + 1:
                found = import_rules.read_row(cells, number, mapping, cast("Direction", row.direction), today)
                if found is not None:
                    yield found


def _read_all(row: RegisterImport, *, tells: bool = False) -> tuple[list[ReadRow], list[Problem], int]:
    """Rows that can be read, what is wrong, and how many rows are; `tells`: how far it is, for the page."""
    good: list[ReadRow] = []
    problems: list[Problem] = []
    wrong = 0
    for at, one in enumerate(_rows(row), start=1):
        if one.problems:
            wrong += 1
            problems += one.problems
        else:
            good.append(one)
        if tells and at % _BATCH == 0:
            RegisterImport.objects.filter(pk=row.pk).update(done_rows=at // 2)
    return good, problems, wrong


def _against_registers(
    row: RegisterImport, good: Sequence[ReadRow]
) -> tuple[dict[Place, list[ReadRow]], list[Problem]]:
    """The rows by register, and those whose number is taken, twice in the file, or in a closed register."""
    places: dict[Place, list[ReadRow]] = {}
    for one in good:
        places.setdefault(_place(row, one), []).append(one)
    problems: list[Problem] = []
    column = "number" if row.direction == "in" else "code"
    for (year, series), rows in places.items():
        register = Register.objects.filter(
            agency_code=row.agency_code, direction=row.direction, year=year, series=series
        ).first()
        used: set[tuple[int, str]] = set()
        if register is not None:
            used = set(register.entries.values_list("number", "suffix"))
            if register.closed_at is not None and register.entries.filter(origin=None).exists():
                closed = tr("Sổ năm {y} đã khóa.", "The register of {y} is closed.").format(y=year)
                problems += [Problem(one.row, "registered_on", closed) for one in rows]
                continue
        taken = tr("Số này đã có trong sổ.", "The register has this number already.")
        twice = tr("Số này có hai lần trong tệp.", "The file has this number twice.")
        seen: set[tuple[int, str]] = set()
        for one in rows:
            key = (one.number, one.suffix)
            if key in used or key in seen:
                problems.append(Problem(one.row, column, taken if key in used else twice))
            seen.add(key)
    return places, problems


def _place(row: RegisterImport, one: ReadRow) -> Place:
    year = one.registered_on.year
    if row.direction == "in":
        return year, ""
    type_ = numbering_queries.find_type(str(one.facts.get("type_code", "")))
    if type_ is None:
        return year, ""
    rule = numbering_queries.rule_of(row.agency_code, year)
    if year < clock.today().year:
        rule.by_type = bool(row.mapping.get("by_type", True))
    return year, numbering_queries.series_of(rule, type_)[0]


def _write(row: RegisterImport, good: Sequence[ReadRow]) -> list[Problem]:
    """Registers locked, checked once more, all lines written; the problems that keep it from being written."""
    now = clock.now()
    places = sorted({_place(row, one) for one in good})
    _, problems = _against_registers(row, good)
    if problems:
        return problems
    Register.objects.bulk_create([_new_register(row, *place) for place in places], ignore_conflicts=True)
    registers = {
        (one.year, one.series): one
        for one in Register.objects.select_for_update()
        .filter(agency_code=row.agency_code, direction=row.direction, year__in={place[0] for place in places})
        .order_by("pk")
    }
    by_place, problems = _against_registers(row, good)
    if problems:
        return problems
    before = {}
    for place, rows in by_place.items():
        register = registers[place]
        before[str(register.pk)] = [register.last_number, register.last_on.isoformat() if register.last_on else ""]
        entries = (_entry(row, register, one, now) for one in rows)
        while batch := list(islice(entries, _BATCH)):
            RegisterEntry.objects.bulk_create(batch)
        register.last_number = max(register.last_number, *(one.number for one in rows))
        latest = max(one.registered_on for one in rows)
        register.last_on = max(register.last_on or latest, latest)
        if register.year < now.year and register.closed_at is None:
            register.closed_at = now
        register.save()
    row.state, row.done_rows, row.finished_at, row.problems = "done", len(good), clock.now(), []
    row.before = {**row.before, "last": before}
    row.save()
    audit.record(SYSTEM, "documents.register-imported", f"register-import:{row.pk}", rows=len(good))
    return []


def _new_register(row: RegisterImport, year: int, series: str) -> Register:
    type_ = numbering_queries.find_type(series)
    name = INCOMING if row.direction == "in" else "Sổ văn bản đi"
    if type_ is not None:
        name = f"{name}: {type_.name}"
    elif series:
        name = "Sổ đăng ký bản sao"
    return Register(agency_code=row.agency_code, direction=row.direction, year=year, series=series, name=name)


def _entry(row: RegisterImport, register: Register, one: ReadRow, now: Any) -> RegisterEntry:
    facts = dict(one.facts)
    if row.direction == "out":
        facts["author"] = numbering_queries.agency_name(row.agency_code, one.registered_on)
    return RegisterEntry(
        register=register,
        number=one.number,
        suffix=one.suffix,
        registered_on=one.registered_on,
        origin=row,
        actor=row.actor,
        created_at=now,
        **facts,
    )
