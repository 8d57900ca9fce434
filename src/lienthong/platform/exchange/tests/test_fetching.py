"""Letters for a node that cannot be reached: it asks, takes, and brings the receipts."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from lienthong.kernel import clock, files, http
from lienthong.platform.exchange import batch_form, limits, queries, services, wire
from lienthong.platform.exchange.batch_form import Entry
from lienthong.platform.exchange.models import IncomingLetter, Node, OutgoingLetter
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.batch_reception import receive_letters
from lienthong.platform.exchange.tests.country import Desk, Homes, Note, at_node

PDF = b"%PDF-1.7\n" + b"x" * 2500 + b"\n%%EOF\n"


def make_pull(homes: Homes, code: str) -> None:
    """The hub learns that a node cannot be reached and fetches."""
    with at_node(homes, "G22"):
        Node.objects.filter(agency_code=code).update(pull=True, base_url="")
        services.issue_directory()


def ask(homes: Homes, path: str, body: bytes, *, sender: str = "G01", **changes: Any) -> Any:
    """As the puller would, to this node (H36)."""
    kind = path.rpartition("/")[2]
    with at_node(homes, sender):
        header = trust.own_header(changes.get("kind", kind), "letters", "H36")
        header = wire.Header("", header.kind, header.id, "letters", sender, "H36", changes.get("at", header.at))
        line = trust.sign(body, header)
    return Client().post(path, body, content_type="application/octet-stream", headers={wire.SIGNATURE_HEADER: line})


def pull(homes: Homes, most: int = 100) -> list[Entry]:
    response = ask(homes, "/exchange/pull", orjson.dumps({"most": most}))
    assert response.status_code == 200, response.content
    return batch_form.parse(response.content, most=500)


def receipts_for(homes: Homes, entries: list[Entry], desk: Desk) -> list[Entry]:
    """What the puller would answer; its inbox lies in the one database of the test."""
    with at_node(homes, "G01", desk):
        replies = receive_letters(entries)
    ids = [str(wire.peek(entry.signature, "letter").id) for entry in entries]
    return [Entry(one.status, one.signature, one.body, note) for one, note in zip(replies, ids, strict=True)]


@pytest.fixture
def waiting(province: Homes) -> Homes:
    """G01 fetches; three letters of H36 wait for it."""
    make_pull(province, "G01")
    services.post_letters([Note(subject="Chờ", number=number) for number in range(3)], recipient="G01")
    return province


@pytest.mark.django_db
def test_letters_wait_until_they_are_fetched_and_end_by_receipts(waiting: Homes, desk: Desk) -> None:
    assert services.deliver_due() == 0
    assert queries.count_letters()["waiting"] == 3
    entries = pull(waiting)
    assert len(entries) == 3
    answered = batch_form.compose(receipts_for(waiting, entries, desk))
    response = ask(waiting, "/exchange/receipts", answered)
    assert orjson.loads(response.content) == {"ended": 3}
    assert queries.count_letters()["accepted"] == 3
    assert [letter.number for letter, _ in desk.taken if isinstance(letter, Note)] == [0, 1, 2]
    assert orjson.loads(ask(waiting, "/exchange/receipts", answered).content) == {"ended": 0}
    assert queries.verify_log().intact


@pytest.mark.django_db
def test_who_asks_again_gets_the_next_ones_and_later_the_same(waiting: Homes) -> None:
    first = pull(waiting, most=2)
    second = pull(waiting, most=2)
    assert (len(first), len(second), pull(waiting)) == (2, 1, [])
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        again = pull(waiting)
    assert {entry.signature for entry in again} == {entry.signature for entry in first + second}


@pytest.mark.django_db
def test_nobody_fetches_the_letters_of_another(waiting: Homes) -> None:
    response = ask(waiting, "/exchange/pull", b'{"most":10}', sender="G22")
    assert batch_form.parse(response.content, most=9) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "changes", "code"),
    [
        (b"{}", {}, "exchange.malformed"),
        (b'{"most":0}', {}, "exchange.malformed"),
        (b'{"most":"5"}', {}, "exchange.malformed"),
        (b'{"most":5}', {"kind": "receipts"}, "exchange.malformed"),
        (b'{"most":5}', {"at": clock.at(2026, 1, 5)}, "exchange.stale"),
    ],
)
def test_requests_that_are_not_followed(waiting: Homes, body: bytes, changes: dict[str, Any], code: str) -> None:
    with clock.frozen(clock.now()):
        response = ask(waiting, "/exchange/pull", body, **changes)
    assert orjson.loads(response.content)["code"] in (code, "exchange.expired-certificate")
    assert OutgoingLetter.objects.filter(attempts=0, state="waiting").count() == 3


@pytest.mark.django_db
def test_a_letter_that_broke_there_is_put_off_with_its_reason(province: Homes, desk: Desk) -> None:
    make_pull(province, "G01")
    services.post_letter(Note(subject="hỏng", number=1), recipient="G01")
    services.post_letter(Note(subject="từ chối", number=2), recipient="G01")
    answered = batch_form.compose(receipts_for(province, pull(province), desk))
    assert orjson.loads(ask(province, "/exchange/receipts", answered).content) == {"ended": 1}
    rows = queries.list_letters()
    assert {(row.state, row.code, row.attempts) for row in rows} == {
        ("waiting", "exchange.failed", 1),
        ("refused", "test.unwanted", 1),
    }


@pytest.mark.django_db
def test_receipts_of_letters_of_others_and_rubbish_end_nothing(waiting: Homes, desk: Desk) -> None:
    entries = receipts_for(waiting, pull(waiting), desk)
    swapped = [
        entries[0]._replace(note=entries[1].note),
        entries[1]._replace(note="not an id"),
        entries[2]._replace(signature="rubbish"),
    ]
    response = ask(waiting, "/exchange/receipts", batch_form.compose(swapped))
    assert orjson.loads(response.content) == {"ended": 0}
    assert queries.count_letters()["waiting"] == 3
    response = ask(waiting, "/exchange/receipts", batch_form.compose(entries), sender="G22")
    assert orjson.loads(response.content) == {"ended": 0}


@pytest.mark.django_db
def test_only_parts_of_a_waiting_letter_can_be_fetched(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHUNK_BYTES", 1000)
    make_pull(province, "G01")
    part, other = files.store(PDF, name="tệp.pdf"), files.store(PDF + b"\n", name="khác.pdf")
    services.post_letter(Note(subject="Có tệp", number=1), recipient="G01", parts=[part])

    def get(digest: str, offset: int, sender: str = "G01") -> Any:
        with at_node(province, sender):
            line = trust.sign(b"", trust.own_header("part", wire.part_name(digest), "H36"))
        return Client().get(
            f"/exchange/parts/{digest}", headers={wire.SIGNATURE_HEADER: line, "Upload-Offset": str(offset)}
        )

    pieces = [get(part.sha256, offset).content for offset in (0, 1000, 2000, 3000)]
    assert b"".join(pieces) == PDF
    assert get(part.sha256, 0)["Upload-Length"] == str(len(PDF))
    assert get(part.sha256, 0, sender="G22").status_code == 404
    assert get(other.sha256, 0).status_code == 404
    assert get(hashlib.sha256(b"").hexdigest(), 0).status_code == 404


# The node that fetches


def giving(entries: list[Entry], parts: dict[str, bytes], taken: list[bytes]) -> Callable[..., http.Response]:
    """A node elsewhere that gives these letters once, and keeps the receipts it gets."""

    def request(method: str, url: str, **more: Any) -> http.Response:
        if url.endswith("/exchange/pull"):
            given = batch_form.compose(entries if not taken else [])
            return http.Response(200, {}, given)
        if url.endswith("/exchange/receipts"):
            taken.append(more["body"])
            return http.Response(200, {}, b"{}")
        offset = int(more["headers"]["Upload-Offset"])
        return http.Response(200, {}, parts[url.rpartition("/")[2]][offset : offset + 1000])

    return request


@pytest.mark.django_db
def test_a_node_fetches_letters_with_their_parts_and_brings_receipts(
    province: Homes, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(PDF).hexdigest()
    ref = files.FileRef(digest, "tệp.pdf", files.PDF, len(PDF))
    with at_node(province, "G22"):
        body = wire.compose_letter(Note(subject="Có tệp", number=7), [ref])
        line = trust.sign(body, trust.own_header("letter", "test-note.v1", "H36"))
    make_pull(province, "H36")
    taken: list[bytes] = []
    monkeypatch.setattr(http, "request", giving([Entry(0, line, body)], {digest: PDF}, taken))
    monkeypatch.setattr(limits, "limits", lambda: limits.Limits(pull_from=("G22",)))
    fetcher = services.Fetcher()
    assert fetcher.fetch_due() == 1
    assert desk.taken[0][1].parts == (ref,)
    assert files.read(digest) == PDF
    (receipt,) = batch_form.parse(taken[0], most=5)
    assert wire.parse_receipt(receipt.body).verdict == "accepted"
    assert receipt.note == str(wire.peek(line, "letter").id)
    assert IncomingLetter.objects.count() == 1


@pytest.mark.django_db
def test_a_letter_whose_part_cannot_be_had_does_not_hold_up_the_others(
    province: Homes, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = files.FileRef(hashlib.sha256(PDF).hexdigest(), "tệp.pdf", files.PDF, len(PDF))
    with at_node(province, "G22"):
        sent = []
        for parts in ([ref], []):
            body = wire.compose_letter(Note(subject="Thư", number=len(parts)), parts)
            sent.append(Entry(0, trust.sign(body, trust.own_header("letter", "test-note.v1", "H36")), body))
    make_pull(province, "H36")
    taken: list[bytes] = []
    monkeypatch.setattr(http, "request", giving(sent, {ref.sha256: b""}, taken))
    monkeypatch.setattr(limits, "limits", lambda: limits.Limits(pull_from=("G22",)))
    services.Fetcher().fetch_due()
    assert [letter.number for letter, _ in desk.taken if isinstance(letter, Note)] == [0]
    answers = {one.note: one for one in batch_form.parse(taken[0], most=5)}
    problem = answers[str(wire.peek(sent[0].signature, "letter").id)]
    assert (problem.status, problem.signature) == (400, "")


@pytest.mark.django_db
def test_a_node_that_can_be_reached_fetches_nothing(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> http.Response:
        raise AssertionError

    monkeypatch.setattr(http, "request", nobody)
    assert services.Fetcher().fetch_due() == 0


@pytest.mark.django_db
def test_who_has_nothing_is_asked_ever_more_rarely(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    make_pull(province, "H36")
    asked: list[str] = []

    def empty(method: str, url: str, **_: Any) -> http.Response:
        asked.append(url)
        return http.Response(200, {}, b"")

    monkeypatch.setattr(http, "request", empty)
    monkeypatch.setattr(limits, "limits", lambda: limits.Limits(pull_from=("G22",), pull_seconds=0.0001))
    fetcher = services.Fetcher()
    for _ in range(50):
        fetcher.fetch_due()
    assert 1 < len(asked) < 50
    fetcher.fetch_due(now=float("inf"))
    before = len(asked)
    fetcher.fetch_due(now=0.0)
    assert len(asked) == before
