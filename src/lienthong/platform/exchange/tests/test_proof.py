"""Proofs: what is handed out of a letter, a question or a call is judged good by somebody who knows nobody here."""

import io
import zipfile
from uuid import UUID

import orjson
import pytest
from django.db import connection

from lienthong.kernel import clock
from lienthong.kernel.errors import NotFound
from lienthong.kernel.profile import node, playing
from lienthong.platform.exchange import chain, queries, services, wire
from lienthong.platform.exchange.models import IncomingLetter, LogEntry, OutgoingLetter, QuestionRecord
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.log import StreamKey, append_many
from lienthong.platform.exchange.tests.country import Desk, Homes, Note, allow, at_node, sealed_letter, sealed_question
from lienthong.platform.exchange.tests.test_checkpoints import stamping
from lienthong.platform.exchange.types import Call, Entry, Signed
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services
from lienthong.platform.signing.types import ContainerVerdict

__all__ = ["stamping"]
pytestmark = pytest.mark.django_db


def root_of(homes: Homes) -> str:
    return (homes.base / "demo" / "authority" / "root.crt").read_text("ascii")


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        return {name.rpartition("-")[2]: held.read(name) for name in held.namelist()}


def judged(homes: Homes, content: bytes) -> ContainerVerdict:
    return signing_queries.verify_container(content, trusted_roots=[root_of(homes)])


def received(homes: Homes) -> UUID:
    body, signature, header = sealed_letter(homes, Note(subject="Giấy khai sinh", number=1))
    assert services.receive_letter(body, signature, {}).status == 200
    return header.id


def test_a_letter_and_its_receipt_are_proven_by_two_containers(province: Homes) -> None:
    made = services.proof_of(received(province), "in")
    assert made.media_type == "application/zip"
    files = unpacked(made.content)
    letter, receipt = judged(province, files["message.asice"]), judged(province, files["answer.asice"])
    assert letter.good, letter.findings
    assert receipt.good, receipt.findings
    assert letter.signer is not None
    assert receipt.signer is not None
    assert (letter.signer.agency_code, receipt.signer.agency_code) == ("G22", "H36")
    digests = {entry.name: entry.sha256 for entry in letter.entries}
    with zipfile.ZipFile(io.BytesIO(files["answer.asice"])) as held:
        told = orjson.loads(held.read("attachment1"))
    assert told["digest"] == digests["attachment1"]


def test_one_part_alone_is_one_container(province: Homes) -> None:
    made = services.proof_of(received(province), "in", part="answer")
    assert made.name.endswith(".asice")
    assert judged(province, made.content).good


def test_a_closed_row_proves_that_the_log_holds_the_message(province: Homes, stamping: None) -> None:
    letter_id = received(province)
    append_many(StreamKey("G22", "in", "letter"), [_other(number) for number in range(2, 9)])
    services.make_checkpoint()
    services.stamp_checkpoints()
    for part in ("message", "answer"):
        verdict = judged(province, services.proof_of(letter_id, "in", part=part).content)
        assert verdict.good, verdict.findings
        assert verdict.log_node == "H36"
        assert verdict.timestamped_at is not None


def _other(number: int) -> chain.Fact:
    return chain.Fact(clock.at(2026, 11, 21), UUID(int=number), "test-note.v1", "accepted", b"")


def test_a_log_proof_of_another_message_is_found(province: Homes) -> None:
    first, second = received(province), received(province)
    services.make_checkpoint()
    mine, others = (services.proof_of(one, "in", part="message").content for one in (first, second))
    with zipfile.ZipFile(io.BytesIO(others)) as held:
        foreign = held.read("META-INF/log-proof.json")
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(mine)) as held, zipfile.ZipFile(target, "w") as mixed:
        for name in held.namelist():
            content = foreign if name == "META-INF/log-proof.json" else held.read(name)
            mixed.writestr(name, content)
    verdict = judged(province, target.getvalue())
    assert [one.code for one in verdict.findings if one.level == "bad"] == ["signing.not-in-log"]


