"""Sending many documents at a time: all or none, each once, in as many statements as one takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.kernel import audit, clock, files
from lienthong.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from lienthong.platform.documents import queries, services
from lienthong.platform.documents.models import Arrival, Attachment, Delivery, Document, Message, RegisterEntry
from lienthong.platform.documents.services import indexing, numbering, wrapping
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import CLERK, NOW, Circuit, Post, document, paper
from lienthong.platform.documents.types import Paper, Sending


@pytest.fixture
def province(loop: Circuit) -> Iterator[Post]:
    with loop.at("H36") as post, clock.frozen(NOW):
        yield post


def sending(number: int, receivers: tuple[str, ...] = ("G22",), content: bytes = circuit.PDF) -> Sending:
    return Sending(document(number), (paper(content=content),), receivers)


def test_many_leave_in_as_many_statements_as_a_few(province: Post) -> None:
    papers = [circuit.PDF + b"%% %d\n" % number for number in range(40)]
    given = [sending(number + 1, content=papers[number]) for number in range(40)]
    with CaptureQueriesContext(connection) as few:
        services.send_documents(given[:2], actor=CLERK)
    with CaptureQueriesContext(connection) as many:
        sent = services.send_documents(given[2:], actor=CLERK)
    assert len(many) <= len(few)
    assert [queries.get_message(one, CLERK).document.code for one in sent[:2]] == ["03/UBND-VX", "04/UBND-VX"]
    assert [letter.message_id for letter, _ in province.sent()][2:] == sent
    for letter, envelope in province.sent():
        assert [part.sha256 for part in envelope.parts] == [letter.envelope, letter.attachments[0]["sha256"]]
    assert len({letter.attachments[0]["sha256"] for letter, _ in province.sent()}) == 40
    first = Message.objects.get(pk=sent[0])
    (entry,) = audit.entries_about(f"document:{first.document_id}")
    assert (entry.action, entry.facts) == ("documents.send-new", {"message": str(sent[0]), "receivers": 1})


def test_of_a_paper_at_hand_only_the_zip_is_kept(province: Post) -> None:
    content = circuit.PDF + b"%% at hand\n"
    kept = files.store(content, name="cong-van.pdf")
    files.path_of(kept.sha256).unlink()
    papers = (Paper("cong-van.pdf", content), paper("phụ lục.pdf"))
    given = [Sending(document(number), papers, ("G22",), descriptions=("Công văn",)) for number in (1, 2)]
    services.send_documents(given, actor=CLERK)
    first, second = (letter for letter, _ in province.sent())
    assert [one["sha256"] for one in first.attachments] == [one["sha256"] for one in second.attachments]
    assert not files.path_of(kept.sha256).exists()
    (known,) = wrapping.wrap_files([files.store(content, name="cong-van.pdf")], ["Công văn"])
    assert known.sha256 == first.attachments[0]["sha256"], "the same ZIP as of a file that is kept"
    assert Attachment.objects.get(message_id=first.message_id, position=0).description == "Công văn"


def test_a_paper_that_may_not_travel_is_named(province: Post) -> None:
    bad = Paper("trang.html", b"<html></html>", "documents.1.files.0")
    given = [sending(1), Sending(document(2), (bad,), ("G22",))]
    with pytest.raises(Refused, match="wrong-type") as refused:
        services.send_documents(given, actor=CLERK)
    assert refused.value.field == "documents.1.files.0"
    assert refused.value.details["document"] == 1
    assert not province.sent()


def test_those_here_have_theirs_at_once_and_each_node_its_own(province: Post) -> None:
    given = [sending(1, ("G22", "H36.101")), sending(2, ("H36.101", "H36.102")), sending(3)]
    sent = services.send_documents(given, actor=CLERK)
    assert [letter.message_id for letter, _ in province.sent()] == [sent[0], sent[2]]
    assert {letter.receivers for letter, _ in province.sent()} == {("G22",)}
    there = set(Arrival.objects.values_list("message_id", "agency_code"))
    assert there == {(sent[0], "H36.101"), (sent[1], "H36.101"), (sent[1], "H36.102")}
    assert Delivery.objects.filter(message=sent[1], transport="delivered").count() == 2


def test_the_same_twice_is_one_message_whether_sent_before_or_together(province: Post) -> None:
    before = services.send_document(document(1), [paper()], receivers=["G22"], actor=CLERK)
    sent = services.send_documents([sending(2), sending(1), sending(2)], actor=CLERK)
    assert sent[1] == before
    assert sent[0] == sent[2]
    assert Message.objects.count() == len(province.sent()) == 2


def test_one_wrong_document_refuses_all_and_is_named(province: Post) -> None:
    with pytest.raises(Refused) as found:
        services.send_documents([sending(1), sending(2, ("X99",)), sending(3)], actor=CLERK)
    assert found.value.details["document"] == 1
    assert found.value.details["agencies"] == ["X99"]
    with pytest.raises(Invalid) as unnumbered:
        services.send_documents([sending(1), sending(2), sending(0)], actor=CLERK)
    assert unnumbered.value.details["document"] == 2
    with pytest.raises(Conflict) as other:
        services.send_documents([sending(1), sending(1, ("G22", "H36.101"))], actor=CLERK)
    assert other.value.code == "documents.other-receivers"
    with pytest.raises(NotAllowed):
        services.send_documents([sending(1)], actor=circuit.HUB_CLERK)
    assert Document.objects.count() == Message.objects.count() == 0


def test_nothing_to_send_is_nothing(province: Post) -> None:
    assert services.send_documents([], actor=CLERK) == []


def test_each_is_tied_to_the_line_that_gave_its_number_in_one_go(province: Post) -> None:
    given = [numbering.give_number("H36", "KH", on=NOW.date(), subject="", actor=CLERK) for _ in range(12)]
    struck = numbering.give_number("H36", "KH", on=NOW.date(), subject="", actor=CLERK)
    numbering.strike_number(struck.entry_id, "Không ban hành", CLERK)
    sent = [numbered(one.code) for one in (*given, struck)]
    indexing.index_waiting()
    services.send_documents(sent[:2], actor=CLERK)
    with CaptureQueriesContext(connection) as few:
        indexing.index_waiting()
    messages = services.send_documents(sent[2:], actor=CLERK)
    with CaptureQueriesContext(connection) as many:
        indexing.index_waiting()
    assert len(many) <= len(few) + 1
    tied = dict(RegisterEntry.objects.values_list("pk", "document__messages"))
    assert [tied[one.entry_id] for one in given[2:]] == messages[:-1]
    assert tied[struck.entry_id] is None
    assert RegisterEntry.objects.get(pk=given[5].entry_id).subject == document().subject


def numbered(code: str) -> Sending:
    number, _, notation = code.partition("/")
    return Sending(document(int(number), type_code="KH", notation=notation), (paper(),), ("G22",))
