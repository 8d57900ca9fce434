"""Receiving: whole or not at all, once, believed by its signature; states both ways; recalls in every order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from lienthong.kernel import clock, db, files
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.ids import new_id
from lienthong.platform.documents import inbox, queries, services
from lienthong.platform.documents.models import Arrival, Attachment, Delivery, Document, Message, Step
from lienthong.platform.documents.services import statuses
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import CLERK, HUB_CLERK, NOW, Circuit, Post
from lienthong.platform.documents.types import ArrivalFilters

TABLES = (Document, Message, Attachment, Delivery, Arrival, Step)


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def hub(loop: Circuit) -> Iterator[Post]:
    """This process is the hub after it took what the province sent (`loop.carried` before, or `took`)."""
    with loop.at("G22") as post:
        yield post


@pytest.fixture
def sent(loop: Circuit) -> Iterator[UUID]:
    """This process is the province, which has sent a document to the hub."""
    with loop.at("H36"):
        known: dict[str, Any] = {}
        circuit.send()(known)
        yield known["sent"]


def rows() -> list[int]:
    return [table.objects.count() for table in TABLES]


def test_what_was_sent_arrives_whole_with_its_proof(loop: Circuit, hub: Post) -> None:
    arrival = circuit.took(loop, circuit.send())
    found = queries.get_arrival(arrival.pk, HUB_CLERK)
    assert (found.sender_code, found.status, found.inbox, found.verdict) == ("H36", "", "inbox", "valid")
    assert (found.document.code, found.document.type_code) == ("128/UBND-VX", "CV")
    assert found.document.signer.name == "Nguyễn Văn Mẫu"
    (step,) = queries.steps_of(actor=HUB_CLERK, arrival_id=arrival.pk)
    assert (step.state, step.evidence.kind) == ("inbox", "letter")
    (file,) = queries.open_attachments(arrival.message_id, HUB_CLERK)
    assert files.read(file.file.sha256) == circuit.PDF
    assert found.due_at == clock.at(2026, 11, 23, 17)
    with pytest.raises(NotFound):
        queries.get_arrival(arrival.pk, CLERK)


def test_the_same_letter_again_is_harmless(loop: Circuit, hub: Post) -> None:
    letters = loop.carried(circuit.send())
    loop.land(letters)
    before = rows()
    loop.land(letters)
    loop.land(loop.carried(circuit.send()))
    assert rows() == before


def test_new_again_with_other_content_is_a_conflict_and_leaves_nothing(loop: Circuit, hub: Post) -> None:
    circuit.took(loop, circuit.send())
    before = rows()
    with pytest.raises(Conflict) as found:
        loop.land(loop.carried(circuit.send(subject="Nội dung khác")))
    assert found.value.code == "documents.other-content"
    assert rows() == before


def test_a_set_of_letters_takes_few_statements(loop: Circuit, hub: Post) -> None:
    one = loop.carried(circuit.send(1))
    many = loop.carried(*(circuit.send(number) for number in range(2, 22)))
    loop.land(loop.carried(circuit.send(99)))
    with CaptureQueriesContext(connection) as few:
        inbox.on_sent(one)
    with CaptureQueriesContext(connection) as more:
        inbox.on_sent(many)
    assert Arrival.objects.count() == 22
    assert len(more) <= len(few) + 2


def test_a_changed_part_or_another_sender_is_refused(loop: Circuit, hub: Post) -> None:
    ((letter, envelope),) = loop.carried(circuit.send())
    with loop.at("G22"):
        tampered = files.store(
            files.read(letter.envelope).replace("báo cáo".encode(), b"bao cao"),
            name="van-ban.edxml",
            allowed=frozenset({files.UNKNOWN}),
        )
        changed = letter.model_copy(update={"envelope": tampered.sha256})
        with pytest.raises(Refused) as found:
            inbox.on_sent([(changed, replace(envelope, parts=(tampered, *envelope.parts[1:])))])
        assert found.value.code == "documents.bad-signature"
        with pytest.raises(NotAllowed) as stranger:
            inbox.on_sent([(letter, replace(envelope, sender="G01"))])
        assert stranger.value.code == "documents.foreign-sender"
        with pytest.raises(Refused) as missing:
            inbox.on_sent([(letter, replace(envelope, parts=envelope.parts[:1]))])
        assert missing.value.code == "documents.part-missing"
        other = letter.model_copy(update={"document_id": "H36,2026/11/23,129/UBND-VX"})
        with pytest.raises(Refused) as differs:
            inbox.on_sent([(other, envelope)])
        assert differs.value.code == "documents.letter-differs"
        lost = letter.model_copy(update={"receivers": ("H36.101",)})
        with pytest.raises(Refused):
            inbox.on_sent([(lost, envelope)])
    assert rows() == [0] * len(TABLES)


def test_a_fault_in_the_middle_leaves_nothing(loop: Circuit, hub: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = loop.carried(circuit.send())

    def broken(*_: Any) -> None:
        raise RuntimeError("the process ends here")

    monkeypatch.setattr("lienthong.platform.documents.services.arriving.keep_steps", broken)
    with pytest.raises(RuntimeError), db.atomic():
        loop.land(letters)
    assert rows() == [0] * len(TABLES)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_are_one(axis_homes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post()
    circuit.patch_post(monkeypatch, post)
    loop = Circuit(axis_homes, post)
    letters = loop.carried(circuit.send())
    start = threading.Barrier(4)

    def take() -> None:
        try:
            start.wait(10)
            with clock.frozen(NOW):
                inbox.on_sent([(letter, replace(envelope, id=new_id())) for letter, envelope in letters])
        finally:
            connections.close_all()

    with loop.at("G22"), ThreadPoolExecutor(4) as threads:
        taken = [threads.submit(take) for _ in range(4)]
        assert [one.exception(60) for one in taken] == [None] * 4
    assert (Document.objects.count(), Message.objects.count(), Arrival.objects.count()) == (1, 1, 1)


# What people at the receiver do


def test_01_is_said_by_itself_once_and_the_walk_goes_to_the_end(loop: Circuit, hub: Post) -> None:
    arrival = circuit.took(loop, circuit.send())
    assert statuses.announce_arrivals() == 1
    assert statuses.announce_arrivals() == 0
    for status in ("03", "04", "04", "05", "06"):
        services.say_status(arrival.pk, status, actor=HUB_CLERK)
    assert hub.states() == ["01", "03", "04", "04", "05", "06"]
    assert circuit.states_of(arrival) == ["01", "03", "04", "04", "05", "06"]
    (first, _), *_ = hub.said()
    assert (first.agency_code, first.receiver, first.message_id) == ("G22", "H36", arrival.message_id)
    before = rows()
    services.say_status(arrival.pk, "06", actor=HUB_CLERK)
    assert rows() == before


def test_states_out_of_order_strangers_and_missing_reasons_are_refused(loop: Circuit, hub: Post) -> None:
    arrival = circuit.took(loop, circuit.send())
    with pytest.raises(Conflict) as found:
        services.say_status(arrival.pk, "06", actor=HUB_CLERK)
    assert found.value.code == "documents.out-of-order"
    for reason, code in (("", "documents.reason-missing"), ("x" * 1001, "documents.reason-too-long")):
        with pytest.raises(Refused) as refused:
            services.say_status(arrival.pk, "02", actor=HUB_CLERK, reason=reason)
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        services.say_status(arrival.pk, "03", actor=circuit.officer("G22", "handling"))
    with pytest.raises(NotAllowed):
        services.say_status(arrival.pk, "03", actor=CLERK)
    with pytest.raises(Refused) as early:
        services.say_status(arrival.pk, "03", actor=HUB_CLERK, at=clock.at(2026, 11, 20))
    assert early.value.code == "documents.before-promulgation"
    services.say_status(arrival.pk, "02", actor=HUB_CLERK, reason="Gửi nhầm cơ quan")
    assert [(one.state, one.reason) for one, _ in hub.said()] == [("02", "Gửi nhầm cơ quan")]
    with pytest.raises(Conflict):
        services.say_status(arrival.pk, "03", actor=HUB_CLERK)


def test_opening_is_told_as_transport(loop: Circuit, hub: Post) -> None:
    arrival = circuit.took(loop, circuit.send())
    services.mark_opened(arrival.pk, actor=HUB_CLERK)
    services.mark_opened(arrival.pk, actor=HUB_CLERK)
    assert hub.states() == ["opened"]
    services.set_inbox(arrival.pk, "done", actor=HUB_CLERK)
    with pytest.raises(Conflict):
        services.set_inbox(arrival.pk, "inbox", actor=HUB_CLERK)


def test_what_nobody_handled_within_the_working_day_is_overdue(loop: Circuit, hub: Post) -> None:
    circuit.took(loop, circuit.send())
    assert queries.list_overdue("G22", actor=HUB_CLERK) == []
    with clock.frozen(clock.at(2026, 11, 23, 17, 1)):
        (overdue,) = queries.list_overdue("G22", actor=HUB_CLERK)
        assert (overdue.kind, overdue.agency_code) == ("unhandled", "H36")
        assert queries.count_arrivals("G22", ArrivalFilters(kind="overdue"), actor=HUB_CLERK) == 1
        services.say_status(overdue.reference, "03", actor=HUB_CLERK)
        assert queries.list_overdue("G22", actor=HUB_CLERK) == []


# What the sender hears


def test_an_old_state_is_put_on_record_and_moves_nothing_back(sent: UUID) -> None:
    late = circuit.status("01", sent, at=NOW - timedelta(minutes=5))
    inbox.on_status([circuit.status("03", sent)])
    inbox.on_status([late])
    inbox.on_status([late])
    (row,) = queries.list_deliveries(sent, CLERK)
    assert (row.status, row.transport) == ("03", "delivered")
    steps = queries.steps_of(actor=CLERK, delivery_id=row.id)
    assert [one.state for one in steps if one.level == "business"] == ["01", "03"]
    inbox.on_status([circuit.status("06", sent), circuit.status("04", sent), circuit.status("05", sent)])
    assert queries.list_deliveries(sent, CLERK)[0].status == "06"


def test_states_of_what_was_never_sent_or_of_others_are_refused(sent: UUID) -> None:
    before = rows()
    with pytest.raises(NotFound) as found:
        inbox.on_status([circuit.status("03", sent), circuit.status("03", new_id())])
    assert found.value.code == "documents.never-sent"
    with pytest.raises(NotFound):
        inbox.on_status([circuit.status("03", sent, document_id="H36,2026/11/23,1/X")])
    with pytest.raises(NotAllowed):
        inbox.on_status([circuit.status("03", sent, agency_code="H36")])
    with pytest.raises(Refused) as reason:
        inbox.on_status([circuit.status("02", sent)])
    assert reason.value.code == "documents.reason-missing"
    with pytest.raises(Refused) as early:
        inbox.on_status([circuit.status("03", sent, at=clock.at(2026, 11, 1))])
    assert early.value.code == "documents.before-promulgation"
    assert rows() == before


def test_a_node_that_does_not_receive_for_an_agency_says_so(loop: Circuit, hub: Post, sent: UUID) -> None:
    inbox.on_status([circuit.status("failed", sent, reason="Không nhận cho cơ quan này")])
    (row,) = queries.list_deliveries(sent, CLERK)
    assert (row.transport, row.status, row.problem) == ("failed", "", "Không nhận cho cơ quan này")


def test_agencies_that_are_not_received_for_are_said_to_have_failed(loop: Circuit, hub: Post) -> None:
    ((letter, envelope),) = loop.carried(circuit.send(receivers=["G22", "G01"]))
    loop.land([(letter, envelope)])
    assert {row.agency_code for row in Arrival.objects.all()} == {"G22"}
    ((said, _),) = hub.said()
    assert (said.state, said.agency_code, said.receiver, said.message_id) == ("failed", "G01", "H36", letter.message_id)
    with pytest.raises(Refused) as found:
        loop.land([(letter.model_copy(update={"receivers": ("G01",)}), replace(envelope, id=new_id()))])
    assert found.value.code == "documents.nobody-here"
