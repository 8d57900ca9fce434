"""Recalls, updates, replacements and asking back (thu hồi, cập nhật, thay thế, lấy lại), in every order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.kernel import clock
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.platform.documents import inbox, queries, services
from lienthong.platform.documents.letters import EdocSent
from lienthong.platform.documents.models import Arrival, Document, Message
from lienthong.platform.documents.services import indexing
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import (
    CLERK,
    HUB_CLERK,
    HUB_LEADER,
    NOW,
    Circuit,
    Post,
    document,
    paper,
)
from lienthong.platform.documents.types import ArrivalFilters


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


def test_a_recall_before_registration_takes_effect_by_itself(loop: Circuit, hub: Post) -> None:
    arrival = circuit.took(loop, circuit.send(), circuit.recall)
    found = queries.get_arrival(arrival.pk, HUB_CLERK)
    assert (found.standing, found.asked) == ("recalled", "")
    assert hub.states() == ["15"]
    assert circuit.states_of(arrival) == ["recalled", "15"]
    assert queries.list_arrivals("G22", ArrivalFilters(kind="unhandled"), actor=HUB_CLERK) == []
    assert [one.id for one in queries.list_arrivals("G22", ArrivalFilters(kind="recalled"), actor=HUB_CLERK)] == [
        arrival.pk
    ]
    with pytest.raises(Conflict) as refused:
        services.say_status(arrival.pk, "03", actor=HUB_CLERK)
    assert refused.value.code == "documents.recalled"


@pytest.mark.parametrize("status", [("03",), ("03", "06")])
@pytest.mark.parametrize("agree", [True, False])
def test_a_recall_after_registration_is_answered_by_people(
    loop: Circuit, hub: Post, status: tuple[Any, ...], agree: bool
) -> None:
    first, second = loop.carried(circuit.send(), circuit.recall)
    loop.land([first])
    arrival = circuit.only_arrival()
    for one in status:
        services.say_status(arrival.pk, one, actor=HUB_CLERK)
    loop.land([second])
    assert queries.get_arrival(arrival.pk, HUB_CLERK).asked == "recall"
    if not agree:
        with pytest.raises(Refused) as found:
            services.answer_request(arrival.pk, agree=False, actor=HUB_LEADER)
        assert found.value.code == "documents.reason-missing"
    services.answer_request(arrival.pk, agree=agree, reason="" if agree else "Đã xử lý xong", actor=HUB_LEADER)
    after = queries.get_arrival(arrival.pk, HUB_CLERK)
    assert (after.standing, after.asked) == ("recalled" if agree else "in-force", "")
    assert hub.said()[-1][0].state == ("15" if agree else "16")
    assert hub.said()[-1][0].message_id == second[0].message_id
    with pytest.raises(Conflict):
        services.answer_request(arrival.pk, agree=True, actor=HUB_LEADER)


def test_a_recall_of_something_unknown_is_refused(loop: Circuit, hub: Post) -> None:
    _, second = loop.carried(circuit.send(), circuit.recall)
    with pytest.raises(NotFound) as found:
        loop.land([second])
    assert found.value.code == "documents.unknown-document"
    assert Document.objects.count() == 0


def test_an_update_changes_the_facts_at_once_before_registration(loop: Circuit, hub: Post) -> None:
    arrival = circuit.took(loop, circuit.send(), circuit.update)
    assert queries.get_arrival(arrival.pk, HUB_CLERK).document.subject.endswith("năm 2026")
    assert hub.states() == ["15"]


def test_an_update_after_registration_waits_for_an_answer(loop: Circuit, hub: Post) -> None:
    first, second = loop.carried(circuit.send(), circuit.update)
    loop.land([first])
    arrival = circuit.only_arrival()
    services.say_status(arrival.pk, "03", actor=HUB_CLERK)
    loop.land([second])
    found = queries.get_arrival(arrival.pk, HUB_CLERK)
    assert (found.asked, found.document.subject.endswith("quý IV")) == ("update", True)
    services.answer_request(arrival.pk, agree=True, actor=HUB_CLERK)
    assert queries.get_arrival(arrival.pk, HUB_CLERK).document.subject.endswith("năm 2026")


def test_a_replacement_links_both_documents(loop: Circuit, hub: Post) -> None:
    letters = loop.carried(circuit.send(), circuit.replace)
    loop.land(letters)
    older = Arrival.objects.get(document__code="128/UBND-VX")
    newer = Arrival.objects.get(document__code="129/UBND-VX")
    found = queries.get_arrival(older.pk, HUB_CLERK)
    assert (found.standing, found.replaced_by) == ("replaced", "H36,2026/11/23,129/UBND-VX")
    assert queries.get_arrival(newer.pk, HUB_CLERK).standing == "in-force"
    assert hub.states() == ["15"]


def test_a_replacement_and_all_that_follows_it_stay_behind_what_it_replaces(loop: Circuit) -> None:
    with loop.at("H36") as post:
        services.send_document(document(127), [paper()], receivers=["G22"], actor=CLERK)
        known: dict[str, Any] = {}
        circuit.send()(known)
        circuit.replace(known)
        newer = Message.objects.get(pk=known["replaced"]).document
        third = services.send_replacement(
            newer.pk, document=document(130), attachments=[paper()], reason="Thay lần nữa", actor=CLERK
        )
        last = Message.objects.get(pk=third).document
        services.send_recall(last.pk, reason="Thôi không ban hành", actor=CLERK)
        lines = [about for letter, about, _ in post.letters if isinstance(letter, EdocSent)]
    other, first, *rest = lines
    assert first == f"edoc:{circuit.document_pk(known)}"
    assert rest == [first] * 3, "replaced, replaced again, recalled"
    assert other != first


def test_what_waits_for_a_document_does_not_hold_up_a_line_about_it(loop: Circuit, hub: Post) -> None:
    """A line of the register, a step, a message refer to a row that somebody else may hold: two such would deadlock."""
    with CaptureQueriesContext(connection) as asked:
        arrival = circuit.took(loop, circuit.send(), circuit.update)
        services.register_arrival(arrival.pk, actor=HUB_CLERK)
        indexing.index_waiting()
    locks = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"] or "FOR NO KEY UPDATE" in one["sql"]]
    parents = ('FROM "documents_document"', 'FROM "documents_arrival"', 'FROM "documents_delivery"')
    assert len(held := [one for one in locks if any(parent in one for parent in parents)]) >= 4
    assert [one for one in held if "FOR NO KEY UPDATE" not in one] == []


def test_documents_that_replace_each_other_are_sent_all_the_same(loop: Circuit) -> None:
    with loop.at("H36") as post:
        known: dict[str, Any] = {}
        circuit.send()(known)
        circuit.replace(known)
        older, newer = circuit.document_pk(known), Message.objects.get(pk=known["replaced"]).document
        Document.objects.filter(pk=newer.pk).update(replaced_by=Document.objects.get(pk=older).document_id)
        services.send_recall(newer.pk, reason="Thôi không ban hành", actor=CLERK)
        assert [letter.business_kind for letter, _ in post.sent()] == ["new", "replace", "recall"]


def test_the_sender_follows_a_recall_and_may_not_recall_twice(loop: Circuit, sent: UUID) -> None:
    document = circuit.document_pk({"sent": sent})
    recall = services.send_recall(document, reason="Gửi nhầm", actor=CLERK)
    assert queries.get_message(recall, CLERK).standing == "recalled"
    inbox.on_status([circuit.status("03", sent), circuit.status("16", recall, reason="Đã xử lý xong")])
    assert queries.list_deliveries(recall, CLERK)[0].answer == "16"
    assert queries.list_deliveries(sent, CLERK)[0].status == "03"
    with pytest.raises(Conflict) as found:
        services.send_recall(document, reason="Lần nữa", actor=CLERK)
    assert found.value.code == "documents.recalled"
    with pytest.raises(Refused):
        services.send_recall(document, reason=" ", actor=CLERK)


def test_asking_back_crosses_registration(loop: Circuit, hub: Post) -> None:
    arrival = circuit.took(loop, circuit.send())
    asked = circuit.status("13", arrival.message_id, agency_code="H36", receiver="G22", reason="Gửi nhầm")
    asked = (asked[0], replace(asked[1], sender="H36"))
    services.say_status(arrival.pk, "03", actor=HUB_CLERK)
    inbox.on_status([asked])
    assert queries.get_arrival(arrival.pk, HUB_CLERK).asked == "recall"
    services.answer_request(arrival.pk, agree=True, actor=HUB_CLERK)
    assert (queries.get_arrival(arrival.pk, HUB_CLERK).standing, hub.states()) == ("recalled", ["03", "15"])


def test_asking_back_is_sent_and_answered(loop: Circuit, sent: UUID) -> None:
    services.ask_back(sent, "G22", "Gửi nhầm", CLERK)
    assert loop.post.said()[-1][0].state == "13"
    assert queries.list_deliveries(sent, CLERK)[0].answer == "13"
    with pytest.raises(Conflict):
        services.ask_back(sent, "G22", "Gửi nhầm", CLERK)
    inbox.on_status([circuit.status("15", sent)])
    assert queries.list_deliveries(sent, CLERK)[0].answer == "15"


def test_recipients_are_added_and_taken_off_by_an_update(loop: Circuit) -> None:
    with loop.at("H36"):
        known: dict[str, Any] = {}
        circuit.send(receivers=["H36.101", "H36.102"])(known)
        message = services.send_update(
            circuit.document_pk(known), reason="Sửa nơi nhận", actor=CLERK, added=["G22"], removed=["H36.102"]
        )
        assert [one.agency_code for one in queries.list_deliveries(message, CLERK)] == ["G22", "H36.101", "H36.102"]
        standing = dict(Arrival.objects.values_list("agency_code", "standing"))
        assert standing == {"H36.101": "in-force", "H36.102": "recalled"}
        answers = {one.agency_code: one.answer for one in queries.list_deliveries(message, CLERK)}
        assert answers == {"G22": "", "H36.101": "15", "H36.102": "15"}
        with pytest.raises(Refused) as found:
            services.send_update(circuit.document_pk(known), reason="Không đổi gì", actor=CLERK)
        assert found.value.code == "documents.nothing-changed"
