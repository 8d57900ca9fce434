"""One part of the benchmark of documents, in the process of one node; prints JSON. Moments are nanoseconds."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lienthong.node.parts import run_as_node

_CLERKS = 8
_TOGETHER = 50
_AT_ONCE = 100


def _fill(count: str, *parents: str) -> list[str]:
    """Make the recipients known; gives their codes."""
    from lienthong.platform.agencies import bench

    return bench.fill(parents, int(count))


def _send(count: str, size: str, first: str, *receivers: str) -> dict[str, Any]:
    """Clerks send documents with a file each, every one in a transaction of its own."""
    from lienthong.kernel import files
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents import services

    actor = bench.clerk()

    def send(number: int) -> None:
        part = files.store(bench.pdf(int(size), number), name="cong-van.pdf", max_bytes=2**31)
        services.send_document(bench.document(number), [part], receivers=receivers, actor=actor)

    begun, at = time.perf_counter(), time.time_ns()
    with ThreadPoolExecutor(_CLERKS) as clerks:
        list(clerks.map(send, range(int(first), int(first) + int(count))))
    return {"at": at, "rate": int(count) / (time.perf_counter() - begun)}


def _send_sets(count: str, size: str, first: str, together: str, *receivers: str) -> dict[str, Any]:
    """Two systems hand in documents with a file each, so many in a transaction."""
    from lienthong.platform.documents import sending_bench as bench

    actor, wanted = bench.clerk(), [(int(size), receivers)] * int(count)
    places = range(0, len(wanted), int(together))

    def send(place: int) -> None:
        _send_together(int(first) + place, wanted[place : place + int(together)], actor)

    begun, at = time.perf_counter(), time.time_ns()
    with ThreadPoolExecutor(2) as systems:
        list(systems.map(send, places))
    return {"at": at, "rate": int(count) / (time.perf_counter() - begun)}


def _send_wide(number: str, size: str, count: str, *parents: str) -> dict[str, Any]:
    """One document to very many."""
    return _send("1", size, number, *_fill(count, *parents))


def _replay(count: str, seed: str, *others: str) -> dict[str, Any]:
    """Send documents of a year's mix (`replay.draw`) to the other agencies, as many together as a system hands in."""
    import random

    from lienthong.node.bench import replay
    from lienthong.platform.documents import sending_bench as bench

    _meet(others)
    at = time.time_ns()
    chance, actor, sent = random.Random(int(seed)), bench.clerk(), 0  # noqa: S311 (repeats a run, protects nothing)
    for first in range(0, int(count), _TOGETHER):
        drawn = [replay.draw(chance, others) for _ in range(min(_TOGETHER, int(count) - first))]
        messages = _send_together(first + 1, [(one.size, one.receivers) for one in drawn], actor)
        for message, one in zip(messages, drawn, strict=True):
            if one.recalled:
                _recall(message, actor)
        sent += sum(len(one.receivers) for one in drawn)
    return {"sent": sent, "at": at}


def _send_together(first: int, wanted: Sequence[tuple[int, Sequence[str]]], actor: Any) -> Sequence[Any]:
    """Documents from this number on, each with a file of so many bytes for these recipients, in one transaction."""
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents import services
    from lienthong.platform.documents.types import Paper, Sending

    given = [
        Sending(bench.document(number), (Paper("cong-van.pdf", bench.pdf(size, number)),), tuple(receivers))
        for number, (size, receivers) in enumerate(wanted, start=first)
    ]
    return services.send_documents(given, actor=actor)


def _meet(others: tuple[str, ...]) -> None:
    """Wait until the directory of this node lists the others."""
    from lienthong.platform.exchange import queries as exchange

    deadline = time.monotonic() + 60
    while len(exchange.nodes_for(others)) < len(others):
        if time.monotonic() > deadline:
            raise SystemExit("the directory does not list the other nodes")
        time.sleep(0.5)


def _recall(message_id: Any, actor: Any) -> None:
    from lienthong.platform.documents import queries, services

    found = queries.get_message(message_id, actor)
    services.send_recall(found.document.id, reason="Ban hành nhầm nội dung.", actor=actor)


def _register(stop: str) -> dict[str, Any]:
    """Register what arrives as the clerk's desk does, up to a hundred at a press, which tells the senders.

    Ends when the file `stop` is there and nothing waits.
    """
    from pathlib import Path

    from lienthong.platform.documents import queries, services
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents.types import ArrivalFilters

    actor, unhandled, done, left = bench.clerk(), ArrivalFilters(kind="unhandled"), 0, set[Any]()
    while True:
        ends = Path(stop).exists()
        found = queries.list_arrivals(actor.agency_code, unhandled, actor=actor, count=200 + len(left))
        waiting = [one.id for one in found if one.id not in left][:_AT_ONCE]
        told = services.register_many(waiting, actor=actor)
        done += sum(one.number is not None for one in told)
        left |= {one.arrival_id for one in told if one.number is None}  # recalled in between
        if not waiting:
            if ends:
                return {"registered": done}
            time.sleep(0.2)


def _stored() -> dict[str, int]:
    """What the documents of this node weigh."""
    from lienthong.kernel.profile import node

    found = [path.stat().st_size for path in (node().home / "files").rglob("*") if path.is_file()]
    return {"files": len(found), "bytes": sum(found), "cpu": int(sum(os.times()[:2]))}


PARTS: dict[str, Callable[..., Any]] = {
    "fill": _fill,
    "send": _send,
    "send_sets": _send_sets,
    "send_wide": _send_wide,
    "stored": _stored,
    "replay": _replay,
    "register": _register,
}

if __name__ == "__main__":
    run_as_node(PARTS)
