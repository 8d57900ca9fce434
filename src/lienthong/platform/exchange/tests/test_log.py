"""The message log: what somebody changes, removes, reorders or cuts off is found and named."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from lienthong.kernel import clock
from lienthong.platform.exchange import chain, queries, services
from lienthong.platform.exchange.models import IncomingLetter, LogEntry, Seal, Stream
from lienthong.platform.exchange.services.log import StreamKey, append, append_many
from lienthong.platform.exchange.tests.country import Homes, Note, sealed_letter
from lienthong.platform.exchange.types import LogFault

pytestmark = pytest.mark.django_db
KEY = StreamKey("G22", "in", "letter")


def fact(number: int) -> chain.Fact:
    return chain.Fact(clock.now(), UUID(int=number), "test-note.v1", "accepted", bytes([number]) * 32, b"")


@pytest.fixture
def ten_rows(province: Homes) -> Homes:
    for number in range(1, 4):
        append(KEY, fact(number))
    append_many(KEY, [fact(number) for number in range(4, 11)])
    return province


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def faults() -> list[tuple[str, int]]:
    return [(fault.kind, fault.position) for fault in queries.verify_log().faults]


def test_one_by_one_and_in_sets_make_the_same_chain(ten_rows: Homes) -> None:
    verdict = queries.verify_log()
    assert (verdict.intact, verdict.rows) == (True, 10)


def test_appending_nothing_changes_nothing(ten_rows: Homes) -> None:
    append_many(KEY, [])
    assert Stream.objects.get().count == 10


def test_a_changed_row_is_named(ten_rows: Homes) -> None:
    sql("UPDATE exchange_logentry SET outcome = 'exchange.denied' WHERE position = 4")
    assert faults() == [("changed", 4)]
    fault: LogFault = queries.verify_log().faults[0]
    assert (fault.stream, fault.message_id) == ("G22/in/letter", str(UUID(int=4)))
    assert "4" in fault.text.vi


def test_a_changed_row_with_a_link_made_to_fit_breaks_the_next(ten_rows: Homes) -> None:
    row = LogEntry.objects.get(position=4)
    row.outcome = "exchange.denied"
    forged = chain.Fact(row.at, row.message_id, row.name, row.outcome, bytes(row.digest), b"")
    row.link = chain.link(bytes(row.previous), forged.hashed(), 4)
    row.save()
    assert faults() == [("reordered", 5)]


def test_a_missing_row_is_named(ten_rows: Homes) -> None:
    sql("DELETE FROM exchange_logentry WHERE position IN (5, 6)")
    assert faults() == [("missing", 5)]
    assert "5–6" in queries.verify_log().faults[0].text.vi


def test_two_rows_that_changed_places_are_named(ten_rows: Homes) -> None:
    sql("UPDATE exchange_logentry SET position = 99 WHERE position = 3")
    sql("UPDATE exchange_logentry SET position = 3 WHERE position = 7")
    sql("UPDATE exchange_logentry SET position = 7 WHERE position = 99")
    assert set(faults()) == {("reordered", 3), ("reordered", 7)}


def test_a_cut_end_is_found(ten_rows: Homes) -> None:
    sql("DELETE FROM exchange_logentry WHERE position > 8")
    assert faults() == [("truncated", 9)]


def test_a_cut_end_with_the_head_set_back_is_found_by_the_seal(ten_rows: Homes) -> None:
    assert services.seal_log() == 1
    sql("DELETE FROM exchange_logentry WHERE position > 8")
    sql("UPDATE exchange_stream SET count = 8, head = (SELECT link FROM exchange_logentry WHERE position = 8)")
    assert faults() == [("truncated", 9)]


@pytest.mark.parametrize("years", [-3, 30])
def test_a_clock_outside_our_certificate_seals_nothing(ten_rows: Homes, years: int) -> None:
    """A seal made then would never verify, and the log would look forged for ever."""
    with clock.frozen(clock.now() + timedelta(days=365 * years)):
        assert services.seal_log() == 0
        assert services.make_checkpoint() is None
    assert services.seal_log() == 1
    assert services.make_checkpoint() == 1
    assert not queries.verify_log().faults


def test_a_rewritten_log_does_not_fit_its_seal(ten_rows: Homes) -> None:
    services.seal_log()
    sql("DELETE FROM exchange_logentry")
    sql(r"UPDATE exchange_stream SET count = 0, head = decode(repeat('00', 32), 'hex')")
    append_many(KEY, [fact(number) for number in range(11, 21)])
    assert faults() == [("changed", 10)]


def test_a_forged_seal_is_found(ten_rows: Homes) -> None:
    services.seal_log()
    sql("UPDATE exchange_seal SET count = 9")
    assert ("bad-seal", 9) in faults()


def test_streams_are_sealed_only_when_they_moved(ten_rows: Homes) -> None:
    assert (services.seal_log(), services.seal_log()) == (1, 0)
    append(KEY, fact(30))
    assert services.seal_log() == 1
    assert Seal.objects.count() == 2
    assert queries.verify_log().intact


def test_a_kept_body_that_was_changed_is_found(province: Homes) -> None:
    body, signature, header = sealed_letter(province, Note(subject="a", number=1))
    services.receive_letter(body, signature, {})
    IncomingLetter.objects.update(body=body.replace(b"1", b"2"))
    (fault,) = queries.verify_log().faults
    assert (fault.kind, fault.message_id) == ("body-changed", str(header.id))


def test_an_empty_log_is_intact(province: Homes) -> None:
    assert queries.verify_log().intact
