"""Sending: one letter for each node, all recipients at once, refusals before anything is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.kernel import clock, files
from lienthong.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import edxml, queries, services
from lienthong.platform.documents.models import Arrival, Delivery, Document, Message, Step
from lienthong.platform.documents.services import receipts
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import CLERK, NOW, Circuit, Post, document, paper
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange.types import LetterOutcome

TABLES = (Document, Message, Delivery, Arrival, Step)


@pytest.fixture
def province(loop: Circuit) -> Iterator[Post]:
    with loop.at("H36") as post, clock.frozen(NOW):
        yield post


def rows() -> list[int]:
    return [table.objects.count() for table in TABLES]


def test_a_document_leaves_with_one_letter_for_the_node(province: Post) -> None:
    message_id = services.send_document(document(), [paper()], receivers=["G22"], actor=CLERK)
    ((letter, envelope),) = province.sent()
    assert (letter.message_id, letter.sender, letter.receivers) == (message_id, "H36", ("G22",))
    assert letter.document_id == "H36,2026/11/23,128/UBND-VX"
    assert [part.sha256 for part in envelope.parts] == [letter.envelope, letter.attachments[0]["sha256"]]
    message = queries.get_message(message_id, CLERK)
    assert (message.verdict, message.late, message.transports) == ("ours", False, {"waiting": 1})
    (recipient,) = queries.list_deliveries(message_id, CLERK)
    (step,) = queries.steps_of(actor=CLERK, delivery_id=recipient.id)
    assert (step.state, step.evidence.kind, step.evidence.reference) == ("waiting", "letter", str(envelope.id))


def test_the_same_again_is_the_same_message_and_other_content_a_conflict(province: Post) -> None:
    first = services.send_document(document(), [paper()], receivers=["G22"], actor=CLERK)
    before = rows()
    assert services.send_document(document(), [paper()], receivers=["G22"], actor=CLERK) == first
    assert len(province.sent()) == 1
    with pytest.raises(Conflict) as found:
        services.send_document(document(subject="Khác"), [paper()], receivers=["G22"], actor=CLERK)
    assert found.value.code == "documents.other-content"
    other = circuit.PDF + b"%%EOF\n"
    with pytest.raises(Conflict):
        services.send_document(document(), [paper(content=other)], receivers=["G22"], actor=CLERK)
    with pytest.raises(Conflict) as found:
        services.send_document(document(), [paper()], receivers=["G22", "H36.101"], actor=CLERK)
    assert found.value.code == "documents.other-receivers"
    assert rows() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"promulgated_on": date(2026, 11, 24)}, "documents.dated-ahead"),
        ({"due_on": date(2026, 11, 22)}, "documents.due-before-promulgation"),
        ({"subject": " "}, "documents.missing"),
        ({"subject": "x" * 2001}, "documents.too-long"),
        ({"number": 0}, "documents.missing"),
        ({"priority": 4}, "documents.priority"),
        ({"secrecy": "Mật"}, "documents.secrecy"),
        ({"secrecy": "lạ"}, "documents.secrecy"),
    ],
)
def test_what_may_not_be_sent_is_refused_and_leaves_nothing(province: Post, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as found:
        services.send_document(document(**changes), [paper()], receivers=["G22"], actor=CLERK)
    assert code in {error.code for error in found.value.field_errors}
    assert rows() == [0, 0, 0, 0, 0]
    assert province.letters == []


@pytest.mark.parametrize(
    ("receivers", "code"),
    [
        ([], "documents.no-receivers"),
        (["H36"], "documents.to-itself"),
        (["X99"], "documents.unknown-agency"),
        (["G22", "không phải mã"], "documents.unknown-agency"),
    ],
)
def test_recipients_must_exist_and_be_others(province: Post, receivers: list[str], code: str) -> None:
    with pytest.raises(Refused) as found:
        services.send_document(document(), [paper()], receivers=receivers, actor=CLERK)
    assert found.value.code == code
    assert rows() == [0, 0, 0, 0, 0]


def test_a_merged_agency_is_reached_through_its_heir_and_the_page_says_so(province: Post) -> None:
    # Bộ Kế hoạch và Đầu tư went into Bộ Tài chính on 1/3/2025; nobody of this little country has a node for it, so
    # the hub's axis is asked.
    gone = agencies_gone()
    message_id = services.send_document(document(), [paper()], receivers=[gone[0]], actor=CLERK)
    (recipient,) = queries.list_deliveries(message_id, CLERK)
    assert (recipient.agency_code, recipient.instead_of) == (gone[1], gone[0])


def agencies_gone() -> tuple[str, str]:
    for code in ("G04", "G10", "G13", "G16", "G18", "H02", "H04"):
        if (heir := agency_queries.answers_for(code).code) not in (code, "H36"):
            return code, heir
    raise AssertionError("no agency of these was merged")


def test_only_the_agencys_own_clerk_sends(province: Post) -> None:
    for actor in (circuit.officer("H36", "handling"), circuit.officer("H36.101", "clerk"), circuit.HUB_CLERK):
        with pytest.raises(NotAllowed):
            services.send_document(document(), [paper()], receivers=["G22"], actor=actor)


def test_a_document_sent_days_after_it_was_signed_is_late(province: Post) -> None:
    friday = document(promulgated_on=date(2026, 11, 20))
    monday = services.send_document(friday, [paper()], receivers=["G22"], actor=CLERK)
    assert not queries.get_message(monday, CLERK).late
    thursday = document(promulgated_on=date(2026, 11, 19), number=7)
    message = queries.get_message(services.send_document(thursday, [paper()], receivers=["G22"], actor=CLERK), CLERK)
    assert message.late
    assert message.document.code == "07/UBND-VX"
    assert ("late", message.id) in {(one.kind, one.reference) for one in queries.list_overdue("H36", actor=CLERK)}


def test_agencies_of_this_node_have_it_at_once_without_a_letter(province: Post) -> None:
    message_id = services.send_document(document(), [paper()], receivers=["H36.101", "H36.102"], actor=CLERK)
    assert province.letters == []
    ward = circuit.officer("H36.101", "clerk")
    (arrival,) = queries.list_arrivals("H36.101", actor=ward)
    assert (arrival.sender_code, arrival.message_id, arrival.verdict) == ("H36", message_id, "ours")
    services.say_status(arrival.id, "03", actor=ward)
    first, second = queries.list_deliveries(message_id, CLERK)
    assert (first.agency_code, first.transport, first.status) == ("H36.101", "delivered", "03")
    assert (second.transport, second.status) == ("delivered", "")
    assert queries.list_arrivals("H36.101", actor=circuit.officer("H36.102", "clerk")) == []


def test_thousands_of_recipients_cost_a_handful_of_statements(province: Post) -> None:
    codes = [f"G22.{place // 999 + 10}.{place % 999 + 1:03d}" for place in range(1200)]
    with pytest.MonkeyPatch.context() as patch:
        known = {code: type("Ref", (), {"code": code, "name": code}) for code in codes}
        patch.setattr("lienthong.platform.agencies.queries.answer_for_many", lambda wanted, on=None: known)
        ref = paper()
        with CaptureQueriesContext(connection) as few:
            services.send_document(document(1), [ref], receivers=codes[:2], actor=CLERK)
        with CaptureQueriesContext(connection) as many:
            message_id = services.send_document(document(2), [ref], receivers=codes, actor=CLERK)
    assert len(province.sent()) == 2
    assert len(province.sent()[1][0].receivers) == 1200
    assert queries.count_deliveries(message_id, CLERK) == 1200
    assert Step.objects.filter(delivery__message=message_id).count() == 1200
    assert len(many) <= len(few) + 4


def outcome(letter_id: Any, state: str, reason: str = "") -> LetterOutcome:
    return LetterOutcome(letter_id, state, NOW, "x.y" if reason else "", tr(reason, reason) if reason else None, None)


def test_receipts_are_learned_in_sets(province: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [services.send_document(document(n), [paper()], receivers=["G22"], actor=CLERK) for n in (1, 2, 3)]
    ids = [envelope.id for _, envelope in province.sent()]
    ended = [outcome(ids[0], "accepted"), outcome(ids[1], "refused", "Không nhận độ mật này")]
    monkeypatch.setattr(exchange_queries, "list_outcomes", lambda wanted: [one for one in ended if one.id in wanted])
    with CaptureQueriesContext(connection) as asked:
        assert receipts.learn_receipts() == 2
    assert len(asked) <= 8
    states = [queries.list_deliveries(one, CLERK)[0] for one in sent]
    assert [one.transport for one in states] == ["delivered", "failed", "waiting"]
    assert states[1].problem == "Không nhận độ mật này"
    assert receipts.learn_receipts() == 0
    assert [one.failed for one in queries.list_failed("H36", CLERK)] == [1]
    assert services.send_again(sent[1], actor=CLERK) == 1
    assert queries.list_deliveries(sent[1], CLERK)[0].transport == "waiting"
    assert province.sent()[-1][0].message_id == sent[1]


def test_the_whole_file_can_be_read_again(province: Post) -> None:
    message_id = services.send_document(
        document(), [paper()], receivers=["G22"], actor=CLERK, descriptions=["Bản chính"]
    )
    with edxml.split(queries.stream_edxml(message_id, CLERK)) as split:
        assert edxml.verify_message(split).good
    (found,) = queries.open_attachments(message_id, CLERK)
    assert (found.description, found.file.name, files.read(found.file.sha256)) == (
        "Bản chính",
        "cong-van.pdf",
        circuit.PDF,
    )


def test_a_fault_before_the_end_leaves_nothing(province: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the process ends here")

    monkeypatch.setattr("lienthong.platform.documents.services.dispatching.events.publish", broken)
    with pytest.raises(RuntimeError):
        services.send_document(document(), [paper()], receivers=["G22", "H36.101"], actor=CLERK)
    assert rows() == [0, 0, 0, 0, 0]


def test_the_demos_documents_are_sent_once(province: Post) -> None:
    assert services.seed_demo_documents() == 3
    assert services.seed_demo_documents() == 0
    told = queries.list_messages(Document.objects.get(type_code="TB").pk, CLERK)
    assert [one.receivers for one in told] == [3]
    # G01 has no node in this little country: it is asked for at the hub's axis, with the hub itself.
    assert [letter.receivers for letter, _ in province.sent()] == [("G22",), ("G22", "G01")]
