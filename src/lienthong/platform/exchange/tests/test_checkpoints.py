"""Checkpoints: what is closed, stamped and witnessed cannot be cut off or written anew unseen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from asn1crypto import tsp
from django.db import connection

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.profile import node, playing
from lienthong.kernel.roles import Role
from lienthong.kernel.text import tr
from lienthong.platform.exchange import chain, queries, services
from lienthong.platform.exchange.log_letters import LogCheckpoint
from lienthong.platform.exchange.models import (
    Checkpoint,
    LogEntry,
    LogTimestamp,
    OutgoingLetter,
    Stream,
    WitnessedCheckpoint,
)
from lienthong.platform.exchange.services.checkpoints import find_witness
from lienthong.platform.exchange.services.log import StreamKey, _is_overdue, append_all, append_many
from lienthong.platform.exchange.tests.country import Homes, at_node
from lienthong.platform.exchange.types import Envelope, Question
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

pytestmark = pytest.mark.django_db
TimestampAuthority: type[Any] = import_module("lienthong.platform.signing.ports").TimestampAuthority
KEY, OTHER = StreamKey("G22", "in", "letter"), StreamKey("G01", "out", "call")


def fact(number: int) -> chain.Fact:
    return chain.Fact(clock.now(), UUID(int=number), "test-note.v1", "accepted", bytes([number % 256]) * 32, b"")


@pytest.fixture
def closed(province: Homes) -> Homes:
    """Ten rows in two streams, closed by two checkpoints."""
    append_all([(KEY if number % 2 else OTHER, fact(number)) for number in range(1, 7)])
    assert services.make_checkpoint() == 1
    append_many(KEY, [fact(number) for number in range(7, 11)])
    assert services.make_checkpoint() == 2
    return province


@pytest.fixture
def stamping(province: Homes) -> Iterator[None]:
    """The demo's time stamp authority answers here."""

    class Stamps:
        def stamp(self, digest: bytes) -> bytes:
            imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
            asked = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": 1, "cert_req": True})
            answer = signing_services.answer_timestamp(asked.dump(), home=province.base / "demo")
            return bytes(tsp.TimeStampResp.load(answer)["time_stamp_token"].dump())

    before = roles.opened()
    role = Role(name="test.stamps", title=tr("Dấu", "Stamps"), ports=((TimestampAuthority, Stamps),))
    roles.open_roles((role, *before))
    yield
    roles.open_roles(before)


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def faults() -> set[tuple[str, str, int]]:
    return {(fault.stream, fault.kind, fault.position) for fault in queries.verify_log().faults}


def kept() -> dict[int, str]:
    return {one.number: bytes(one.digest).hex() for one in Checkpoint.objects.all()}


# Closing


def test_checkpoints_close_what_moved_and_follow_each_other(closed: Homes) -> None:
    first, second = Checkpoint.objects.order_by("number")
    told = signing_queries.read_checkpoint(bytes(second.document))
    assert (told.node, told.number, told.streams, told.rows) == ("H36", 2, 1, 4)
    assert told.previous == bytes(first.digest)
    assert sorted(part[:3] for part in first.streams) == [["G01/out/call", 0, 3], ["G22/in/letter", 0, 3]]
    verdict = queries.verify_log()
    assert (verdict.intact, verdict.checkpoints, verdict.stamped) == (True, 2, 0)


def test_nothing_new_makes_no_checkpoint(closed: Homes) -> None:
    assert services.make_checkpoint() is None


def test_rows_about_checkpoints_alone_wait_for_an_hour(closed: Homes) -> None:
    append_many(KEY, [replace(fact(11), name=LogCheckpoint.NAME)])
    assert services.make_checkpoint() is None
    with clock.frozen(clock.now() + queries_quiet()):
        assert services.make_checkpoint() == 3


def queries_quiet() -> Any:
    return import_module("lienthong.platform.exchange.services.checkpoints")._QUIET


def test_an_empty_log_has_no_checkpoint(province: Homes) -> None:
    assert services.make_checkpoint() is None


def test_a_cut_log_is_found_though_heads_were_set_back(closed: Homes) -> None:
    sql("DELETE FROM exchange_logentry WHERE position > 5")
    last = "(SELECT link FROM exchange_logentry WHERE position = 5)"
    sql(f"UPDATE exchange_stream SET count = 5, head = {last} WHERE peer = 'G22'")
    assert faults() == {("G22/in/letter", "truncated", 6)}


def test_a_log_written_anew_is_found(closed: Homes) -> None:
    before = [row.message_id.int for row in LogEntry.objects.filter(stream__peer="G01").order_by("position")]
    sql("DELETE FROM exchange_logentry l USING exchange_stream s WHERE s.id = l.stream_id AND peer = 'G01'")
    sql(r"UPDATE exchange_stream SET count = 0, head = decode(repeat('00', 32), 'hex') WHERE peer = 'G01'")
    append_many(OTHER, [replace(fact(number), outcome="exchange.denied") for number in before])
    assert faults() == {("G01/out/call", "changed", 3)}


def test_a_changed_or_missing_checkpoint_is_found(closed: Homes) -> None:
    sql("UPDATE exchange_checkpoint SET streams = jsonb_set(streams, '{0,2}', '9') WHERE number = 1")
    assert faults() == {("log", "changed", 1)}
    Checkpoint.objects.filter(number=1).delete()
    assert ("log", "missing", 1) in faults()


