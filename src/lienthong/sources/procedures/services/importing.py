"""Importing a crawl of the national catalogue: listings without forms, in a few set-based statements."""

import csv
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from lienthong.kernel import access, audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.sources.procedures.rules import crawl
from lienthong.sources.procedures.services.storing import as_stored, digest_of, face_of
from lienthong.sources.procedures.types import ImportReport, Procedure, RowNote

_ROWS = """
CREATE TEMPORARY TABLE procedures_crawl ON COMMIT DROP AS
SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(code text, digest text, definition jsonb, face jsonb)
"""
_DROP_OURS = """
DELETE FROM procedures_crawl AS c USING procedures_version AS v WHERE v.code = c.code AND v.origin = 'definition'
"""
# A listing has no form, so no dossier was ever received under it: it is corrected in place.
_VERSIONS = """
INSERT INTO procedures_version (code, version, revision, valid_from, valid_to, definition, digest, origin, stored_at)
SELECT code, 1, 1, (definition->>'valid_from')::date, NULL, definition, digest, 'crawl', %s FROM procedures_crawl
ON CONFLICT (code, version) DO UPDATE SET
    definition = excluded.definition, digest = excluded.digest, stored_at = excluded.stored_at,
    revision = procedures_version.revision + 1
WHERE procedures_version.digest <> excluded.digest
RETURNING revision = 1
"""
_COLUMNS = """code, name_vi, name_en, field_key, field_vi, field_en, owner_code, levels, audiences, channels,
    life_events, online, time_limit, fee_direct, fee_online, has_form, origin, folded_name, folded, current_version"""
_ENTRIES = f"""
INSERT INTO procedures_entry ({_COLUMNS})
SELECT {_COLUMNS} FROM jsonb_populate_recordset(
    NULL::procedures_entry, (SELECT coalesce(jsonb_agg(face), '[]') FROM procedures_crawl))
ON CONFLICT (code) DO UPDATE SET
    ({_COLUMNS}) = (SELECT {", ".join("excluded." + name.strip() for name in _COLUMNS.split(","))})
WHERE procedures_entry.origin = 'crawl'
"""  # noqa: S608 -- column names are ours


def find_crawl() -> tuple[Path, Path] | None:
    """The index and the detail file, when they are there: in `LIENTHONG_SHARED`, or beside the checkout."""
    told = os.environ.get("LIENTHONG_SHARED")
    folder = Path(told) if told else Path(__file__).resolve().parents[5].parent / "shared" / "data"
    index, detail = folder / "procedures_index.csv", folder / "procedures_detail.json"
    return (index, detail) if index.is_file() else None


def import_crawl(index_path: Path, detail_path: Path | None = None, *, actor: Actor) -> ImportReport:
    """Read the index (CSV) and the details (JSON, may be missing) into the catalogue, all or nothing.

    Imported procedures are listings: no form, online where the portal has an online channel; a definition of ours
    under the same code stays. Raises NotAllowed, Refused `procedures.crawl-*` when a file is not what it should be.
    """
    access.require(actor, "publisher")
    began = time.monotonic()
    details = _read_details(detail_path)
    procedures: dict[str, Procedure] = {}
    notes: list[RowNote] = []
    rows = 0
    for line, row in _read_index(index_path):
        rows += 1
        procedure, found = _read_one(line, row, details)
        notes.extend(found)
        if procedure is not None and procedures.setdefault(procedure.code, procedure) is not procedure:
            reason = tr("Mã đã có ở dòng trước; bỏ qua dòng này.", "The code came before; the row was skipped.")
            notes.append(RowNote(line, procedure.code, "code", reason, skipped=True))
    with db.atomic():
        db.advisory_lock("procedures.publish")
        added, changed, kept = _store(list(procedures.values()))
        audit.record(actor, "procedures.import", "catalogue", rows=rows, added=added, changed=changed)
    return ImportReport(
        rows=rows,
        added=added,
        changed=changed,
        unchanged=len(procedures) - added - changed - kept,
        kept_ours=kept,
        skipped=rows - len(procedures),
        notes=tuple(notes),
        seconds=time.monotonic() - began,
    )


def _read_one(
    line: int, row: Mapping[str, str] | None, details: Mapping[str, Mapping[str, Any]]
) -> tuple[Procedure | None, list[RowNote]]:
    if row is None:
        reason = tr("Số ô không khớp với dòng tiêu đề; bỏ qua dòng.", "Not as many cells as the header; row skipped.")
        return None, [RowNote(line, "", "row", reason, skipped=True)]
    return crawl.read_row(line, row, details.get((row.get("code") or "").strip()))


def _store(procedures: Sequence[Procedure]) -> tuple[int, int, int]:
    """Gives the numbers added, changed, and left because a definition of ours is there."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [orjson.dumps([_as_row(one) for one in procedures]).decode()])
        cursor.execute(_DROP_OURS)
        kept = cursor.rowcount
        cursor.execute(_VERSIONS, [clock.now()])
        fresh = [row[0] for row in cursor.fetchall()]
        cursor.execute(_ENTRIES)
        cursor.execute("DROP TABLE procedures_crawl")
    return sum(fresh), len(fresh) - sum(fresh), kept


def _as_row(procedure: Procedure) -> dict[str, Any]:
    definition = as_stored(procedure)
    face = face_of(procedure, origin="crawl") | {"code": procedure.code, "current_version": 1}
    return {"code": procedure.code, "digest": digest_of(definition), "definition": definition, "face": face}


def _read_index(path: Path) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Rows with the line they begin at (names may hold line breaks); None where the cells do not fit the header."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader = csv.reader(stream)
        try:
            header = next(reader, [])
            missing = [name for name in crawl.COLUMNS if name not in header]
            if missing:
                raise Refused(
                    "procedures.crawl-columns",
                    tr(
                        "Tệp {file} thiếu cột: {columns}.",
                        "The file {file} lacks the columns: {columns}.",
                    ).format(file=path.name, columns=", ".join(missing)),
                )
            line = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield line, dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None
                line = reader.line_num + 1
        except csv.Error as error:
            raise Refused(
                "procedures.crawl-broken",
                tr(
                    "Tệp {file} không phải CSV đúng dạng từ dòng {line}.",
                    "The file {file} is not sound CSV from line {line} on.",
                ).format(file=path.name, line=reader.line_num),
            ) from error


def _read_details(path: Path | None) -> dict[str, Mapping[str, Any]]:
    if path is None or not path.is_file():
        return {}
    try:
        records = json.loads(path.read_bytes())
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Refused(
            "procedures.crawl-broken",
            tr("Tệp {file} không phải JSON đúng dạng.", "The file {file} is not sound JSON.").format(file=path.name),
        ) from error
    if not isinstance(records, list):
        raise Refused(
            "procedures.crawl-broken",
            tr("Tệp {file} phải là một danh sách.", "The file {file} must be a list.").format(file=path.name),
        )
    return {str(record.get("code")): record for record in records if isinstance(record, dict)}
