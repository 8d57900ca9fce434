"""Keeping the search up to date (cập nhật chỉ mục tìm kiếm): what is new or changed gets its words, in small batches.

A document or entry without `indexed_at` waits. Attachments are read here and nowhere near a request; what cannot be
read leaves a note and the other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import Max

from lienthong.kernel import clock, db, files
from lienthong.kernel.errors import Refused
from lienthong.kernel.file_checks import sniff
from lienthong.platform.documents import search_words, text_extraction
from lienthong.platform.documents.models import Arrival, Attachment, Document, Message, RegisterEntry
from lienthong.platform.documents.services import numbering
from lienthong.platform.documents.types import Direction

log = structlog.get_logger()

BATCH = 100
_MOST_FILES = 20
_COLUMNS = {"document": "document_id", "entry": "entry_id"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a search line is made of."""

    key: UUID | int
    day: date
    title: str
    facts: str
    body: str
    marks: Sequence[str]
    problem: str = ""


def index_waiting(limit: int = BATCH) -> int:
    """Give up to so many waiting documents and entries their words; gives how many. Safe beside others.

    A document that left is tied to the line of the register that gave its number, whoever sent it.
    """
    return _index_documents(limit) + _index_entries(limit)


def _index_documents(limit: int) -> int:
    with db.atomic():
        rows = list(
            Document.objects.select_for_update(no_key=True, skip_locked=True)
            .filter(indexed_at__isnull=True)
            .order_by("pk")[:limit]
        )
        if not rows:
            return 0
        held = _holders([row.pk for row in rows])
        bodies = _bodies([row.pk for row in rows])
        numbering.bind_entries([row for row in rows if ("out", row.agency_code) in held.get(row.pk, [])])
        _write("document", [_of_document(row, held.get(row.pk, []), *bodies.get(row.pk, ("", ""))) for row in rows])
        Document.objects.filter(pk__in=[row.pk for row in rows]).update(indexed_at=clock.now())
        return len(rows)


def _index_entries(limit: int) -> int:
    """Entries whose document is not here: on paper, imported, not sent yet. Others are found by their document."""
    with db.atomic():
        rows = list(
            RegisterEntry.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(indexed_at__isnull=True)
            .select_related("register")
            .order_by("pk")[:limit]
        )
        if not rows:
            return 0
        alone = [row for row in rows if row.document_id is None and not row.reserved and row.struck_at is None]
        others = [row.pk for row in rows if row not in alone]
        _forget_entries(others)
        _write("entry", [_of_entry(row) for row in alone])
        RegisterEntry.objects.filter(pk__in=[row.pk for row in rows]).update(indexed_at=clock.now())
        return len(rows)


def _of_document(row: Document, held: Iterable[tuple[Direction, str]], body: str, problem: str) -> Words:
    return Words(
        key=row.pk,
        day=row.promulgated_on,
        title=f"{row.code} {row.subject}",
        facts=f"{row.type_name} {row.agency_name} {row.signer_name} {row.signer_position} {row.content[:5000]}",
        body=body,
        marks=search_words.marks(
            held=held,
            day=row.promulgated_on,
            type_code=row.type_code,
            author_code=row.agency_code,
            signer=row.signer_name,
        ),
        problem=problem,
    )


def _of_entry(row: RegisterEntry) -> Words:
    body, problem = _text_of_file(row.scan_sha256) if row.scan_sha256 else ("", "")
    direction: Direction = "in" if row.register.direction == "in" else "out"
    agency = row.register.agency_code
    day = row.document_date or row.registered_on
    return Words(
        key=row.pk,
        day=day,
        title=f"{row.code} {row.subject}",
        facts=f"{row.type_name} {row.author} {row.signer} {row.receivers} {row.note}",
        body=body,
        marks=search_words.marks(
            held=[(direction, agency)],
            day=day,
            type_code=row.type_code,
            author_code=agency if direction == "out" else "",
            signer=row.signer,
        ),
        problem=problem,
    )


def _holders(document_ids: Sequence[UUID]) -> dict[UUID, list[tuple[Direction, str]]]:
    held: dict[UUID, list[tuple[Direction, str]]] = {}
    arrived = Arrival.objects.filter(document_id__in=document_ids).values_list("document_id", "agency_code")
    for document_id, agency in arrived:
        held.setdefault(document_id, []).append(("in", agency))
    sent = Message.objects.filter(document_id__in=document_ids, direction="out").values_list(
        "document_id", "sender_code"
    )
    for document_id, agency in sent.distinct():
        held.setdefault(document_id, []).append(("out", agency))
    return held


def _bodies(document_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Text of the attachments of the newest message of each document that has any."""
    newest = (
        Message.objects.filter(document_id__in=document_ids, attachments__isnull=False)
        .values("document_id")
        .annotate(at=Max("at"))
    )
    at = {row["document_id"]: row["at"] for row in newest}
    bodies: dict[UUID, tuple[str, str]] = {}
    rows = (
        Attachment.objects.filter(message__document_id__in=list(at))
        .select_related("message")
        .only("sha256", "position", "message__document_id", "message__at", "message_id")
        .order_by("message_id", "position")
    )
    for row in rows:
        document_id = row.message.document_id
        known = bodies.get(document_id, ("", ""))
        if row.message.at != at[document_id] or len(known[0]) >= text_extraction.MOST_CHARACTERS:
            continue
        if row.position < _MOST_FILES:
            text, problem = _text_of_file(row.sha256)
            bodies[document_id] = (f"{known[0]} {text}".strip(), known[1] or problem)
    return {key: (text[: text_extraction.MOST_CHARACTERS], problem) for key, (text, problem) in bodies.items()}


def _text_of_file(sha256: str) -> tuple[str, str]:
    """Text of a stored file, or of the files in a stored ZIP; and what was wrong."""
    try:
        with files.open_file(sha256) as stream:
            kind = sniff(stream)
            stream.seek(0)
            if kind in (files.PDF, files.DOCX):
                return text_extraction.text_of(stream, kind), ""
            texts = []
            for member in text_extraction.open_zip(stream):
                kind = sniff(member)
                member.seek(0)
                texts.append(text_extraction.text_of(member, kind))
            return " ".join(texts).strip(), ""
    except Refused as refusal:
        return "", refusal.code
    except (OSError, ValueError) as error:
        log.warning("attachment not readable for the search", error=type(error).__name__)
        return "", type(error).__name__


def _write(column: str, lines: Sequence[Words]) -> None:
    """One statement for all: new lines are made, others get their new words."""
    if not lines:
        return
    name = _COLUMNS[column]
    vector = search_words.VECTOR_SQL.format(title="%s", facts="%s", body="%s", marks="%s::text[]")
    values = ", ".join([f"(%s, %s, {vector}, %s, %s, %s)"] * len(lines))
    now = clock.now()
    arguments: list[Any] = []
    for line in lines:
        texts = [search_words.plain(text) for text in (line.title, line.facts, line.body)]
        arguments += [line.key, line.day, *texts, list(line.marks), line.body, line.problem[:200], now]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO documents_searchline ({name}, day, words, body, problem, indexed_at) VALUES {values}"  # noqa: S608 (names are ours)
            f" ON CONFLICT ({name}) DO UPDATE SET day = excluded.day, words = excluded.words, body = excluded.body,"
            " problem = excluded.problem, indexed_at = excluded.indexed_at",
            arguments,
        )


def _forget_entries(entry_ids: Sequence[int]) -> None:
    if entry_ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM documents_searchline WHERE entry_id = ANY(%s)", [list(entry_ids)])
