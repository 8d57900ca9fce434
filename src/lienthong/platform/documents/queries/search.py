"""Search over an agency's documents (tra cứu văn bản): full text without accents, newest part first, then by rank.

The index answers which lines hold all words and marks. It is asked for the newest quarter, then for the two before,
then four …, until there are enough candidates to rank; so a common word costs no more than a rare one, however many
documents the agency has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.db import connection

from lienthong.kernel import clock, db
from lienthong.kernel.access import Actor
from lienthong.platform.documents import rights, search_words
from lienthong.platform.documents.models import Arrival, SearchLine
from lienthong.platform.documents.search_words import Question
from lienthong.platform.documents.types import Direction, SearchFilters, SearchHit, SearchPage

PAGE: Final = 20
CANDIDATES: Final = 500
"""Ranked at most; who wants others narrows the question."""
_YEARS: Final = 12
_FIRST_DAY: Final = date(1945, 9, 2)

_FIND = """
SELECT id, rank FROM (
    SELECT id, day, {rank} AS rank FROM (
        SELECT id, day, words FROM documents_searchline
        WHERE words @@ %(question)s::tsquery AND day BETWEEN %(since)s AND %(until)s
        ORDER BY day DESC, id DESC LIMIT %(limit)s
    ) AS newest
) AS ranked ORDER BY rank DESC, day DESC, id DESC
"""


def search_documents(
    agency_code: str, text: str, filters: SearchFilters | None = None, page: int = 1, *, actor: Actor
) -> SearchPage:
    """Documents of the agency that hold all words of the text; `"…"` for words that stand together.

    Best first among the newest that match. Raises NotAllowed.
    """
    rights.require_reader(actor, agency_code)
    wanted = filters or SearchFilters()
    question = search_words.read_question(agency_code, text, wanted)
    if not question.terms and wanted == SearchFilters():
        return SearchPage((), 0, more=False, following=0)
    found, more = _candidates(question, wanted)
    first = (max(1, page) - 1) * PAGE
    shown = found[first : first + PAGE]
    return SearchPage(
        hits=tuple(_hits(shown, agency_code, question)),
        total=len(found),
        more=more,
        following=page + 1 if first + PAGE < len(found) else 0,
    )


def _candidates(question: Question, filters: SearchFilters) -> tuple[list[int], bool]:
    """Ids of lines, best first, and whether there are more than were ranked."""
    since = filters.since or _FIRST_DAY
    until = filters.until or clock.today() + timedelta(days=366)
    newest = min(until, clock.today() + timedelta(days=92))
    oldest = max(since, newest.replace(year=newest.year - _YEARS, day=1))
    groups: list[list[str]] = search_words.windows(newest, oldest)
    found: list[tuple[int, float]] = []
    with db.atomic(), connection.cursor() as cursor:
        # The bitmap of a common word in a large table; and never a walk through the whole table instead.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        for quarters in groups:
            found += _ask(cursor, question, quarters, since, until, CANDIDATES + 1 - len(found))
            if len(found) > CANDIDATES:
                break
        else:
            if since < oldest:
                before = oldest.replace(month=((oldest.month - 1) // 3) * 3 + 1, day=1) - timedelta(days=1)
                found += _ask(cursor, question, (), since, min(before, until), CANDIDATES + 1 - len(found))
    ranked = sorted(found, key=lambda one: -one[1])
    return [one for one, _ in ranked[:CANDIDATES]], len(found) > CANDIDATES


def _ask(
    cursor: Any, question: Question, quarters: Sequence[str], since: date, until: date, limit: int
) -> list[tuple[int, float]]:
    rank = "ts_rank_cd(words, %(terms)s::tsquery, 1)" if question.terms else "0::float4"
    cursor.execute(
        _FIND.format(rank=rank),
        {
            "question": question.sql(quarters),
            "terms": question.ranked_sql(),
            "since": since,
            "until": until,
            "limit": limit,
        },
    )
    return cast("list[tuple[int, float]]", cursor.fetchall())


def _hits(ids: Sequence[int], agency_code: str, question: Question) -> list[SearchHit]:
    rows = {
        row.pk: row
        for row in SearchLine.objects.filter(pk__in=ids)
        .select_related("document", "entry", "entry__register")
        .defer("words", "document__content")
    }
    documents = [row.document_id for row in rows.values() if row.document_id is not None]
    arrivals: dict[UUID, UUID] = dict(
        Arrival.objects.filter(agency_code=agency_code, document_id__in=documents).values_list("document_id", "pk")
    )
    return [_hit(rows[one], arrivals, question) for one in ids if one in rows]


def _hit(row: SearchLine, arrivals: dict[UUID, UUID], question: Question) -> SearchHit:
    words = question.words
    excerpt = search_words.excerpt(row.body, words)
    if row.document is not None:
        document = row.document
        arrival_id = arrivals.get(document.pk)
        return SearchHit(
            document_id=document.pk,
            arrival_id=arrival_id,
            entry_id=None,
            direction="in" if arrival_id else "out",
            code=document.code,
            author=document.agency_name or document.agency_code,
            day=document.promulgated_on,
            type_name=document.type_name,
            signer=document.signer_name,
            title=search_words.highlight(document.subject, words),
            excerpt=excerpt,
        )
    entry = row.entry
    assert entry is not None  # noqa: S101 (a search line is of one or the other)
    return SearchHit(
        document_id=None,
        arrival_id=None,
        entry_id=entry.pk,
        direction=cast("Direction", entry.register.direction),
        code=entry.code,
        author=entry.author,
        day=entry.document_date or entry.registered_on,
        type_name=entry.type_name,
        signer=entry.signer,
        title=search_words.highlight(entry.subject, words),
        excerpt=excerpt,
    )
