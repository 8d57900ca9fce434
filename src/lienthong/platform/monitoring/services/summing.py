"""Summing: records become counts by five minutes and since the beginning, each record exactly once.

A record counts when every transaction of this database up to its own has ended, told by PostgreSQL's transaction
numbers; so it makes no difference in which order many processes commit, and a node that stops in the middle goes on
where it was. Other databases of the same server, which belong to other nodes, hold nothing up.
"""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from lienthong.kernel import clock
from lienthong.kernel.profile import node
from lienthong.platform.monitoring.models import OperationTotal, SummedUpTo
from lienthong.platform.monitoring.rules import LATENCIES

MOST_SERIES = 20_000
"""So many combinations are counted by name; names that come later are counted together, or inventing names fills the
disk and the memory of whoever reads the numbers."""

_FINE_DAYS = 8
_PARTS = {
    "<key>": "side, kind, client, client_system, provider, provider_system, service, fault, latency",
    "<counted>": "count(*), sum(bytes_in), sum(bytes_out), sum(milliseconds)",
    "<again>": "sum(count), sum(bytes_in), sum(bytes_out), sum(milliseconds)",
    "<add>": "count = mine.count + excluded.count, bytes_in = mine.bytes_in + excluded.bytes_in,"
    " bytes_out = mine.bytes_out + excluded.bytes_out, milliseconds = mine.milliseconds + excluded.milliseconds",
}


def _filled(statement: str) -> str:
    for name, part in _PARTS.items():
        statement = statement.replace(name, part)
    return statement


# A class of latency holds its upper bound, width_bucket its lower one: whole milliseconds make them meet by one less.
_SUM = _filled("""
WITH timed AS (
    SELECT *, concat_ws('.', service_code, nullif(service_version, '')) AS service,
        coalesce(greatest(coalesce(response_out_ts, response_in_ts) - coalesce(request_in_ts, request_out_ts), 0), 0)
        AS took
    FROM monitoring_operation WHERE transaction >= %(since)s AND transaction < %(until)s
), named AS (
    SELECT timed.*, %(room)s OR EXISTS (
        SELECT FROM monitoring_operationtotal AS known
        WHERE (known.side, known.kind, known.client, known.provider, known.service)
            = (timed.side, timed.kind, client_member_code, service_member_code, timed.service)
    ) AS by_name FROM timed
), one AS (
    SELECT date_bin('5 minutes', monitoring_data_ts, '2000-01-01Z') AS start, side, kind,
        CASE WHEN by_name THEN client_member_code ELSE '…' END AS client,
        CASE WHEN by_name THEN client_subsystem_code ELSE '…' END AS client_system,
        CASE WHEN by_name THEN service_member_code ELSE '…' END AS provider,
        CASE WHEN by_name THEN service_subsystem_code ELSE '…' END AS provider_system,
        CASE WHEN by_name THEN service ELSE '…' END AS service,
        CASE WHEN succeeded THEN '' WHEN fault_code = '' THEN 'unknown' ELSE left(fault_code, 100) END AS fault,
        width_bucket(greatest(took - 1, 0), %(bounds)s::bigint[]) AS latency,
        coalesce(request_size, 0) AS bytes_in, coalesce(response_size, 0) AS bytes_out, took AS milliseconds
    FROM named
), totals AS (
    INSERT INTO monitoring_operationtotal AS mine (<key>, count, bytes_in, bytes_out, milliseconds)
    SELECT <key>, <counted> FROM one GROUP BY <key>
    ON CONFLICT (<key>) DO UPDATE SET <add>
)
INSERT INTO monitoring_operationsum AS mine (start, <key>, count, bytes_in, bytes_out, milliseconds)
SELECT start, <key>, <counted> FROM one GROUP BY start, <key>
ON CONFLICT (start, <key>) DO UPDATE SET <add>
""")

_FOLD = _filled("""
WITH fine AS (
    DELETE FROM monitoring_operationsum WHERE start < %(before)s AND start <> date_trunc('hour', start) RETURNING *
)
INSERT INTO monitoring_operationsum AS mine (start, <key>, count, bytes_in, bytes_out, milliseconds)
SELECT date_trunc('hour', start), <key>, <again> FROM fine GROUP BY 1, <key>
ON CONFLICT (start, <key>) DO UPDATE SET <add>
""")

# Numbers are given out by the whole server. Only what surely runs elsewhere is passed over: a running transaction that
# no session shows (prepared, say, or ended since the snapshot) may be ours.
_OLDEST = """
WITH elsewhere AS (
    SELECT backend_xid AS number FROM pg_stat_activity
    WHERE backend_xid IS NOT NULL AND datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT pg_snapshot_xmax(snapshot)::text::bigint, (
    SELECT min(running::text::bigint) FROM pg_snapshot_xip(snapshot) AS running
    WHERE running::xid NOT IN (SELECT number FROM elsewhere)
), pg_current_xact_id()::text::bigint
FROM (SELECT pg_current_snapshot() AS snapshot OFFSET 0) AS now
"""
_LOOKS = 3

_FORGET = """
DELETE FROM monitoring_operation WHERE id IN (SELECT id FROM monitoring_operation ORDER BY id LIMIT 20000)
AND monitoring_data_ts < %s AND transaction < %s
"""


def sum_operations() -> None:
    """Add the records that were committed since the last time; one process at a time, the others wait for nothing."""
    SummedUpTo.objects.get_or_create(id=1, defaults={"transaction": 0})
    with transaction.atomic():
        mark = SummedUpTo.objects.select_for_update(skip_locked=True).first()
        if mark is None:
            return
        with connection.cursor() as cursor:
            until = _find_end(cursor, mark.transaction)
            cursor.execute("SELECT brin_summarize_new_values('monitoring_transaction')")
            facts: dict[str, Any] = {"since": mark.transaction, "until": until, "bounds": list(LATENCIES)}
            cursor.execute(_SUM, {**facts, "room": OperationTotal.objects.count() < MOST_SERIES})
        mark.transaction = until
        mark.save()


def _find_end(cursor: Any, before: int) -> int:
    """Every transaction of this database below this number has ended; never less than before on the same server."""
    for _ in range(_LOOKS):
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_OLDEST)
        row: tuple[int, int | None, int] = cursor.fetchone()
        next_number, oldest, own = row
        # What ended elsewhere between the snapshot and the look at the sessions is gone at the next look.
        if oldest is None:
            break
    end = min(number for number in (next_number, oldest, own) if number is not None)
    # What was told apart last time may hide now, and no record may be counted again. A database that came to another
    # server, where numbers are lower, starts from there.
    return end if next_number < before else max(end, before)


def forget_old_operations() -> None:
    """Drop records older than `[parameters.monitoring] keep_days` (7) and sums older than `keep_sums_days` (400).

    Sums of more than eight days ago are kept by the hour.
    """
    kept = node().parameters.get("monitoring", {})
    now = clock.now()
    mark = SummedUpTo.objects.filter(id=1).values_list("transaction", flat=True).first() or 0
    before = now - timedelta(days=kept.get("keep_days", 7))
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [before, mark])
        while cursor.rowcount:
            cursor.execute(_FORGET, [before, mark])
        cursor.execute(_FOLD, {"before": now - timedelta(days=_FINE_DAYS)})
        too_old = now - timedelta(days=kept.get("keep_sums_days", 400))
        cursor.execute("DELETE FROM monitoring_operationsum WHERE start < %s", [too_old])
