"""Search of the catalogue (tìm thủ tục): one statement over the folded text and its trigram index."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from lienthong.kernel.text import Bilingual
from lienthong.sources.procedures.queries.life_events import LIFE_EVENTS
from lienthong.sources.procedures.rules import base_code, searching
from lienthong.sources.procedures.types import FieldOfWork, Hit, LifeEvent, Listing, TimeLimit

_COLUMNS = """code, name_vi, name_en, field_vi, field_en, levels, owner_code, online, channels, time_limit,
    fee_direct, fee_online, has_form"""

# Entries with all the words (the last one may be unfinished) or the code; if there are none, those that are like
# the text by trigrams or have most of its words. Ranked: exact code, a whole name or synonym, phrase,
# words in the name, likeness of the name, ours before mere listings.
_FOUND = f"""
WITH asked AS (SELECT %(text)s::text AS text, %(code)s::text AS code),
whole AS MATERIALIZED (
    SELECT e.* FROM procedures_entry AS e, asked
    WHERE (e.code = asked.code OR e.folded LIKE ALL (%(patterns)s)) AND {{filters}}
),
loose AS (
    SELECT e.* FROM procedures_entry AS e, asked
    WHERE NOT EXISTS (SELECT FROM whole) AND {{filters}}
      AND (asked.text <%% e.folded
           OR (SELECT count(*) FROM unnest(%(patterns)s::text[]) AS word WHERE e.folded LIKE word) >= %(enough)s)
),
ranked AS (
    SELECT f.*, 100 * (f.code = asked.code)::int
           + 4 * (f.folded LIKE '%% | ' || asked.text || ' | %%')::int
           + 2 * (f.folded LIKE '%% ' || asked.text || ' %%')::int
           + 2 * (f.folded_name LIKE '%% ' || asked.text || '%%')::int
           + 2 * (SELECT count(*) FROM unnest(%(patterns)s::text[]) AS word WHERE f.folded_name LIKE word)
               / %(count)s::float
           + 2 * word_similarity(asked.text, f.folded)
           + 2 * greatest(similarity(asked.text, f.folded_name), similarity(asked.text, lower(f.name_en)))
           + f.has_form::int AS score
    FROM (SELECT * FROM whole UNION ALL SELECT * FROM loose) AS f, asked
)
SELECT {_COLUMNS}, score, count(*) OVER () FROM ranked ORDER BY score DESC, code LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608 -- no value of a user stands in the text
_ALL = f"""
SELECT {_COLUMNS}, 0, count(*) OVER () FROM procedures_entry
WHERE {{filters}} ORDER BY has_form DESC, name_vi, code LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608 -- as above


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or False is no limit."""

    field: str | None = None
    level: str | None = None
    audience: str | None = None
    life_event: str | None = None
    with_form: bool = False

    def as_sql(self) -> tuple[str, dict[str, Any]]:
        clauses = ["true"]
        values: dict[str, Any] = {}
        for column, value in (("field_key", self.field), ("levels", self.level), ("audiences", self.audience),
                              ("life_events", self.life_event)):  # fmt: skip
            if value:
                clauses.append(f"{column} = %({column})s" if column == "field_key" else f"{column} @> %({column})s")
                values[column] = value if column == "field_key" else [value]
        if self.with_form:
            clauses.append("has_form")
        return " AND ".join(clauses), values


def search(text: str, *, filters: Filters, page: int, size: int) -> Listing:
    """A page of hits; a page past the end is empty but keeps the total."""
    size = min(max(size, 1), 100)
    page = min(max(page, 1), 100_000)
    rows = _select(text, filters, limit=size, offset=(page - 1) * size)
    if not rows and page > 1:
        first = _select(text, filters, limit=1, offset=0)
        return Listing((), first[0][-1] if first else 0, page, size)
    return Listing(tuple(_hit(row) for row in rows), rows[0][-1] if rows else 0, page, size)


def suggest(text: str, *, limit: int) -> list[Hit]:
    """The best few; needs two letters to begin with."""
    if len(searching.clean(text)) < 2:
        return []
    return [_hit(row) for row in _select(text, Filters(), limit=min(max(limit, 1), 20), offset=0)]


def _select(text: str, filters: Filters, *, limit: int, offset: int) -> Sequence[tuple[Any, ...]]:
    asked = searching.read_question(text)
    clauses, values = filters.as_sql()
    values |= {"limit": limit, "offset": offset}
    if asked.text:
        statement = _FOUND.format(filters=clauses)
        values |= {
            "text": asked.text,
            "code": base_code(text) or "",
            "patterns": list(asked.patterns),
            "count": len(asked.patterns),
            "enough": asked.enough,
        }
    else:
        statement = _ALL.format(filters=clauses)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _hit(row: tuple[Any, ...]) -> Hit:
    (code, name_vi, name_en, field_vi, field_en, levels, owner_code, online, channels, limit,
     fee_direct, fee_online, has_form, score, _total) = row  # fmt: skip
    limit = TimeLimit.model_validate_json(limit) if isinstance(limit, str) else limit and TimeLimit(**limit)
    return Hit(
        code=code,
        name=Bilingual(name_vi, name_en),
        field=Bilingual(field_vi, field_en),
        levels=tuple(levels),
        owner_code=owner_code,
        online=online,
        channels=tuple(channels),
        time_limit=limit,
        fee_direct=fee_direct,
        fee_online=fee_online,
        has_form=has_form,
        score=float(score),
    )


def list_fields(audience: str | None) -> list[FieldOfWork]:
    """Fields by number of procedures, largest first; the English name where one of ours gives it."""
    clauses, values = Filters(audience=audience).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT field_key, min(field_vi), coalesce(min(field_en) FILTER (WHERE field_en <> field_vi),"  # noqa: S608 -- clauses are ours
            f" min(field_en)), count(*) FROM procedures_entry WHERE {clauses} GROUP BY field_key ORDER BY 4 DESC, 1",
            values,
        )
        return [FieldOfWork(key, Bilingual(vi, en), count) for key, vi, en, count in cursor.fetchall()]


def list_life_events(audience: str | None) -> list[LifeEvent]:
    """The groups in official order with the number of procedures in each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT event, count(*) FROM procedures_entry, unnest(life_events) AS event GROUP BY event")
        counts: dict[str, int] = dict(cursor.fetchall())
    return [
        LifeEvent(event.key, event.audience, event.name, counts.get(event.key, 0))
        for event in LIFE_EVENTS.values()
        if audience in (None, event.audience)
    ]