def test_a_checkpoint_of_another_key_is_found(closed: Homes) -> None:
    sql("UPDATE exchange_checkpoint SET signature = set_byte(signature, 9, (get_byte(signature, 9) + 1) % 256)")
    assert {kind for _, kind, _ in faults()} == {"bad-seal"}


# Time stamps


def test_a_backlog_of_checkpoints_costs_one_time_stamp(closed: Homes, stamping: None) -> None:
    assert services.stamp_checkpoints() == 2
    assert services.stamp_checkpoints() == 0
    assert LogTimestamp.objects.count() == 1
    verdict = queries.verify_log()
    assert (verdict.intact, verdict.stamped) == (True, 2)


def test_a_time_stamp_of_other_checkpoints_is_found(closed: Homes, stamping: None) -> None:
    services.stamp_checkpoints()
    other = "(SELECT chain FROM exchange_checkpoint WHERE number = 1)"
    sql(f"UPDATE exchange_checkpoint SET chain = {other} WHERE number = 2")
    assert faults() == {("log", "bad-timestamp", 2)}


def test_without_an_authority_the_backlog_waits(closed: Homes) -> None:
    assert services.stamp_checkpoints() == 0
    assert queries.verify_log().intact


# Witnesses


def test_each_checkpoint_is_posted_to_the_witness(closed: Homes) -> None:
    letters = OutgoingLetter.objects.filter(name=LogCheckpoint.NAME).order_by("number")
    assert [(one.recipient, one.id) for one in letters] == [
        ("G22", one.letter_id) for one in Checkpoint.objects.order_by("number")
    ]


def test_the_profile_names_the_witness_and_a_hub_finds_another_node(province: Homes) -> None:
    assert find_witness() == "G22"
    with playing(node(), parameters={"exchange": {"witness": "G01"}}):
        assert find_witness() == "G01"
    with at_node(province, "G22"):
        assert find_witness() == "G01"


def letter(number: int) -> LogCheckpoint:
    one = Checkpoint.objects.get(number=number)
    document = bytes(one.document).decode()
    return LogCheckpoint(number=number, at=one.at, document=document, signature=bytes(one.signature).hex())


def send(homes: Homes, told: LogCheckpoint, sender: str = "H36") -> None:
    with at_node(homes, "G22"):
        envelope = Envelope(UUID(int=1), LogCheckpoint.NAME, sender, "G22", clock.now())
        services.keep_checkpoint(told, envelope)


def test_the_witness_keeps_a_checkpoint_once_and_tells_it_to_its_node_alone(closed: Homes) -> None:
    for number in (1, 2, 2):
        send(closed, letter(number))
    question = Question(UUID(int=2), "exchange.checkpoint", "H36", "", "", "", "", clock.now())
    told = services.tell_checkpoints({"after": 0}, question)
    assert {one["number"]: one["digest"] for one in told["checkpoints"]} == kept()
    assert services.tell_checkpoints({"after": 1}, question)["checkpoints"][0]["number"] == 2
    assert services.tell_checkpoints({}, replace(question, client="G01"))["checkpoints"] == []


def test_the_witness_refuses_a_log_that_was_rewritten(closed: Homes) -> None:
    first, second = letter(1), letter(2)
    send(closed, first)
    Checkpoint.objects.all().delete()
    Stream.objects.update(checkpointed=0)
    services.make_checkpoint()
    with pytest.raises(Conflict) as caught:
        send(closed, letter(1))
    assert caught.value.code == "exchange.forked-log"
    append_many(KEY, [fact(12)])
    services.make_checkpoint()
    with pytest.raises(Conflict):
        send(closed, letter(2))
    send(closed, second)
    assert WitnessedCheckpoint.objects.count() == 2


def test_the_witness_takes_only_the_senders_own_checkpoints(closed: Homes) -> None:
    good = letter(1)
    forged = good.model_copy(update={"document": good.document.replace('"rows":6', '"rows":7')})
    for told, sender in ((good, "G01"), (forged, "H36"), (good.model_copy(update={"number": 2}), "H36")):
        with pytest.raises(Refused) as caught:
            send(closed, told, sender)
        assert caught.value.code == "exchange.bad-checkpoint"
    assert not WitnessedCheckpoint.objects.exists()


def test_what_the_witness_keeps_shows_a_cut_and_a_rewriting(closed: Homes) -> None:
    witnessed = kept()
    assert queries.compare_with_witness(witnessed, "G22") == []
    Checkpoint.objects.filter(number=2).delete()
    assert [fault.kind for fault in queries.compare_with_witness(witnessed, "G22")] == ["truncated"]
    sql(r"UPDATE exchange_checkpoint SET digest = decode(repeat('07', 32), 'hex')")
    assert [fault.kind for fault in queries.compare_with_witness(witnessed, "G22")] == ["changed", "truncated"]


def test_a_strict_node_takes_no_rows_when_stamps_are_missing_for_too_long(closed: Homes) -> None:
    strict = {"trust": {"timestamp_strict": True, "timestamp_limit_hours": 48}}
    _is_overdue.cache_clear()
    with playing(node(), home=node().home, parameters=strict):
        append_many(KEY, [fact(20)])
        _is_overdue.cache_clear()
        with clock.frozen(clock.now() + timedelta(hours=49)):
            with pytest.raises(Refused) as caught:
                append_many(KEY, [fact(21)])
            _is_overdue.cache_clear()
    assert (caught.value.code, caught.value.status) == ("exchange.log-not-timestamped", 503)
    append_many(KEY, [fact(22)])
