"""The set-based statements of reporting. Statuses are the portal's ten codes."""

NOTE_DOSSIER = """
INSERT INTO reporting_dossierfact AS fact
    (dossier_id, version, agency_code, procedure_code, channel, status, received_date, due_at, finished_at,
     finished_date, folded)
VALUES (%(dossier_id)s, %(version)s, %(agency_code)s, %(procedure_code)s, %(channel)s, %(status)s,
        %(received_date)s, %(due_at)s, %(finished_at)s, %(finished_date)s, false)
ON CONFLICT (dossier_id) DO UPDATE SET
    version = excluded.version, status = excluded.status, received_date = excluded.received_date,
    due_at = excluded.due_at, finished_at = excluded.finished_at, finished_date = excluded.finished_date,
    folded = false
WHERE fact.version < excluded.version
"""

# A finished dossier counts on the day it was finished: 9 and 10 as done, 3 as refused, 7 and 8 as ended otherwise.
FOLD_DAYS = """
WITH touched AS (
    UPDATE reporting_dossierfact SET folded = true WHERE NOT folded
    RETURNING agency_code, procedure_code, channel, received_date, finished_date
), keys AS (
    SELECT agency_code, procedure_code, channel, received_date AS day FROM touched WHERE received_date IS NOT NULL
    UNION
    SELECT agency_code, procedure_code, channel, finished_date FROM touched WHERE finished_date IS NOT NULL
), counted AS (
    SELECT k.agency_code, k.procedure_code, k.channel, k.day,
        (SELECT count(*) FROM reporting_dossierfact f
         WHERE (f.agency_code, f.procedure_code, f.channel, f.received_date)
             = (k.agency_code, k.procedure_code, k.channel, k.day)) AS received,
        ended.*
    FROM keys k CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE f.status IN (9, 10) AND f.finished_at <= f.due_at) AS finished_on_time,
               count(*) FILTER (WHERE f.status IN (9, 10) AND f.finished_at > f.due_at) AS finished_late,
               count(*) FILTER (WHERE f.status = 3) AS refused,
               count(*) FILTER (WHERE f.status IN (7, 8)) AS withdrawn
        FROM reporting_dossierfact f
        WHERE (f.agency_code, f.procedure_code, f.channel, f.finished_date)
            = (k.agency_code, k.procedure_code, k.channel, k.day)
    ) ended
)
INSERT INTO reporting_dayfact AS fact
    (agency_code, procedure_code, channel, day, reporter, received, finished_on_time, finished_late, refused,
     withdrawn, as_of, sent)
SELECT agency_code, procedure_code, channel, day, %(me)s, received, finished_on_time, finished_late, refused,
       withdrawn, %(now)s, false
FROM counted
ON CONFLICT (agency_code, procedure_code, channel, day) DO UPDATE SET
    received = excluded.received, finished_on_time = excluded.finished_on_time,
    finished_late = excluded.finished_late, refused = excluded.refused, withdrawn = excluded.withdrawn,
    as_of = excluded.as_of, sent = false
WHERE (fact.received, fact.finished_on_time, fact.finished_late, fact.refused, fact.withdrawn)
    IS DISTINCT FROM (excluded.received, excluded.finished_on_time, excluded.finished_late, excluded.refused,
                      excluded.withdrawn)
"""

TAKE_UNSENT_DAYS = """
UPDATE reporting_dayfact SET sent = true
WHERE id IN (SELECT id FROM reporting_dayfact WHERE NOT sent ORDER BY id LIMIT %(limit)s)
RETURNING day, agency_code, procedure_code, channel, received, finished_on_time, finished_late, refused, withdrawn
"""

STOCK = """
SELECT agency_code, procedure_code, channel,
       count(*) FILTER (WHERE status = 1) AS waiting,
       count(*) FILTER (WHERE status IN (2, 4)) AS in_progress,
       count(*) FILTER (WHERE status IN (5, 6)) AS paused,
       count(*) FILTER (WHERE status IN (2, 4) AND due_at < %(now)s) AS overdue
FROM reporting_dossierfact
WHERE status IN (1, 2, 4, 5, 6)
GROUP BY agency_code, procedure_code, channel
ORDER BY agency_code, procedure_code, channel
"""

