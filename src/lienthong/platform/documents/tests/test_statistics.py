"""Sums of documents: each counted once, on its day, and always as a slow recount of the documents says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lienthong.kernel import clock
from lienthong.platform.documents import services
from lienthong.platform.documents.models import (
    Arrival,
    DaySum,
    Delivery,
    Document,
    PersonalSignature,
)
from lienthong.platform.documents.services import statistics
from lienthong.platform.documents.statistics_types import COUNTS, DocumentCounts
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import HUB_CLERK, NOW, Circuit

pytestmark = pytest.mark.django_db

FRIDAY = clock.at(2026, 11, 20, 9, 30)


def sums() -> dict[tuple[str, str, str, date], DocumentCounts]:
    """What the sums say, without the empty ones."""
    rows = DaySum.objects.values("agency_code", "direction", "type_code", "day", *COUNTS)
    told = {
        (row["agency_code"], row["direction"], row["type_code"], row["day"]): DocumentCounts(
            **{name: row[name] for name in COUNTS}
        )
        for row in rows
    }
    return {key: counts for key, counts in told.items() if counts != DocumentCounts()}


def slowly(now: datetime) -> dict[tuple[str, str, str, date], DocumentCounts]:
    """The same counted one by one, as a person would with the papers on the table."""
    found: dict[tuple[str, str, str, date], dict[str, int]] = {}

    def note(key: tuple[str, str, str, date], **flags: int) -> None:
        counts = found.setdefault(key, dict.fromkeys(COUNTS, 0))
        for name, flag in flags.items():
            counts[name] += int(flag)

    for row in Arrival.objects.select_related("document", "message"):
        said = {s.state: s.at for s in row.steps.filter(level="business").order_by("-at")}
        handled = min([at for state, at in said.items() if state in ("02", "03")], default=None)
        ended = said.get("06")
        due, open_ = row.document.due_on, row.standing == "in-force"
        note(
            (row.agency_code, "in", row.document.type_code, row.arrived_at.astimezone(clock.ZONE).date()),
            documents=1,
            electronic=not row.message.needs_paper,
            on_time=handled is not None and handled <= row.due_at,
            late=handled > row.due_at if handled else open_ and row.due_at < now,
            finished=row.status == "06",
            finished_on_time=bool(ended and due and ended.astimezone(clock.ZONE).date() <= due),
            finished_late=bool(
                due
                and (
                    ended.astimezone(clock.ZONE).date() > due
                    if ended
                    else open_ and row.status != "02" and due < now.astimezone(clock.ZONE).date()
                )
            ),
            refused=row.status == "02",
            recalled=row.standing == "recalled",
        )
    for document in Document.objects.all():
        first = document.messages.filter(direction="out", kind__in=("new", "replace")).order_by("at", "id").first()
        if first is None:
            continue
        reached = Delivery.objects.filter(message__document=document, transport__in=("delivered", "opened"))
        copies = len(set(reached.values_list("agency_code", flat=True)))
        look = PersonalSignature.objects.filter(message=first).first()
        state = look.state if look else ""
        note(
            (first.sender_code, "out", document.type_code, first.at.astimezone(clock.ZONE).date()),
            documents=1,
            electronic=not first.needs_paper,
            copies=copies,
            copies_saved=0 if first.needs_paper else copies,
            examined=state in ("signed", "none"),
            personally_signed=state == "signed",
            on_time=first.due_at is not None and first.at <= first.due_at,
            late=first.due_at is not None and first.at > first.due_at,
            refused=Delivery.objects.filter(message__document=document, status="02").exists(),
            recalled=document.standing == "recalled",
        )
    return {key: DocumentCounts(**counts) for key, counts in found.items()}


def count(at: datetime) -> int:
    with clock.frozen(at):
        return statistics.count_changed(at_once=True)


def one(direction: str, agency: str) -> DocumentCounts:
    (found,) = (counts for key, counts in sums().items() if key[:2] == (agency, direction))
    return found


def test_a_document_is_counted_where_it_left_and_where_it_came(loop: Circuit) -> None:
    known: dict[str, Any] = {}
    with clock.frozen(NOW), loop.at("H36"):
        circuit.send(receivers=["G22", "H36.101"])(known)
        assert statistics.count_changed(at_once=True) == 2
        sent = one("out", "H36")
        assert (sent.documents, sent.electronic, sent.copies, sent.on_time, sent.late) == (1, 1, 1, 1, 0)
        assert statistics.count_changed(at_once=True) == 0


def test_the_receiver_counts_what_became_of_it(loop: Circuit) -> None:
    with clock.frozen(NOW):
        loop.land(
            loop.carried(circuit.send(127, due_on=date(2026, 11, 25)), circuit.send(128, due_on=date(2026, 11, 25)))
        )
    with loop.at("G22"):
        count(NOW)
        came = one("in", "G22")
        assert (came.documents, came.electronic, came.on_time, came.late) == (2, 2, 0, 0)
        first, second = Arrival.objects.order_by("document__number")
        with clock.frozen(NOW + timedelta(hours=2)):
            services.refuse_arrival(first.pk, reason="Gửi nhầm", actor=HUB_CLERK)
        count(NOW + timedelta(hours=2))
        came = one("in", "G22")
        assert (came.on_time, came.refused) == (1, 1)
        # The other one grows late by itself, without a step, and stays on the day it came.
        count(NOW + timedelta(days=1))
        came = one("in", "G22")
        assert (came.on_time, came.late) == (1, 1)
        assert {key[3] for key in sums()} == {NOW.date()}
        with clock.frozen(NOW + timedelta(days=1)):
            services.register_arrival(second.pk, actor=HUB_CLERK)
            services.say_status(second.pk, "06", actor=HUB_CLERK)
        count(NOW + timedelta(days=1))
        came = one("in", "G22")
        assert (came.late, came.finished, came.finished_on_time) == (1, 1, 1)
        assert sums() == slowly(NOW + timedelta(days=1))
