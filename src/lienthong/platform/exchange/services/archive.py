"""The archive of the log (lưu trữ nhật ký): old rows go to files with their proofs, each file linked to the one before.

A file is durable before its rows leave the tables, and both the record of it and their leaving are one transaction: a
run that is killed at any moment is repeated and writes the same file again. Memory holds one row's proofs at a time.
Rows leave by whole checkpoints, since the rows that stay are proven with the links of those beside them.
"""

import os
import shlex
import subprocess
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.db.models import Max

from lienthong.kernel import clock, db, sql
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.platform.exchange.models import ArchiveFile, LogEntry, Stream
from lienthong.platform.exchange.queries.proof import Prover, fact_of, find_kept
from lienthong.platform.signing import services as signing_services

log = structlog.get_logger()

_LOCK = "exchange.archive"
_MOST_ROWS = 1000
_MOST_BYTES = 32 * 1024 * 1024
_TRANSFER_SECONDS = 600
_SKEW = timedelta(minutes=10)

_FORGET = {
    "letter/out": "UPDATE exchange_outgoingletter o SET body = '' FROM exchange_logentry l"
    " WHERE o.id = l.message_id AND o.recipient = %s AND o.state = 'accepted' AND {rows}",
    "letter/in": "UPDATE exchange_incomingletter o SET body = '' FROM exchange_logentry l"
    " WHERE o.letter_id = l.message_id AND o.sender = %s AND {rows}",
    "question": "UPDATE exchange_questionrecord o SET body = '' FROM exchange_logentry l"
    " WHERE o.message_id = l.message_id AND o.peer = %s AND {rows}",
    "call": "DELETE FROM exchange_callrecord o USING exchange_logentry l"
    " WHERE o.message_id = l.message_id AND o.peer = %s AND {rows}",
}
_ROWS = "l.stream_id = %s AND l.position > %s AND l.position <= %s"

_CLOSED = """
SELECT max((part ->> 2)::bigint) FROM exchange_checkpoint c CROSS JOIN LATERAL jsonb_array_elements(c.streams) AS part
 WHERE c.at >= %s AND part ->> 0 = %s AND (part ->> 2)::bigint > %s AND (part ->> 2)::bigint <= %s
"""


@dataclass(frozen=True, slots=True)
class Archived:
    """What a run of the archive did: files written, rows moved, files that the transfer command took."""

    files: int
    rows: int
    transferred: int


def archive_folder() -> Path:
    """Where the files lie: `[parameters.archive] folder`, by default `archive` in the node's home."""
    named = str(node().parameters.get("archive", {}).get("folder", ""))
    return Path(named) if named else node().home / "archive"


def run_archive(*, before: datetime | None = None) -> Archived:
    """Move the rows that a checkpoint closes and that are older than `[parameters.archive] after_days` (30) to files.

    Letters keep their ids, digests and receipts here, so that a repeated one still gets its receipt.
    """
    days = int(node().parameters.get("archive", {}).get("after_days", 30))
    limit = before or clock.now() - timedelta(days=days)
    files = rows = 0
    for stream in Stream.objects.order_by("peer", "direction", "kind"):
        while (moved := _archive_next(stream.pk, limit)) > 0:
            files, rows = files + 1, rows + moved
    return Archived(files, rows, transfer_files())


def _archive_next(stream_id: int, limit: datetime) -> int:
    """Write the next file of a stream; gives how many rows went into it."""
    with db.atomic():
        db.advisory_lock(_LOCK)
        stream = Stream.objects.get(pk=stream_id)
        written = ArchiveFile.objects.filter(stream=stream).aggregate(last=Max("last"))["last"] or 0
        rows = LogEntry.objects.filter(stream=stream, position__gt=written, position__lte=stream.checkpointed)
        young = rows.filter(at__gte=limit).order_by("position").values_list("position", flat=True).first()
        last = min(stream.checkpointed if young is None else young - 1, written + _MOST_ROWS)
        if last <= written or not rows.exists():
            return 0
        previous = ArchiveFile.objects.order_by("-number").first()
        number = previous.number + 1 if previous else 1
        path, done = _write(stream, number, bytes(previous.digest) if previous else bytes(32), written, last)
        _record(stream, number, path, done)
        return int(done["last"]) - written


