"""Letters in numbers: one request, a receipt for each; what one does wrong never touches the others."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar, Self

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock, roles, sql
from lienthong.kernel.errors import Refused
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange import batch_form, limits, queries, wire
from lienthong.platform.exchange.batch_form import Entry
from lienthong.platform.exchange.models import IncomingLetter, LogEntry
from lienthong.platform.exchange.queries import directory
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.batch_trust import sign_together
from lienthong.platform.exchange.tests.country import Desk, Homes, Note, at_node, sealed_letter
from lienthong.platform.exchange.types import Envelope, Letter

entries = st.lists(
    st.builds(
        Entry,
        st.integers(0, 65535),
        st.text(st.characters(codec="ascii"), max_size=50),
        st.binary(max_size=80),
        st.text(st.characters(codec="ascii"), max_size=55),
    ),
    max_size=8,
)


@given(entries)
def test_a_batch_is_read_as_it_was_written(written: list[Entry]) -> None:
    assert batch_form.parse(batch_form.compose(written), most=8) == written


@given(entries.filter(bool), st.data())
def test_a_batch_that_is_cut_is_refused(written: list[Entry], data: st.DataObject) -> None:
    whole = batch_form.compose(written)
    cut = data.draw(st.integers(1, len(whole) - 1))
    ends = {len(batch_form.compose(written[:count])) for count in range(len(written))}
    if cut not in ends:
        with pytest.raises(Refused, match=r"exchange\.malformed"):
            batch_form.parse(whole[:cut], most=8)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_batch_or_refused(body: bytes) -> None:
    with suppress(Refused):
        assert batch_form.compose(batch_form.parse(body, most=3)) == body


def test_more_letters_than_a_batch_holds_are_refused() -> None:
    with pytest.raises(Refused, match=r"exchange\.malformed"):
        batch_form.parse(batch_form.compose([Entry(0, "", b"")] * 4), most=3)


# Coming in


def sealed_batch(homes: Homes, letters: Sequence[Letter], *, sender: str = "G22") -> list[Entry]:
    """Letters of another node under one signature."""
    with at_node(homes, sender):
        now = clock.now()
        bodies = [wire.compose_letter(letter, ()) for letter in letters]
        headers = [trust.own_header("letter", type(letter).NAME, "H36") for letter in letters]
        signed = [(wire.digest(body), header) for body, header in zip(bodies, headers, strict=True)]
        lines = sign_together(signed, at=now)
    return [Entry(0, line, body) for line, body in zip(lines, bodies, strict=True)]


def post(given: Sequence[Entry]) -> list[Entry]:
    response = Client().post("/exchange/batches", batch_form.compose(given), content_type=batch_form.CONTENT_TYPE)
    assert response.status_code == 200, response.content
    return list(batch_form.parse(response.content, most=500))


def notes(count: int, subject: str = "Lô") -> list[Note]:
    return [Note(subject=subject, number=number) for number in range(count)]


def verdicts(answers: Sequence[Entry]) -> list[str]:
    return [wire.parse_receipt(one.body).code if one.signature else orjson.loads(one.body)["code"] for one in answers]


@pytest.mark.django_db
def test_each_letter_of_a_batch_is_answered_and_stands_alone(province: Homes, desk: Desk) -> None:
    sent = sealed_batch(province, notes(20))
    answers = post(sent)
    assert [one.status for one in answers] == [200] * 20
    assert [letter.number for letter, _ in desk.taken if isinstance(letter, Note)] == list(range(20))
    assert len({one.signature.rpartition(".")[2] for one in answers}) == 1
    for letter, answer in zip(sent, answers, strict=True):
        header = wire.peek(letter.signature, "letter")
        receipt_header = wire.peek(answer.signature, "receipt")
        trust.verify(letter.body, letter.signature, header)
        trust.verify(answer.body, answer.signature, receipt_header)
        assert receipt_header.id == header.id
        assert wire.parse_receipt(answer.body).digest == wire.digest(letter.body).hex()
    assert IncomingLetter.objects.filter(verdict="accepted").count() == 20
    verdict = queries.verify_log()
    assert (verdict.intact, verdict.rows) == (True, 20)


@pytest.mark.django_db
def test_a_batch_takes_few_statements_however_many_letters(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "_LOOK_AGAIN_SECONDS", 3600.0)
    post(sealed_batch(province, notes(2)))
    opened: list[int] = []
    plain = sql.cursor

    def counting() -> Any:
        opened.append(1)
        return plain()

    monkeypatch.setattr(sql, "cursor", counting)
    counted = []
    for count in (5, 50):
        sent = sealed_batch(province, notes(count))
        opened.clear()
        with CaptureQueriesContext(connection) as captured:
            post(sent)
        counted.append(len(captured) + len(opened))
    assert counted[0] == counted[1]


@pytest.mark.django_db
def test_a_repeated_batch_gets_the_original_receipts(province: Homes, desk: Desk) -> None:
    sent = sealed_batch(province, notes(5))
    first, second = post(sent), post(sent)
    assert first == second
    assert len(desk.taken) == 5
    assert LogEntry.objects.count() == 5


@pytest.mark.django_db
def test_new_and_known_letters_in_one_batch(province: Homes, desk: Desk) -> None:
    known, fresh = sealed_batch(province, notes(2)), sealed_batch(province, notes(2, "Mới"))
    first = post(known)
    answers = post([known[0], fresh[0], known[1], fresh[1], fresh[0]])
    assert [answers[0], answers[2]] == first
    assert answers[1] == answers[4]
    assert [letter.subject for letter, _ in desk.taken if isinstance(letter, Note)] == ["Lô", "Lô", "Mới", "Mới"]


@pytest.mark.django_db
def test_one_bad_letter_among_good_ones(province: Homes, desk: Desk) -> None:
    sent = sealed_batch(
        province, [*notes(3), Note(subject="từ chối", number=9), *notes(3), Note(subject="hỏng", number=8)]
    )
    sent[1] = sent[1]._replace(body=sent[1].body.replace(b'"number":1', b'"number":7'))
    answers = post(sent)
    assert verdicts(answers) == [
        "",
        "exchange.bad-signature",
        *("", "test.unwanted", "", "", ""),
        "exchange.failed",
    ]
    assert [one.status for one in answers] == [200, 401, 200, 422, 200, 200, 200, 500]
    assert len(desk.taken) >= 5
    assert IncomingLetter.objects.filter(verdict="accepted").count() == 5
    assert IncomingLetter.objects.filter(verdict="refused", code="test.unwanted").count() == 1
    assert not IncomingLetter.objects.filter(body=sent[7].body).exists()
    assert queries.verify_log().intact
    assert queries.verify_log().rows == 6


@pytest.mark.django_db
def test_many_bad_letters_end_as_they_would_alone(province: Homes) -> None:
    sent = sealed_batch(province, [Note(subject="từ chối" if n % 2 else "tốt", number=n) for n in range(30)])
    answers = post(sent)
    assert verdicts(answers) == ["", "test.unwanted"] * 15
    assert post(sent) == answers
    assert queries.verify_log().intact


@pytest.mark.django_db
def test_letters_of_a_batch_may_come_in_other_company(province: Homes, desk: Desk) -> None:
    """Each brings its own path: what was signed together need not travel together."""
    sent = sealed_batch(province, notes(7))
    alone, _, header = sealed_letter(province, Note(subject="Một mình", number=99))
    with at_node(province, "G22"):
        line = trust.sign(alone, header)
    answers = post([sent[5], Entry(0, line, alone), sent[2]])
    assert [one.status for one in answers] == [200] * 3
    single = Client().post(
        "/exchange/letters",
        sent[0].body,
        content_type="application/json",
        headers={wire.SIGNATURE_HEADER: sent[0].signature},
    )
    assert single.status_code == 200
    assert len(desk.taken) == 4


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["path of another", "signature of another batch", "no path", "wrong order"])
def test_a_path_proves_its_own_letter_only(province: Homes, desk: Desk, fault: str) -> None:
    sent, other = sealed_batch(province, notes(4)), sealed_batch(province, notes(4, "Khác"))
    (message, chain, value), (_, chain_1, _) = (sent[0].signature.split("."), sent[1].signature.split("."))
    line = {
        "path of another": f"{message}.{chain_1}.{value}",
        "signature of another batch": f"{message}.{chain}.{other[0].signature.rpartition('.')[2]}",
        "no path": f"{message}..{value}",
        "wrong order": sent[0].signature,
    }[fault]
    if fault == "wrong order":
        answers = post([sent[1], sent[0], sent[2], sent[3]])
        assert [one.status for one in answers] == [200] * 4
        return
    answers = post([Entry(0, line, sent[0].body), *sent[1:]])
    assert [one.status for one in answers] == [401, 200, 200, 200]
    assert len(desk.taken) == 3


@pytest.mark.django_db
def test_a_batch_of_several_senders_and_kinds(province: Homes, desk: Desk) -> None:
    unknown = sealed_letter(province, Note(subject="a", number=1), name="never-heard-of.v1")
    strange = sealed_letter(province, Note(subject="a", number=1), recipient="G01")
    sent = [
        *sealed_batch(province, notes(2)),
        *sealed_batch(province, notes(2), sender="G01"),
        Entry(0, unknown[1], unknown[0]),
        Entry(0, strange[1], strange[0]),
        Entry(0, "rubbish", b"{}"),
    ]
    answers = post(sent)
    assert verdicts(answers)[4:] == ["exchange.unknown-letter", "exchange.wrong-recipient", "exchange.malformed"]
    assert [one.status for one in answers] == [200, 200, 200, 200, 422, 421, 400]
    assert {envelope.sender for _, envelope in desk.taken} == {"G22", "G01"}
    assert queries.verify_log().intact


class Tally(Letter):
    """A letter whose inbox takes sets."""

    NAME: ClassVar[str] = "test-tally.v1"
    SET: ClassVar[bool] = True

    number: int

    @classmethod
    def sample(cls) -> Self:
        return cls(number=1)


@pytest.mark.django_db
def test_an_inbox_for_sets_gets_them_whole_and_its_refusal_finds_the_letter(province: Homes) -> None:
    given: list[list[int]] = []

    def on_tallies(arrived: Sequence[tuple[Tally, Envelope]]) -> None:
        given.append([letter.number for letter, _ in arrived])
        if any(letter.number == 3 for letter, _ in arrived):
            raise Refused("test.three", tr("Không nhận số ba.", "No threes."), field="number")

    role = Role(name="test.tally", title=tr("Thử", "Test"), inbox=((Tally, on_tallies),))
    roles.open_roles((*roles.opened(), role))
    answers = post(sealed_batch(province, [Tally(number=number) for number in range(3)]))
    assert (verdicts(answers), given) == ([""] * 3, [[0, 1, 2]])
    given.clear()
    answers = post(sealed_batch(province, [Tally(number=number) for number in range(2, 6)]))
    assert verdicts(answers) == ["", "test.three", "", ""]
    assert given[0] == [2, 3, 4, 5]
    assert [3] in given


@pytest.mark.django_db
def test_an_inbox_that_breaks_the_database_spoils_only_its_letter(province: Homes, desk: Desk) -> None:
    def on_note(letter: Note, envelope: Envelope) -> None:
        if letter.number == 2:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO exchange_stream (peer) VALUES (NULL)")

    role = Role(name="test.breaker", title=tr("Thử", "Test"), inbox=((Note, on_note),))
    roles.open_roles((role, *(one for one in roles.opened() if one.name != "test.desk")))
    answers = post(sealed_batch(province, notes(5)))
    assert verdicts(answers) == ["", "", "exchange.failed", "", ""]
    assert IncomingLetter.objects.count() == 4


@pytest.mark.django_db
def test_a_batch_that_cannot_be_read_is_malformed(province: Homes) -> None:
    response = Client().post("/exchange/batches", b"rubbish", content_type=batch_form.CONTENT_TYPE)
    assert (response.status_code, orjson.loads(response.content)["code"]) == (400, "exchange.malformed")


@pytest.mark.django_db
def test_a_batch_that_is_too_large_is_not_read(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BATCH_REQUEST_BYTES", 100)
    response = Client().post("/exchange/batches", b"x" * 101, content_type=batch_form.CONTENT_TYPE)
    assert (response.status_code, orjson.loads(response.content)["code"]) == (413, "exchange.too-large")
