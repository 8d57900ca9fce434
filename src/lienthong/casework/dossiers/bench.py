"""Rows and baseline of `lienthong bench status-sync`: changes as a province would have them, and the plain upsert.

The command calls `prepare` in the province's process, carries the letters, and calls `baseline` in the portal's.
The bench databases are thrown away afterwards.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from lienthong.casework.dossiers.services import mirror, outbox

CHANGES_PER_DOSSIER: Final = 4
"""Received, in progress, decided, handed over: what most dossiers go through."""

_BODIES: Final = """
    SELECT
        (lpad(to_hex(1795000000000 + k), 12, '0') || '7' || substr(md5(k::text), 1, 3)
         || '8' || substr(md5(k::text), 4, 15))::uuid AS id,
        v AS version,
        (ARRAY[0, 2, 4, 9, 10])[v] AS status,
        at + make_interval(hours => v) AS at,
        jsonb_build_object(
            'id', (lpad(to_hex(1795000000000 + k), 12, '0') || '7' || substr(md5(k::text), 1, 3)
                   || '8' || substr(md5(k::text), 4, 15))::uuid,
            'version', v,
            'status', (ARRAY[0, 2, 4, 9, 10])[v],
            'deed', (ARRAY['', 'receive', 'assign', 'issue', 'hand_over'])[v],
            'at', at + make_interval(hours => v),
            'note', CASE WHEN v = 5 THEN 'Bản điện tử trên Cổng' ELSE '' END,
            'code', 'H36.' || (101 + k %% 5) || '.01-' || to_char(at, 'YYMMDD') || '-' || lpad(k::text, 6, '0'),
            'reference_code', 'G22-' || to_char(at, 'YYMMDD') || '-' || lpad(k::text, 6, '0'),
            'procedure_code', '1.001193',
            'procedure_version', 1,
            'agency_code', 'H36.' || (101 + k %% 5),
            'reception_code', 'H36.' || (101 + k %% 5) || '.01',
            'channel', 'online',
            'return_way', 'electronic',
            'applicant_name', 'Người nộp thử số ' || k,
            'applicant_number', '0683' || lpad((k %% 100000000)::text, 8, '0'),
            'subject', 'Đăng ký khai sinh',
            'submitted_at', at,
            'received_at', at + interval '2 hours',
            'due_at', at + interval '10 hours',
            'finished_at', CASE WHEN v >= 4 THEN at + interval '4 hours' END,
            'returned_at', CASE WHEN v = 5 THEN at + interval '5 hours' END,
            'fee_amount', 0,
            'fee_paid_at', NULL,
            'result_number', CASE WHEN v >= 4 THEN k || '/2026' ELSE '' END) AS body,
        row_number() OVER (ORDER BY v, k) AS place
    FROM generate_series(1, %(dossiers)s) AS k
    CROSS JOIN generate_series(2, 5) AS v
    CROSS JOIN LATERAL (SELECT timestamptz '2026-11-02 08:00+07' + make_interval(mins => k %% 20000) AS at) AS moment
"""

_DOSSIERS: Final = """
INSERT INTO dossiers_dossier (
    id, version, status, code, reference_code, procedure_code, procedure_version, agency_code, reception_code, channel,
    return_way, applicant_name, applicant_number, subject, submitted_at, received_at, due_at, finished_at, returned_at,
    fee_amount, result_number, timeline, applicant_phone, applicant_email, applicant_address, answers, search,
    status_before_pause, number_state, number_problem, personal_number, verdict, decision_text, draft_remarks,
    signed_sha256, result_sha256, result_name, result_size, awaiting)
SELECT c.*, '{}', '', '', '', '{}', '', 0, '', '', '', '', '', '', '', '', '', 0, ''
FROM bench_bodies AS b CROSS JOIN LATERAL (
    SELECT r.id, r.version, r.status, r.code, r.reference_code, r.procedure_code, r.procedure_version, r.agency_code,
        r.reception_code, r.channel, r.return_way, r.applicant_name, r.applicant_number, r.subject, r.submitted_at,
        r.received_at, r.due_at, r.finished_at, r.returned_at, r.fee_amount, r.result_number
    FROM jsonb_to_record(b.body) AS r(
        id uuid, version int, status smallint, code text, reference_code text, procedure_code text,
        procedure_version int, agency_code text, reception_code text, channel text, return_way text,
        applicant_name text, applicant_number text, subject text, submitted_at timestamptz, received_at timestamptz,
        due_at timestamptz, finished_at timestamptz, returned_at timestamptz, fee_amount bigint, result_number text)
) AS c
WHERE b.version = 5
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """What was written in how long."""

    rows: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.rows / self.seconds if self.seconds else 0.0


def prepare(changes: int) -> int:
    """Fill the province's queue with so many unsent changes, and the dossiers they belong to; gives how many.

    The first change of every dossier comes before the second of any, as on a working day: a letter rarely holds
    two changes of one dossier.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _make_bodies(cursor, changes)
        cursor.execute(_DOSSIERS)
        cursor.execute(
            "INSERT INTO dossiers_statuschange (dossier_id, version, status, at, body)"
            " SELECT id, version, status, at, body FROM bench_bodies ORDER BY place"
        )
        cursor.execute("INSERT INTO dossiers_unsentchange (change_id) SELECT id FROM dossiers_statuschange ORDER BY id")
        made = cursor.rowcount
        cursor.execute("DROP TABLE bench_bodies")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dossiers_unsentchange, dossiers_statuschange, dossiers_dossier")
    return int(made)


def count_mirrored() -> int:
    """How many changes the portal's copies hold: entries of all timelines."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum((SELECT count(*) FROM jsonb_object_keys(timeline))), 0)::bigint FROM dossiers_dossier"
        )
        return int(cursor.fetchone()[0])


def count_unsent() -> int:
    """How many changes still wait at the province."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM dossiers_unsentchange")
        return int(cursor.fetchone()[0])


def baseline(changes: int) -> Rate:
    """The same rows straight into the same table: one set-based upsert per 500, each in its own transaction.

    Making the rows is not timed. The table is wiped before and after.
    """
    wipe()
    with connection.cursor() as cursor:
        _make_bodies(cursor, changes)
        cursor.execute(
            "SELECT jsonb_build_object('changes', jsonb_agg(body ORDER BY place))::text FROM bench_bodies"
            " GROUP BY (place - 1) / %s ORDER BY (place - 1) / %s",
            [outbox.MOST, outbox.MOST],
        )
        chunks = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM bench_bodies")
        rows = int(cursor.fetchone()[0])
        cursor.execute("DROP TABLE bench_bodies")
        started = time.monotonic()
        for chunk in chunks:
            with transaction.atomic():
                cursor.execute(mirror.PLAIN_UPSERT, [chunk])
        seconds = time.monotonic() - started
    if count_mirrored() != rows:
        raise RuntimeError("the baseline lost rows")
    wipe()
    return Rate(rows, seconds)


def wipe() -> None:
    """Empty the room's tables in a bench database."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE dossiers_dossier CASCADE")


def _make_bodies(cursor: object, changes: int) -> None:
    dossiers = max(1, changes // CHANGES_PER_DOSSIER)
    execute = cursor.execute  # type: ignore[attr-defined]
    execute("CREATE TEMP TABLE bench_bodies AS " + _BODIES, {"dossiers": dossiers})