def _write(stream: Stream, number: int, previous: bytes, written: int, last: int) -> tuple[Path, dict[str, Any]]:
    """One file, whole or not at all under its name."""
    name = f"{number:08d}-{stream.peer}-{stream.direction}-{stream.kind}.zip"
    folder = archive_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f".{name}.part"
    told: dict[str, Any] = {
        "version": 1,
        "node": node().agency_code,
        "number": number,
        "stream": f"{stream.peer}/{stream.direction}/{stream.kind}",
        "previous_file": previous.hex(),
        "previous_link": _link_at(stream, written).hex(),
        "first": written + 1,
        "rows": [],
    }
    with fresh.open("wb") as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
            for entry, files in _proven(stream, written, last):
                told["rows"].append({"facts": fact_of(entry).told().decode(), "link": bytes(entry.link).hex()})
                told["last"] = entry.position
                for file, content in files:
                    made.writestr(f"{entry.position:012d}-{file}", content)
                if target.tell() > _MOST_BYTES:
                    break
            made.writestr("index.json", orjson.dumps(told, option=orjson.OPT_INDENT_2), zipfile.ZIP_DEFLATED)
        target.flush()
        os.fsync(target.fileno())
    path = folder / name
    fresh.replace(path)
    _sync(folder)
    return path, told


def _link_at(stream: Stream, position: int) -> bytes:
    if position == 0:
        return bytes(32)
    if position == stream.archived:
        return bytes(stream.archived_link)
    return bytes(LogEntry.objects.values_list("link", flat=True).get(stream=stream, position=position))


def _proven(stream: Stream, written: int, last: int) -> Iterator[tuple[LogEntry, list[tuple[str, bytes]]]]:
    """Rows in their order, each with the containers of its message; old or lost ones without."""
    prover = Prover()
    entries = LogEntry.objects.filter(stream=stream, position__gt=written, position__lte=last)
    for entry in entries.select_related("stream").order_by("position").iterator(200):
        try:
            proofs = prover.prove(entry.message_id, stream.direction, entry)
        except Refused as refusal:
            log.warning("row archived without proof", message=str(entry.message_id), code=refusal.code)
            yield entry, _unproven(entry.message_id, stream.direction)
            continue
        found = {"message": proofs.message, "answer": proofs.answer}
        made = {name: proof for name, proof in found.items() if proof is not None}
        containers = signing_services.make_containers(list(made.values()))
        names = (f"{entry.message_id}-{stream.direction}-{name}.asice" for name in made)
        yield entry, list(zip(names, containers, strict=True))


def _unproven(message_id: UUID, direction: str) -> list[tuple[str, bytes]]:
    """What is kept of a message of which no container can be made, so that nothing is lost."""
    try:
        _, kept = find_kept(message_id, direction)
    except NotFound:
        return []
    told = [
        {"line": one.line, "digest": one.digest.hex(), "body": b64encode(one.body or b"").decode("ascii")}
        for one in kept
    ]
    return [(f"{message_id}-{direction}-kept.json", orjson.dumps(told))]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _record(stream: Stream, number: int, path: Path, done: dict[str, Any]) -> None:
    """In the caller's transaction: the file is known, rows are gone up to a checkpoint, the stream says how far."""
    first, last = int(done["first"]), int(done["last"])
    with path.open("rb") as content:
        digest = file_digest(content, "sha256").digest()
    ArchiveFile.objects.create(
        number=number,
        name=path.name,
        at=clock.now(),
        stream=stream,
        first=first,
        last=last,
        size=path.stat().st_size,
        digest=digest,
    )
    if (upto := _closed_upto(stream, last)) <= stream.archived:
        return
    kind = f"letter/{stream.direction}" if stream.kind == "letter" else stream.kind
    where, link = (stream.pk, stream.archived, upto), _link_at(stream, upto)
    sql.run(_FORGET[kind].format(rows=_ROWS), (stream.peer, *where))
    sql.run(f"DELETE FROM exchange_logentry l WHERE {_ROWS}", where)  # noqa: S608 (a constant of this module)
    Stream.objects.filter(pk=stream.pk).update(archived=upto, archived_link=link)


def _closed_upto(stream: Stream, last: int) -> int:
    """The end of the last checkpoint of which all rows are in files."""
    oldest = LogEntry.objects.filter(stream=stream).order_by("position").values_list("at", flat=True)[0]
    name = f"{stream.peer}/{stream.direction}/{stream.kind}"
    return int(sql.rows(_CLOSED, (oldest - _SKEW, name, stream.archived, last))[0][0] or 0)


def transfer_files() -> int:
    """Run the transfer command of the profile on each file that it has not taken yet; gives how many it took.

    `[parameters.archive] transfer`: a command, to which the file's path is added; exit 0 means that it is safe.
    """
    words = shlex.split(str(node().parameters.get("archive", {}).get("transfer", "")))
    taken = 0
    for file in ArchiveFile.objects.filter(transferred_at=None).order_by("number") if words else ():
        path = archive_folder() / file.name
        try:
            done = subprocess.run(  # noqa: S603 (the operator's own command)
                [*words, str(path)], capture_output=True, timeout=_TRANSFER_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            log.exception("archive not transferred", file=file.name)
            break
        if done.returncode != 0:
            log.error("archive not transferred", file=file.name, exit=done.returncode)
            break
        file.transferred_at = clock.now()
        file.save(update_fields=["transferred_at"])
        taken += 1
    return taken