TAKE_IN_DAYS = """
INSERT INTO reporting_dayfact AS fact
    (agency_code, procedure_code, channel, day, reporter, received, finished_on_time, finished_late, refused,
     withdrawn, as_of, sent)
SELECT told.agency_code, told.procedure_code, told.channel, told.day, %(reporter)s, told.received,
       told.finished_on_time, told.finished_late, told.refused, told.withdrawn, %(as_of)s, true
FROM jsonb_to_recordset(%(days)s::jsonb) AS told (
    day date, agency_code text, procedure_code text, channel text, received int, finished_on_time int,
    finished_late int, refused int, withdrawn int)
ON CONFLICT (agency_code, procedure_code, channel, day) DO UPDATE SET
    received = excluded.received, finished_on_time = excluded.finished_on_time,
    finished_late = excluded.finished_late, refused = excluded.refused, withdrawn = excluded.withdrawn,
    as_of = excluded.as_of, reporter = excluded.reporter
WHERE fact.as_of < excluded.as_of
"""

TAKE_IN_STOCK = """
INSERT INTO reporting_stockfact
    (reporter, agency_code, procedure_code, channel, waiting, in_progress, paused, overdue)
SELECT %(reporter)s, told.agency_code, told.procedure_code, told.channel, told.waiting, told.in_progress,
       told.paused, told.overdue
FROM jsonb_to_recordset(%(stock)s::jsonb) AS told (
    agency_code text, procedure_code text, channel text, waiting int, in_progress int, paused int, overdue int)
"""

FLOWS = """
SELECT {key} AS key, sum(received) AS received, sum(received) FILTER (WHERE channel = 'online') AS received_online,
       sum(finished_on_time) AS finished_on_time, sum(finished_late) AS finished_late, sum(refused) AS refused,
       sum(withdrawn) AS withdrawn
FROM reporting_dayfact
WHERE day BETWEEN %(first)s AND %(last)s AND (%(under)s = '' OR agency_code = %(under)s
      OR agency_code LIKE %(below)s)
GROUP BY 1
"""

STOCKS = """
SELECT {key} AS key, sum(waiting) AS waiting, sum(in_progress) AS in_progress, sum(paused) AS paused,
       sum(overdue) AS overdue
FROM reporting_stockfact
WHERE %(under)s = '' OR agency_code = %(under)s OR agency_code LIKE %(below)s
GROUP BY 1
"""

NOTE_DOCUMENT_DAYS = """
INSERT INTO reporting_documentdayfact AS fact
    (reporter, agency_code, direction, type_code, day, as_of,
     documents, electronic, copies_saved, examined, personally_signed, on_time, late, finished,
     finished_on_time, finished_late, refused, recalled)
SELECT %(reporter)s, told.agency_code, told.direction, told.type_code, told.day, %(as_of)s,
       told.documents, told.electronic, told.copies_saved, told.examined, told.personally_signed, told.on_time,
       told.late, told.finished, told.finished_on_time, told.finished_late, told.refused, told.recalled
FROM jsonb_to_recordset(%(days)s::jsonb) AS told (
    agency_code text, direction text, type_code text, day date,
    documents int, electronic int, copies_saved int, examined int, personally_signed int, on_time int,
    late int, finished int, finished_on_time int, finished_late int, refused int, recalled int)
ON CONFLICT (reporter, agency_code, direction, day, type_code) DO UPDATE SET as_of = excluded.as_of,
    documents = excluded.documents, electronic = excluded.electronic, copies_saved = excluded.copies_saved,
    examined = excluded.examined, personally_signed = excluded.personally_signed, on_time = excluded.on_time,
    late = excluded.late, finished = excluded.finished, finished_on_time = excluded.finished_on_time,
    finished_late = excluded.finished_late, refused = excluded.refused, recalled = excluded.recalled
WHERE fact.as_of < excluded.as_of
"""

DOCUMENT_FLOWS = """
SELECT {key} AS key, sum(documents) FILTER (WHERE direction = 'out') AS sent,
       sum(documents) FILTER (WHERE direction = 'in') AS received,
       sum(electronic) FILTER (WHERE direction = 'out') AS sent_electronic,
       sum(copies_saved) AS copies_saved, sum(examined) AS examined, sum(personally_signed) AS personally_signed,
       sum(on_time) FILTER (WHERE direction = 'out') AS sent_on_time,
       sum(late) FILTER (WHERE direction = 'out') AS sent_late,
       sum(on_time) FILTER (WHERE direction = 'in') AS handled_on_time,
       sum(late) FILTER (WHERE direction = 'in') AS handled_late,
       sum(finished_on_time) AS finished_on_time, sum(finished_late) AS finished_late,
       sum(refused) FILTER (WHERE direction = 'in') AS refused,
       sum(recalled) FILTER (WHERE direction = 'out') AS recalled
FROM reporting_documentdayfact
WHERE day BETWEEN %(first)s AND %(last)s AND (%(under)s = '' OR agency_code = %(under)s
      OR agency_code LIKE %(below)s)
GROUP BY 1
"""
