"""Fairness: whatever one recipient does, the others get their letters; and a long queue costs only itself."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection

from lienthong.kernel import clock, sql
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.models import OutgoingLetter
from lienthong.platform.exchange.services import carrying, delivery
from lienthong.platform.exchange.tests.country import Desk, Homes, Note
from lienthong.platform.exchange.tests.test_delivery import move, neighbour, nowhere


@contextmanager
def dripping() -> Iterator[str]:
    """A node that answers a byte at a time, each soon enough for a patient reader, and never comes to an end."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip(session: socket.socket) -> None:
        with session, suppress(OSError):
            session.recv(65536)
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000:
                session.sendall(bytes([byte]))
                if stop.wait(0.1):
                    return

    def serve() -> None:
        with suppress(OSError):
            while True:
                session, _ = listening.accept()
                threading.Thread(target=drip, args=(session,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stop.set()
        listening.close()


@contextmanager
def dead() -> Iterator[str]:
    yield nowhere()


def refusing() -> Any:
    return neighbour(lambda _body, _signature: (503, {}, b"busy"))


@pytest.mark.parametrize(
    ("trouble", "codes"),
    [
        (dead, {"exchange.unreachable"}),
        (dripping, {"exchange.timeout", "exchange.unreachable"}),
        (refusing, {"exchange.unavailable"}),
    ],
)
def test_one_recipient_in_trouble_delays_nobody(
    live_province: str,
    homes: Homes,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[], Any],
    codes: set[str],
) -> None:
    monkeypatch.setattr(carrying, "_TOTAL_SECONDS", 1.5)
    with trouble() as address:
        move(homes, "G01", address)
        for number in range(40):
            services.post_letter(Note(subject="kẹt", number=number), recipient="G01")
        services.post_letters([Note(subject="thông", number=number) for number in range(40)], recipient="H36")
        postman = services.Postman(places=4, batch=5)
        thread = threading.Thread(target=_deliver, args=(postman,))
        thread.start()
        thread.join()
    assert len(desk.taken) == 40
    lines = {row.recipient: row for row in queries.list_lines()}
    assert (lines["H36"].state, lines["H36"].waiting) == ("closed", 0)
    assert lines["G01"].failures > 0
    assert lines["G01"].code in codes
    assert lines["G01"].waiting == 40
    # Not one letter after another is tried where the recipient as a whole is in trouble.
    assert OutgoingLetter.objects.filter(recipient="G01", attempts=0).count() >= 40 - 4 * 5


def _deliver(postman: services.Postman) -> None:
    postman.deliver_due(seconds=1.0)
    connection.close()


FILL = """
INSERT INTO exchange_outgoingletter
    (id, name, recipient, about, actor, posted_at, body, digest, signature, parts, trace, state, attempts,
     next_attempt_at, code, reason_vi, reason_en, receipt_signature)
SELECT gen_random_uuid(), 'test-note.v1', 'G01', {about}, '', now(), '{{}}', '', '', '[]', '', 'waiting', 1,
       now() + CASE WHEN n %% 2 = 0 THEN interval '1 hour' ELSE interval '-1 hour' END, '', '', '', ''
  FROM generate_series(1, 50000) AS n
"""


@pytest.mark.django_db
@pytest.mark.parametrize("about", ["''", "'edoc:' || n"], ids=["about nothing", "about documents"])
def test_fifty_thousand_letters_for_one_recipient_are_not_read_to_find_the_next(province: Homes, about: str) -> None:
    sql.run(FILL.format(about=about), {})
    for number in range(20):
        services.post_letter(Note(subject="a", number=number), recipient="H36", about=f"edoc:{number}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE exchange_outgoingletter")
    found, plans = [], []
    for code, most in (("G01", 10), ("H36", 500)):
        found += delivery.claim([code], most=most, size=10**7, away=[])
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {delivery._CLAIM.format(most=most)}"
        plan = sql.rows(explain, ([code], clock.now(), [], 10**7))[0][0]
        plans.append(plan if isinstance(plan, list) else json.loads(plan))
    assert len(found) == 30
    read = [_rows_read(node) for told in plans for node in _nodes(told[0]["Plan"]) if node.get("Relation Name")]
    assert max(read) <= 600


def _rows_read(node: dict[str, Any]) -> float:
    return float((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