def test_a_row_changed_after_its_checkpoint_gives_no_proof_from_the_log(province: Homes) -> None:
    letter_id = received(province)
    services.make_checkpoint()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE exchange_logentry SET outcome = 'exchange.denied'")
    verdict = judged(province, services.proof_of(letter_id, "in", part="message").content)
    assert [one.code for one in verdict.findings if one.level == "bad"] == ["signing.not-in-log"]


def test_a_sent_letter_is_proven_before_its_receipt(province: Homes) -> None:
    letter_id = services.post_letter(Note(subject="a", number=1), recipient="G22")
    made = services.proof_of(letter_id, "out")
    assert made.media_type == "application/vnd.etsi.asic-e+zip"
    assert judged(province, made.content).good
    with pytest.raises(NotFound):
        services.proof_of(letter_id, "out", part="answer")


def test_a_letter_of_a_batch_is_proven_alone(province: Homes) -> None:
    letters = [Note(subject="a", number=number) for number in range(5)]
    ids = services.post_letters(letters, recipient="G22")
    verdict = judged(province, services.proof_of(ids[3], "out").content)
    assert verdict.good, verdict.findings
    assert "signing.batch" in {one.code for one in verdict.findings}
    assert OutgoingLetter.objects.count() == 5


def test_an_answer_is_proven_by_its_digest_alone(province: Homes) -> None:
    allow(province)
    with at_node(province, "H36"):
        body, signature = sealed_question(province, {"number": "001"})
    with at_node(province, "G01", Desk()):
        services.answer_question("population.person-lookup", body, signature)
        asked = wire.peek(signature, "question").id
        files = unpacked(services.proof_of(asked, "in").content)
    answer = judged(province, files["answer.asice"])
    assert answer.good, answer.findings
    assert "signing.digest-only" in {one.code for one in answer.findings}
    assert judged(province, files["message.asice"]).good


def test_a_call_is_proven(province: Homes) -> None:
    header = trust.own_header("question", "population.person-lookup", "G22")
    kid = signing_queries.get_certificate("node").thumbprint
    at = header.at.isoformat()
    message = f"GET /r1/x CRLF\r\nlienthong-kid:{kid}\r\nlienthong-at:{at}\r\n".encode()
    digest = wire.digest(b"body")
    value = signing_services.sign_message(message, [digest], at=header.at)
    request = Signed(message, value, header.at, bytes.fromhex(kid), digest, b"body")
    call = Call("q1", "VN/GOV/H36/a", "VN/GOV/G22/b/c", "GET", "/r1/x", request)
    entry = Entry("G22", "out", "call", header.at, header.id, "b/c", "gateway.timeout", call=call)
    services.log_together([entry])
    services.make_checkpoint()
    verdict = judged(province, services.proof_of(header.id, "out").content)
    assert verdict.good, verdict.findings
    assert verdict.log_node == "H36"


def test_what_is_not_known_has_no_proof(province: Homes) -> None:
    with pytest.raises(NotFound) as caught:
        services.proof_of(UUID(int=5), "in")
    assert caught.value.code == "exchange.no-proof"


def test_rows_of_messages_tell_their_signatures(province: Homes) -> None:
    received(province)
    row, kept = LogEntry.objects.get(), IncomingLetter.objects.get()
    assert bytes(row.evidence) == chain.evidence(kept.signature, kept.receipt_signature)
    assert queries.verify_log().intact


def test_bodies_of_some_names_are_kept_as_digests_only(province: Homes) -> None:
    kept = {"exchange": {"digest_only": ["test-note.v1", "population.person-lookup"]}}
    allow(province)
    body, signature = sealed_question(province, {"number": "001"})
    with playing(node(), home=node().home, agency_code="H36", parameters=kept):
        letter_id = received(province)
    with at_node(province, "G01", Desk()), playing(node(), parameters=kept):
        services.answer_question("population.person-lookup", body, signature)
    assert bytes(IncomingLetter.objects.get().body) == b""
    assert bytes(QuestionRecord.objects.get().body) == b""
    assert queries.verify_log().intact
    verdict = judged(province, services.proof_of(letter_id, "in", part="message").content)
    assert verdict.good, verdict.findings
    assert "signing.digest-only" in {one.code for one in verdict.findings}
    assert "attachment1" not in {entry.name for entry in verdict.entries}
