"""Logging together: one transaction for many messages, whole or not at all, and each thread gets its own error."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from lienthong.kernel import clock
from lienthong.platform.exchange import chain, queries, services
from lienthong.platform.exchange.models import CallRecord, LogEntry, Stream
from lienthong.platform.exchange.types import Call, Entry, Signed
from lienthong.platform.signing import queries as signing_queries

AT = clock.at(2026, 11, 21, 9, 30)
together = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def signed(text: str) -> Signed:
    return Signed(text.encode(), b"s" * 64, AT, b"t" * 32, sha256(text.encode()).digest(), text.encode())


def entry(number: int, *, peer: str = "G01", kind: str = "call") -> Entry:
    call = Call(
        query_id=f"q{number}",
        client="VN/GOV/H36/hotich",
        service="VN/GOV/G01/dancu/tra-cuu",
        method="GET",
        path="/nguoi/1",
        request=signed(f"request {number}"),
        answer=signed(f"answer {number}"),
        status=200,
    )
    name, outcome = "population.person-lookup", "answered"
    kept = call if kind == "call" else None
    return Entry(peer, "out", kind, AT, UUID(int=number), name, outcome, b"d" * 32, call=kept)


@together
def test_rows_of_several_streams_and_their_calls_are_written_together():
    services.log_together([entry(1), entry(2, peer="G22"), entry(3), entry(4, kind="question")])
    streams = {(one.peer, one.kind): one.count for one in Stream.objects.all()}
    assert streams == {("G01", "call"): 2, ("G22", "call"): 1, ("G01", "question"): 1}
    assert [row.message_id.int for row in LogEntry.objects.filter(stream__peer="G01", stream__kind="call")] == [1, 3]
    call = CallRecord.objects.get(message_id=UUID(int=3))
    assert (call.query_id, bytes(call.request_body or b""), call.status) == ("q3", b"request 3", 200)
    verdict = queries.verify_log()
    assert (verdict.intact, verdict.rows) == (True, 4)


@together
def test_a_row_of_a_call_tells_digests_and_evidence():
    services.log_together([entry(1)])
    row = LogEntry.objects.get()
    assert bytes(row.digest) == sha256(b"request 1").digest()
    assert bytes(row.answer_digest) == sha256(b"answer 1").digest()
    lines = [signing_queries.write_line(text, b"s" * 64) for text in (b"request 1", b"answer 1")]
    assert bytes(row.evidence) == chain.evidence(*lines)


@together
def test_few_statements_serve_many_messages():
    services.log_together([entry(1)])
    with CaptureQueriesContext(connection) as seen:
        services.log_together([entry(number) for number in range(2, 100)])
    assert len(seen.captured_queries) <= 2  # a savepoint here; the sets go past Django's own cursor
    assert Stream.objects.get().count == 99


@committed
def test_an_unanswered_call_is_kept_without_its_answer():
    open_end = entry(1)
    assert open_end.call is not None
    services.log_together([replace(open_end, outcome="gateway.timeout", call=replace(open_end.call, answer=None))])
    call = CallRecord.objects.get()
    assert (bytes(call.answer_message), call.answer_signed_at, call.outcome) == (b"", None, "gateway.timeout")
    assert bytes(LogEntry.objects.get().answer_digest) == b""


@committed
def test_a_known_call_is_refused_whole():
    services.log_together([entry(1)])
    with pytest.raises(IntegrityError):
        services.log_together([entry(2), entry(1)])
    assert (CallRecord.objects.count(), LogEntry.objects.count()) == (1, 1)


@committed
def test_concurrent_threads_share_their_commits():
    groups: list[int] = []

    def write(entries: Sequence[Entry]) -> None:
        groups.append(len(entries))
        services.log_together(entries)

    group = services.GroupCommit(write)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: group.commit(entry(number)), range(1, 201)))
    assert (sum(groups), LogEntry.objects.count()) == (200, 200)
    assert len(groups) < 200
    assert queries.verify_log().intact


@committed
def test_each_thread_gets_its_own_error_and_no_others():
    services.log_together([entry(1)])
    holding, release = threading.Event(), threading.Event()

    def write(entries: Sequence[Entry]) -> None:
        if not release.is_set():
            holding.set()
            release.wait(20)
        services.log_together(entries)

    group = services.GroupCommit(write)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(group.commit, entry(2))
        holding.wait(20)
        others = [pool.submit(group.commit, entry(number)) for number in (3, 1, 4)]
        release.set()
        errors = [type(one.exception(20)) for one in (first, *others)]
    assert errors == [type(None), type(None), IntegrityError, type(None)]
    assert sorted(row.message_id.int for row in LogEntry.objects.all()) == [1, 2, 3, 4]
