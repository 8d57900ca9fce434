"""The statements that count documents, in sets. A document is counted on the day it was sent first, or arrived."""

from __future__ import annotations

from typing import Final

from lienthong.platform.documents.statistics_types import COUNTS


def _each(form: str) -> str:
    return ", ".join(form.format(name) for name in COUNTS)


_PIECES: Final[dict[str, str]] = {
    "{ZONE}": "'Asia/Ho_Chi_Minh'",
    "{COLUMNS}": _each("{}"),
    "{EXCLUDED}": _each("excluded.{}"),
    "{HELD}": _each("held.{}"),
    "{SUMS}": _each("kept.{}"),
    "{SAID}": _each("said.{}"),
    "{TYPED}": _each("{} int"),
    "{TOTALS}": _each("sum({0}) AS {0}"),
    "{ASSIGNED}": _each("{0} = excluded.{0}"),
    "{NONE}": _each("0"),
}
"""What statements have in common, by the name under which they say it."""


def _filled(statement: str) -> str:
    for name, text in _PIECES.items():
        statement = statement.replace(name, text)
    return statement


# The message by which a document was sent first: what follows (update, recall) is said of the same document.
_PIECES["{FIRST}"] = _filled("""
    m.direction = 'out' AND m.kind IN ('new', 'replace') AND NOT EXISTS (
        SELECT 1 FROM documents_message older
        WHERE older.document_id = m.document_id AND older.direction = 'out' AND older.kind IN ('new', 'replace')
          AND (older.at, older.id) < (m.at, m.id))
""")

_PIECES["{TOUCHED}"] = _filled("""
steps AS MATERIALIZED (
    SELECT delivery_id, arrival_id, state FROM documents_step WHERE id > %(after)s AND id <= %(upto)s
), sent AS MATERIALIZED (
    SELECT DISTINCT m.document_id FROM steps s JOIN documents_delivery d ON d.id = s.delivery_id
    JOIN documents_message m ON m.id = d.message_id
), came AS MATERIALIZED (
    SELECT arrival_id AS id FROM steps WHERE arrival_id IS NOT NULL
    UNION
    SELECT other.id FROM steps s JOIN documents_arrival a ON a.id = s.arrival_id
    JOIN documents_arrival other ON other.document_id = a.document_id WHERE s.state IN ('update', '15')
)
""")

# A document that was sent is to be looked at for its leader's signature, once.
ORDER_LOOKS: Final = _filled("""
WITH {TOUCHED}
INSERT INTO documents_personalsignature (message_id, state, counted)
SELECT m.id, 'waiting', true FROM sent JOIN documents_message m ON m.document_id = sent.document_id WHERE {FIRST}
ON CONFLICT DO NOTHING
""")

ORDER_ALL_LOOKS: Final = _filled("""
INSERT INTO documents_personalsignature (message_id, state, counted)
SELECT m.id, 'waiting', true FROM documents_message m WHERE {FIRST}
ON CONFLICT DO NOTHING
""")

# What came late by itself: terms that passed since the last count.
_PIECES["{CHANGED_KEYS}"] = _filled("""
{TOUCHED}, looked AS (
    UPDATE documents_personalsignature SET counted = true WHERE NOT counted RETURNING message_id
), keys AS MATERIALIZED (
    SELECT 'in' AS direction, a.agency_code, (a.arrived_at AT TIME ZONE {ZONE})::date AS day
    FROM came JOIN documents_arrival a ON a.id = came.id
    UNION
    SELECT 'in', a.agency_code, (a.arrived_at AT TIME ZONE {ZONE})::date FROM documents_arrival a
    WHERE a.status IN ('', '01') AND a.standing = 'in-force' AND a.due_at >= %(late_from)s AND a.due_at < %(late_to)s
    UNION
    SELECT 'in', a.agency_code, (a.arrived_at AT TIME ZONE {ZONE})::date
    FROM documents_document d JOIN documents_arrival a ON a.document_id = d.id
    WHERE %(day_from)s < %(day_to)s AND d.due_on >= %(day_from)s AND d.due_on < %(day_to)s
    UNION
    SELECT 'out', m.sender_code, (m.at AT TIME ZONE {ZONE})::date
    FROM sent JOIN documents_message m ON m.document_id = sent.document_id WHERE {FIRST}
    UNION
    SELECT 'out', m.sender_code, (m.at AT TIME ZONE {ZONE})::date
    FROM looked JOIN documents_message m ON m.id = looked.message_id
)
""")

