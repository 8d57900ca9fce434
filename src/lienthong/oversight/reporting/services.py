"""Tell reporting: take in an event, fold days, report to the national level, take in a report."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from lienthong.casework.dossiers.events import DossierEvent
from lienthong.kernel import clock, jobs
from lienthong.kernel.db import advisory_lock, atomic
from lienthong.kernel.profile import node
from lienthong.oversight.reporting import sql
from lienthong.oversight.reporting.letters import DayCounts, DayFigures, StockCounts
from lienthong.oversight.reporting.models import Report
from lienthong.platform.documents.events import DocumentDaysCounted
from lienthong.platform.exchange import services as exchange

_DAYS_PER_LETTER = 5000


def note_dossier(event: DossierEvent) -> None:
    """Keep the newest word about a dossier. An older or repeated event changes nothing."""
    finished = event.finished_at
    with connection.cursor() as cursor:
        cursor.execute(
            sql.NOTE_DOSSIER,
            {
                "dossier_id": event.dossier_id,
                "version": event.version,
                "agency_code": event.agency_code,
                "procedure_code": event.procedure_code,
                "channel": event.channel,
                "status": event.status,
                "received_date": _day(event.received_at),
                "due_at": event.due_at,
                "finished_at": finished,
                "finished_date": _day(finished),
            },
        )
    jobs.wake("reporting.report_figures")


def fold_and_report() -> int:
    """Count changed days again and post them with the present stock to the national level; gives the days told.

    Nothing is posted when neither a day nor the stock has changed. Counting happens in the database, in sets.
    """
    with atomic():
        advisory_lock("reporting.fold")
        now = clock.now()
        me = node().agency_code
        with connection.cursor() as cursor:
            cursor.execute(sql.FOLD_DAYS, {"now": now, "me": me})
            days = _unsent_days(cursor)
            stock = _stock(cursor, now)
        digest = hashlib.sha256(orjson.dumps(stock)).hexdigest()
        last = Report.objects.filter(reporter=me).first()
        if not days and last is not None and last.stock_digest == digest:
            return 0
        Report.objects.update_or_create(reporter=me, defaults={"as_of": now, "stock_digest": digest})
        letter = DayFigures(
            as_of=now,
            days=[DayCounts.model_construct(**row) for row in days],
            stock=[StockCounts.model_construct(**row) for row in stock],
        )
        exchange.post_letter(letter, recipient=str(node().parameters["portal"]))
    return len(days)


def take_in_report(*, reporter: str, figures: DayFigures) -> None:
    """Store a node's report. Days: the later word stands. Stock: replaced as a whole unless this report is older."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.TAKE_IN_DAYS,
            {
                "days": orjson.dumps([row.model_dump() for row in figures.days]).decode(),
                "reporter": reporter,
                "as_of": figures.as_of,
            },
        )
    newest, _ = Report.objects.select_for_update().get_or_create(reporter=reporter, defaults={"as_of": figures.as_of})
    if figures.as_of < newest.as_of:
        return
    Report.objects.filter(reporter=reporter).update(as_of=figures.as_of)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reporting_stockfact WHERE reporter = %s", [reporter])
        cursor.execute(
            sql.TAKE_IN_STOCK,
            {"stock": orjson.dumps([row.model_dump() for row in figures.stock]).decode(), "reporter": reporter},
        )


def note_document_days(event: DocumentDaysCounted) -> None:
    """Keep what a node counted of its documents. An older or repeated event changes nothing."""
    days = [{**asdict(day), **asdict(day.counts)} for day in event.days]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.NOTE_DOCUMENT_DAYS,
            {"days": orjson.dumps(days).decode(), "reporter": event.reporter, "as_of": event.as_of},
        )


def _day(moment: datetime | None) -> Any:
    return moment.astimezone(clock.ZONE).date() if moment else None


def _unsent_days(cursor: Any) -> list[dict[str, Any]]:
    cursor.execute(sql.TAKE_UNSENT_DAYS, {"limit": _DAYS_PER_LETTER})
    return _rows(cursor)


def _stock(cursor: Any, now: datetime) -> list[dict[str, Any]]:
    cursor.execute(sql.STOCK, {"now": now})
    return _rows(cursor)


def _rows(cursor: Any) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
