"""The portal's copy (bản sao trạng thái): one statement per letter of status changes.

Commutative and idempotent: current columns only move to a higher version, the timeline merges by version, so a
letter may come twice and letters may come in any order.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

_MIRRORED: Final = (
    "status", "code", "reception_code", "subject", "received_at", "due_at", "finished_at", "returned_at",
    "fee_amount", "fee_paid_at", "result_number", "version",
)  # fmt: skip
"""Columns that follow the answering node; everything else of a dossier never changes after filing."""

_UPDATES: Final = ",\n    ".join(
    f"{name} = CASE WHEN excluded.version > copy.version THEN excluded.{name} ELSE copy.{name} END"
    for name in _MIRRORED
)

_NEVER: Final = (
    "'' AS applicant_phone, '' AS applicant_email, '' AS applicant_address, '{}'::jsonb AS answers, '' AS search,"
    " 0 AS status_before_pause, '' AS number_state, '' AS number_problem, '' AS personal_number, '' AS verdict,"
    " '' AS decision_text, '' AS draft_remarks, '' AS signed_sha256, '' AS result_sha256, '' AS result_name,"
    " 0 AS result_size, '' AS awaiting"
)
"""What a copy that begins with a status letter (filed at a counter) does not know."""

_CHANGES: Final = """jsonb_to_recordset(%s::jsonb -> 'changes') AS change(
    id uuid, version int, status smallint, deed text, at text, note text, code text, reference_code text,
    procedure_code text, procedure_version int, agency_code text, reception_code text, channel text,
    return_way text, applicant_name text, applicant_number text, subject text, submitted_at timestamptz,
    received_at timestamptz, due_at timestamptz, finished_at timestamptz, returned_at timestamptz,
    fee_amount bigint, fee_paid_at timestamptz, result_number text)"""

_UPSERT: Final = f"""
WITH change AS MATERIALIZED (SELECT * FROM {_CHANGES}),
entry AS (
    SELECT id, max(version) AS newest, jsonb_object_agg(version::text, jsonb_build_object(
        'at', at, 'status', status, 'deed', deed, 'note', note)) AS timeline
    FROM change GROUP BY id)
INSERT INTO dossiers_dossier AS copy (
    id, version, status, code, reference_code, procedure_code, procedure_version, agency_code, reception_code,
    channel, return_way, applicant_name, applicant_number, subject, submitted_at, received_at, due_at, finished_at,
    returned_at, fee_amount, fee_paid_at, result_number, timeline,
    applicant_phone, applicant_email, applicant_address, answers, search, status_before_pause, number_state,
    number_problem, personal_number, verdict, decision_text, draft_remarks, signed_sha256, result_sha256,
    result_name, result_size, awaiting)
SELECT
    change.id, version, status, code, reference_code, procedure_code, procedure_version, agency_code, reception_code,
    channel, return_way, applicant_name, applicant_number, subject, submitted_at, received_at, due_at, finished_at,
    returned_at, fee_amount, fee_paid_at, result_number, entry.timeline, {_NEVER}
FROM change JOIN entry ON entry.id = change.id AND entry.newest = change.version
ORDER BY change.id
ON CONFLICT (id) DO UPDATE SET
    {_UPDATES},
    awaiting = CASE WHEN excluded.version > copy.version THEN '' ELSE copy.awaiting END,
    timeline = copy.timeline || excluded.timeline
WHERE copy.agency_code = excluded.agency_code
"""  # noqa: S608 (built of constants)


PLAIN_UPSERT: Final = f"""
INSERT INTO dossiers_dossier AS copy (
    id, version, status, code, reference_code, procedure_code, procedure_version, agency_code, reception_code,
    channel, return_way, applicant_name, applicant_number, subject, submitted_at, received_at, due_at, finished_at,
    returned_at, fee_amount, fee_paid_at, result_number, timeline,
    applicant_phone, applicant_email, applicant_address, answers, search, status_before_pause, number_state,
    number_problem, personal_number, verdict, decision_text, draft_remarks, signed_sha256, result_sha256,
    result_name, result_size, awaiting)
SELECT
    id, version, status, code, reference_code, procedure_code, procedure_version, agency_code, reception_code,
    channel, return_way, applicant_name, applicant_number, subject, submitted_at, received_at, due_at, finished_at,
    returned_at, fee_amount, fee_paid_at, result_number,
    jsonb_build_object(version::text, jsonb_build_object('at', at, 'status', status, 'deed', deed, 'note', note)),
    {_NEVER}
FROM {_CHANGES}
ON CONFLICT (id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _MIRRORED)},
    timeline = copy.timeline || excluded.timeline
"""  # noqa: S608 (built of constants)
"""The benchmark's baseline: the same rows as they come, without asking for order or repetition."""


def apply_changes(letter: bytes) -> int:
    """Bring the copies up to date with the JSON of one status letter; gives how many dossiers it touched.

    A copy that lies with another agency than the change says is left alone and not counted.

    Rows are written in the order of their ids, so that two letters at once cannot lock each other out.
    """
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [letter.decode()])
        return int(cursor.rowcount)