_PIECES["{ALL_KEYS}"] = _filled("""
keys AS MATERIALIZED (
    SELECT 'in' AS direction, agency_code, (arrived_at AT TIME ZONE {ZONE})::date AS day FROM documents_arrival
    UNION
    SELECT 'out', sender_code, (at AT TIME ZONE {ZONE})::date FROM documents_message WHERE direction = 'out'
    UNION
    SELECT direction, agency_code, day FROM documents_daysum WHERE reporter = %(me)s
)
""")

_PIECES["{COUNTED}"] = _filled("""
spans AS MATERIALIZED (
    SELECT direction, agency_code, day, day::timestamp AT TIME ZONE {ZONE} AS since,
           (day + 1)::timestamp AT TIME ZONE {ZONE} AS until FROM keys
), counted AS (
    SELECT k.direction, k.agency_code, k.day, c.* FROM spans k CROSS JOIN LATERAL (
        SELECT d.type_code, count(*) AS documents, count(*) FILTER (WHERE NOT m.needs_paper) AS electronic,
            0::bigint AS copies, 0::bigint AS copies_saved, 0::bigint AS examined, 0::bigint AS personally_signed,
            count(*) FILTER (WHERE handled.at <= a.due_at) AS on_time,
            count(*) FILTER (WHERE handled.at > a.due_at
                OR (a.status IN ('', '01') AND a.standing = 'in-force' AND a.due_at < %(late_to)s)) AS late,
            count(*) FILTER (WHERE a.status = '06') AS finished,
            count(*) FILTER (WHERE (finished.at AT TIME ZONE {ZONE})::date <= d.due_on) AS finished_on_time,
            count(*) FILTER (WHERE (finished.at AT TIME ZONE {ZONE})::date > d.due_on
                OR (a.status NOT IN ('02', '06') AND a.standing = 'in-force' AND d.due_on < %(day_to)s))
                AS finished_late,
            count(*) FILTER (WHERE a.status = '02') AS refused,
            count(*) FILTER (WHERE a.standing = 'recalled') AS recalled
        FROM documents_arrival a
        JOIN documents_message m ON m.id = a.message_id JOIN documents_document d ON d.id = a.document_id
        LEFT JOIN LATERAL (
            SELECT min(s.at) AS at FROM documents_step s WHERE s.arrival_id = a.id AND s.level = 'business'
              AND s.state IN ('02', '03') AND a.status NOT IN ('', '01')
        ) handled ON true
        LEFT JOIN LATERAL (
            SELECT min(s.at) AS at FROM documents_step s WHERE s.arrival_id = a.id AND s.level = 'business'
              AND s.state = '06' AND a.status = '06'
        ) finished ON true
        WHERE k.direction = 'in' AND a.agency_code = k.agency_code
          AND a.arrived_at >= k.since AND a.arrived_at < k.until
        GROUP BY d.type_code
    ) c
    UNION ALL
    SELECT k.direction, k.agency_code, k.day, c.* FROM spans k CROSS JOIN LATERAL (
        SELECT d.type_code, count(*), count(*) FILTER (WHERE NOT m.needs_paper),
            coalesce(sum(reached.copies), 0)::bigint,
            coalesce(sum(reached.copies) FILTER (WHERE NOT m.needs_paper), 0)::bigint,
            count(*) FILTER (WHERE p.state IN ('signed', 'none')), count(*) FILTER (WHERE p.state = 'signed'),
            count(*) FILTER (WHERE m.at <= m.due_at), count(*) FILTER (WHERE m.at > m.due_at),
            0::bigint, 0::bigint, 0::bigint, count(*) FILTER (WHERE reached.refused),
            count(*) FILTER (WHERE d.standing = 'recalled')
        FROM documents_message m JOIN documents_document d ON d.id = m.document_id
        LEFT JOIN documents_personalsignature p ON p.message_id = m.id
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT x.agency_code) FILTER (WHERE x.transport IN ('delivered', 'opened')) AS copies,
                   coalesce(bool_or(x.status = '02'), false) AS refused
            FROM documents_message every JOIN documents_delivery x ON x.message_id = every.id
            WHERE every.document_id = m.document_id AND every.direction = 'out'
        ) reached
        WHERE k.direction = 'out' AND m.sender_code = k.agency_code AND m.at >= k.since AND m.at < k.until AND {FIRST}
        GROUP BY d.type_code
    ) c
), kept AS (
    SELECT direction, agency_code, day, type_code, {COLUMNS} FROM counted
    UNION ALL
    SELECT old.direction, old.agency_code, old.day, old.type_code, {NONE}
    FROM keys JOIN documents_daysum old
      ON old.reporter = %(me)s AND old.agency_code = keys.agency_code AND old.direction = keys.direction
     AND old.day = keys.day
    WHERE NOT EXISTS (SELECT 1 FROM counted c WHERE (c.direction, c.agency_code, c.day, c.type_code)
                                               = (old.direction, old.agency_code, old.day, old.type_code))
)
INSERT INTO documents_daysum AS held (reporter, agency_code, direction, type_code, day, {COLUMNS}, as_of, told)
SELECT %(me)s, kept.agency_code, kept.direction, kept.type_code, kept.day, {SUMS}, %(now)s, false FROM kept
ON CONFLICT (reporter, agency_code, direction, day, type_code) DO UPDATE
SET {ASSIGNED}, as_of = excluded.as_of, told = false
WHERE ({HELD}) IS DISTINCT FROM ({EXCLUDED})
""")

