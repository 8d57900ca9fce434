"""Keeping the sums of documents (số liệu thống kê văn bản): days that changed are counted anew, in sets.

Every change of a document leaves a step, so the steps after the mark name the days to count. One transaction counts,
moves the mark, and tells the hub and the rooms above; broken off anywhere, it has not happened.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection

from lienthong.kernel import clock, db, events
from lienthong.kernel.profile import node
from lienthong.platform.documents import statistics_sql as sql
from lienthong.platform.documents.events import DocumentDaysCounted
from lienthong.platform.documents.letters import DocumentDayCounts, DocumentFigures
from lienthong.platform.documents.models import CountMark
from lienthong.platform.documents.statistics_types import COUNTS, DocumentCounts, DocumentDay
from lienthong.platform.exchange import services as exchange

STEPS_AT_ONCE = 200_000
ROWS_AT_ONCE = 5000
_ROWS_PER_EVENT = 500
_REST = timedelta(seconds=10)
_REST_PER_WORK = 20
_BEGINNING = datetime(2000, 1, 1, tzinfo=clock.ZONE)


def count_changed(*, at_once: bool = False) -> int:
    """Count the days that changed since the last time; gives how many sums are other than before.

    After work it rests twenty times as long as it took, unless `at_once`; two at a time are one.
    """
    with db.atomic():
        if not db.try_advisory_lock("documents.count"):
            return 0
        mark = _mark()
        now = clock.now()
        if not at_once and mark.rest_until > now:
            return 0
        began = time.monotonic()
        places = _reach(mark) | {
            "late_from": mark.late_at,
            "late_to": now,
            "day_from": mark.late_at.astimezone(clock.ZONE).date(),
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.ORDER_LOOKS, places)
        changed = _count(sql.COUNT_CHANGED, now, places)
        mark.late_at = mark.counted_at = now
        mark.rest_until = now + max(_REST, timedelta(seconds=_REST_PER_WORK * (time.monotonic() - began)))
        mark.save()
        _tell(now)
    return changed


def recount() -> int:
    """Count everything anew from the documents themselves; gives how many sums were other than that."""
    with db.atomic():
        db.advisory_lock("documents.count")
        now = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(sql.ORDER_ALL_LOOKS)
        changed = _count(sql.COUNT_ALL, now, {"late_to": now})
        _tell(now)
    return changed


def _count(statement: str, now: datetime, places: Mapping[str, Any]) -> int:
    known: dict[str, Any] = {"me": node().agency_code, "now": now, "day_to": now.astimezone(clock.ZONE).date()}
    with connection.cursor() as cursor:
        cursor.execute(statement, {**places, **known})
        return int(cursor.rowcount)


def _mark() -> CountMark:
    CountMark.objects.bulk_create([CountMark(pk=1, late_at=_BEGINNING, rest_until=_BEGINNING)], ignore_conflicts=True)
    return CountMark.objects.select_for_update().get(pk=1)


def _reach(mark: CountMark) -> dict[str, Any]:
    """Which steps to look at. A number below the last may still be brought by a transaction that is under way.

    So the mark moves to where it was reached only when every transaction has ended that was there one count later.
    What lies between is looked at again, which changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM documents_step")
        last = int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
        )
        oldest, following = (int(one) for one in cursor.fetchone())
    if mark.reached_xid is None or mark.reached_xid > following:
        mark.reached_xid = following
    elif oldest >= mark.reached_xid:
        mark.step_id, mark.reached_xid = mark.reached, None
    upto = min(last, mark.step_id + STEPS_AT_ONCE)
    if mark.reached_xid is None or mark.reached == mark.step_id:
        mark.reached, mark.reached_xid = max(upto, mark.step_id), None
    return {"after": mark.step_id, "upto": upto}


def _tell(now: datetime) -> None:
    """Sums that changed go to the hub by letter and to the rooms above by event; the rest next time."""
    me, hub = node().agency_code, _hub()
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_UNTOLD, {"limit": ROWS_AT_ONCE})
        rows = _rows(cursor)
    if not rows:
        return
    _publish(me, now, rows)
    if hub and hub != me:
        days = [DocumentDayCounts.model_construct(**row) for row in rows]
        exchange.post_letter(DocumentFigures(as_of=now, days=days), recipient=hub)


def take_in_figures(*, reporter: str, figures: DocumentFigures) -> None:
    """Keep what another node counted; of two words about a day the later stands."""
    with connection.cursor() as cursor:
        said = orjson.dumps([row.model_dump() for row in figures.days]).decode()
        cursor.execute(sql.TAKE_IN, {"days": said, "reporter": reporter, "as_of": figures.as_of})
        rows = _rows(cursor)
    if rows:
        _publish(reporter, figures.as_of, rows)


def _publish(reporter: str, as_of: datetime, rows: Sequence[Mapping[str, Any]]) -> None:
    days = tuple(
        DocumentDay(
            row["agency_code"],
            row["direction"],
            row["type_code"],
            row["day"],
            DocumentCounts(**{name: row[name] for name in COUNTS}),
        )
        for row in rows
    )
    for first in range(0, len(days), _ROWS_PER_EVENT):
        events.publish(DocumentDaysCounted(reporter, as_of, days[first : first + _ROWS_PER_EVENT]))


def _rows(cursor: Any) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _hub() -> str:
    """Who collects the country's figures, from the profile; "" for nobody."""
    table = node().parameters.get("documents", {})
    own = table.get("figures_to", "") if isinstance(table, dict) else ""
    return str(own or node().parameters.get("portal", ""))
