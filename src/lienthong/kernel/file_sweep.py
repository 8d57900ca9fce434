"""The sweep (dọn tệp không ai giữ): stored files that nobody refers to are found when they are old, and removed.

A refused message, a form that was never sent, a process that died: each may leave a file, with a row that tells of it
(`StoredFile`) or without. A room names the columns in which it keeps digests as `holds_files` of its Django app:
pairs of model and field, a text field or a JSON field that has digests somewhere in it.

Content is kept once, so somebody may store at this moment what is about to go. Whoever stores makes the file young,
in one step, and only then writes the row. The sweep deletes the row (whoever writes the same one waits), then moves the
file aside, then looks at its age and at all references once more. So a store either made the file young before the
move, and the sweep puts it back; or it came after, found no file, and wrote its own. Killed in between, the row
is still there and the next round puts the file back.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import structlog
from django.apps import apps
from django.db import connection
from django.db.models import Field, JSONField

from lienthong.kernel import clock, db, files, jobs
from lienthong.kernel.models import StoredFile
from lienthong.kernel.profile import node

log = structlog.get_logger()

SAFE_AGE = timedelta(days=7)
"""Longer than anybody fills in a form, and than a letter waits for its parts."""
SECONDS = 3600.0

_BATCH = 5000
_FOLDERS = 256
_DIGEST = re.compile(r"[0-9a-f]{64}")
_IN_TEXT = "SELECT {column} AS sha256 FROM {table}"
_IN_JSON = """
SELECT found #>> '{{}}' AS sha256 FROM {table},
       jsonb_path_query({column}, 'lax $.** ? (@.type() == "string" && @ like_regex "^[0-9a-f]{{64}}$")') AS found
"""


def sweep_files() -> bool:
    """Look at files that have become old, and into one folder for what no row tells of; true while there is more."""
    more = sweep_rows()
    hours = int(clock.now().timestamp() // SECONDS)
    sweep_folder(f"{hours % _FOLDERS:02x}")
    return more


def sweep_rows() -> bool:
    """Files that became old: held ones are never looked at again, others go; true while there are more."""
    now = clock.now()
    due = StoredFile.objects.filter(examined_at=None, stored_at__lt=now - SAFE_AGE).order_by("stored_at")
    digests = list(due.values_list("sha256", flat=True)[:_BATCH])
    held = held_of(digests)
    StoredFile.objects.filter(sha256__in=held).update(examined_at=now)
    unheld = [one for one in digests if one not in held]
    done = not unheld or _remove_noted(unheld)
    return done and len(digests) == _BATCH


def sweep_folder(name: str) -> int:
    """Old files of one of the 256 folders that no row tells of; gives how many went."""
    folder = node().home / "files" / name
    if not folder.is_dir():
        return 0
    _settle_interrupted(folder)
    limit = (clock.now() - SAFE_AGE).timestamp()
    old = {path.name: path for path in _older(folder, limit) if _DIGEST.fullmatch(path.name)}
    known = set(StoredFile.objects.filter(sha256__in=old).values_list("sha256", flat=True))
    strangers = [old[one] for one in sorted(old.keys() - known)]
    aside = [path for path in strangers if _move_aside(path)]
    held = held_of([path.name for path in aside])
    gone = [path for path in aside if _decide(path, held, limit)]
    _tell(len(gone))
    return len(gone)


def held_of(digests: Collection[str]) -> set[str]:
    """Those of these digests that a room or a job refers to, all asked in one statement: one moment for all."""
    if not digests:
        return set()
    asked = " UNION ALL ".join([*_columns(), jobs.MENTIONED])
    statement = f"SELECT DISTINCT sha256 FROM ({asked}) AS held WHERE sha256 = ANY(%s)"  # noqa: S608 (names of our models)
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(digests)])
        return {row[0] for row in cursor.fetchall()}


def _columns() -> Iterator[str]:
    for config in apps.get_app_configs():
        for model_name, field_name in getattr(config, "holds_files", ()):
            told = config.get_model(model_name)._meta  # noqa: SLF001 (Django documents it)
            field = cast("Field[Any, Any]", told.get_field(field_name))
            form = _IN_JSON if isinstance(field, JSONField) else _IN_TEXT
            quote = connection.ops.quote_name
            yield form.format(table=quote(told.db_table), column=quote(str(field.column)))


def _remove_noted(digests: list[str]) -> bool:
    """Remove these files and their rows, but for those that somebody stored anew or refers to now.

    False when another process is at it.
    """
    now = clock.now()
    limit = (now - SAFE_AGE).timestamp()
    with db.atomic():
        if not db.try_advisory_lock("kernel.file_sweep"):
            return False
        rows = list(StoredFile.objects.select_for_update(skip_locked=True).filter(sha256__in=digests, examined_at=None))
        paths = {row.sha256: files.path_of(row.sha256) for row in rows}
        StoredFile.objects.filter(sha256__in=paths).delete()
        there = [path for path in paths.values() if _move_aside(path)]
        held = held_of(paths)
        staying = held | {path.name for path in there if _is_young(path, limit)}
        kept = [row for row in rows if row.sha256 in staying]
        for row in kept:
            row.stored_at, row.examined_at = now, now if row.sha256 in held else None
        StoredFile.objects.bulk_create(kept)
    for path in there:
        if path.name in staying:
            _put_back(path)
        else:
            files.aside_of(path).unlink(missing_ok=True)
    _tell(len(rows) - len(kept))
    return True


def _decide(path: Path, held: Collection[str], limit: float) -> bool:
    if path.name in held or _is_young(path, limit):
        _put_back(path)
        return False
    files.aside_of(path).unlink(missing_ok=True)
    return True


def _move_aside(path: Path) -> bool:
    try:
        path.rename(files.aside_of(path))
    except FileNotFoundError:
        return False
    return True


def _put_back(path: Path) -> None:
    aside = files.aside_of(path)
    with suppress(FileExistsError, FileNotFoundError):
        os.link(aside, path)
    aside.unlink(missing_ok=True)


def _is_young(path: Path, limit: float) -> bool:
    """Asked of a file that lies aside: whoever stored it before the move made it young."""
    try:
        return files.aside_of(path).stat().st_mtime >= limit
    except FileNotFoundError:
        return True


def _settle_interrupted(folder: Path) -> None:
    """What a sweep that died had moved aside goes back; halves that a dying writer left behind go, when old."""
    limit = (clock.now() - SAFE_AGE).timestamp()
    with db.atomic():
        if not db.try_advisory_lock("kernel.file_sweep"):
            return
        for path in list(folder.glob(f"{files.ASIDE}*")):
            _put_back(path.with_name(path.name.removeprefix(files.ASIDE)))
    for path in _older(folder, limit):
        if path.name.startswith(".") and not path.name.startswith(files.ASIDE):
            path.unlink(missing_ok=True)


def _older(folder: Path, limit: float) -> list[Path]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < limit:
                    found.append(Path(entry.path))
    return found


def _tell(count: int) -> None:
    if count:
        log.info("files that nobody refers to were removed", files=count)