COUNT_CHANGED: Final = _filled("WITH {CHANGED_KEYS}, {COUNTED}")
COUNT_ALL: Final = _filled("WITH {ALL_KEYS}, {COUNTED}")

TAKE_UNTOLD: Final = _filled("""
UPDATE documents_daysum SET told = true
WHERE id IN (SELECT id FROM documents_daysum WHERE NOT told ORDER BY id LIMIT %(limit)s)
RETURNING agency_code, direction, type_code, day, {COLUMNS}
""")

TAKE_IN: Final = _filled("""
INSERT INTO documents_daysum AS held (reporter, agency_code, direction, type_code, day, {COLUMNS}, as_of, told)
SELECT %(reporter)s, said.agency_code, said.direction, said.type_code, said.day,
       {SAID}, %(as_of)s, true
FROM jsonb_to_recordset(%(days)s::jsonb) AS said (
    agency_code text, direction text, type_code text, day date, {TYPED})
ON CONFLICT (reporter, agency_code, direction, day, type_code) DO UPDATE SET {ASSIGNED}, as_of = excluded.as_of
WHERE held.as_of < excluded.as_of
RETURNING agency_code, direction, type_code, day, {COLUMNS}
""")

SUM: Final = _filled("""
SELECT {key} AS key, direction, {TOTALS}
FROM documents_daysum
WHERE day BETWEEN %(first)s AND %(last)s{where}
GROUP BY 1, 2
""")
OF_AGENCY: Final = " AND agency_code = %(agency)s"
# A range by bytes, which an index finds in any collation and whether or not the statement is prepared.
OF_AGENCY_AND_BELOW: Final = (
    " AND (agency_code = %(agency)s OR (agency_code ~>=~ (%(agency)s || '.') AND agency_code ~<~ (%(agency)s || '/')))"
)
OF_LEVEL: Final = " AND array_length(string_to_array(agency_code, '.'), 1) = %(level)s"
OF_TYPE: Final = " AND type_code = %(type)s"
"""What narrows `SUM`: only what is asked for stands in it, so that an agency's question reads that agency's rows."""
