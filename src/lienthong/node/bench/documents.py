"""bench documents: official documents between nodes, and the clerk's pages over a million of them.

Five node processes, each with a database server of its own, durable as in service. A document counts when the sender
holds the receipt, whose signature it verified, and the receiver has stored the document. Two systems hand them in, so
many in a transaction; beside it stands when both nodes' search knows the last of them too, which waits for a lull, the
same with eight clerks who send one at a time, and what the same files and rows cost when nobody signs, verifies or logs
anything.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from lienthong.node.bench import peer_as2
from lienthong.node.bench.report import Measured
from lienthong.node.bench.watching import ask, await_no_more
from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.federation import Federation, Member

DOCUMENTS = 1_500
RECIPIENTS = 3_400
SMALL_BYTES = 20_000
TOGETHER = 50
TOGETHER_LARGE = 5

GOALS = {
    "documents a second, PDF of 20 kB": 120.0,
    "documents with 1 MB a second": 20.0,
    "seconds to 3,400 recipients": 60.0,
    peer_as2.RATIO: peer_as2.GOAL,
}

_PART = "lienthong.node.bench.documents_part"
_NOT_DELIVERED = "SELECT EXISTS (SELECT FROM documents_delivery WHERE transport = 'waiting')"
_ARRIVED = "SELECT count(*) FROM documents_arrival"
_NOT_FOUND = "SELECT EXISTS (SELECT FROM documents_document WHERE indexed_at IS NULL)"


def measure(size: int | None = None) -> Measured:
    """Send `size` documents (1,500 by default) with a small PDF, some with a large one, one to 3,400 agencies."""
    count = size or DOCUMENTS
    with passing_folder() as folder, _nodes(folder) as nodes:
        sender, hub = nodes.members[1], nodes.hub
        _send(nodes, sender, [hub], 20, SMALL_BYTES, 1)
        small = _send(nodes, sender, [hub], count, SMALL_BYTES, 1_000, together=TOGETHER)
        found = max(await_no_more(member.database_url, _NOT_FOUND, every=0.1) for member in (sender, hub))
        singly = _send(nodes, sender, [hub], max(count // 2, 20), SMALL_BYTES, 500_000)
        large = _send(nodes, sender, [hub], max(count // 15, 5), 2**20, 900_000, together=TOGETHER_LARGE)
        wide = _send_wide(nodes, hub)
        plain = _plain(sender.database_url, folder, count)
    with passing_folder() as folder:
        peer, peer_ratios = peer_as2.beside(small.rate, folder, count=count, size=SMALL_BYTES)
    figures: dict[str, Any] = {
        "documents a second, PDF of 20 kB": small.rate,
        "the same, until the search of both nodes finds them": count / (found - small.begun) * 1e9,
        "the same, sent one at a time by eight clerks": singly.rate,
        "documents with 1 MB a second": large.rate,
        **wide,
    }
    return Measured(
        name="documents",
        figures=figures,
        baseline={"the same files and rows, unsigned, at one end, a second": plain, **peer},
        ratios={"ours / unsigned at one end": small.rate / plain, **peer_ratios},
        goals=dict(GOALS),
        met=small.rate >= GOALS["documents a second, PDF of 20 kB"]
        and large.rate >= GOALS["documents with 1 MB a second"]
        and wide["seconds to 3,400 recipients"] <= GOALS["seconds to 3,400 recipients"]
        and peer_ratios.get(peer_as2.RATIO, peer_as2.GOAL) >= peer_as2.GOAL,
    )


@dataclass(frozen=True, slots=True)
class _Sent:
    """Documents a second, and when the first was begun (ns)."""

    rate: float
    begun: int


@contextmanager
def _nodes(home: Path) -> Iterator[Federation]:
    """The hub and four members, who talk to each other directly."""
    with Federation(home / "nodes", 5, direct=True, roles=("identity.accounts", "documents.member")) as nodes:
        yield nodes


def _send(
    nodes: Federation, sender: Member, to: Sequence[Member], count: int, size: int, first: int, *, together: int = 0
) -> _Sent:
    """From the first that is written to the last that has arrived with its receipt back."""
    codes = [member.code for member in to]
    before = {member.code: ask(member.database_url, _ARRIVED)[0] for member in to}
    numbers = (str(count), str(size), str(first))
    words = ("send_sets", *numbers, str(together)) if together else ("send", *numbers)
    told = json.loads(nodes.run(sender, *words, *codes, module=_PART))
    ended = await_no_more(sender.database_url, every=0.05)
    for member in to:
        if ask(member.database_url, _ARRIVED)[0] - before[member.code] != count:
            raise RuntimeError(f"not all documents arrived at {member.code}")
    return _Sent(count / (ended - told["at"]) * 1e9, told["at"])


def _send_wide(nodes: Federation, sender: Member) -> dict[str, Any]:
    """One document to agencies of all other nodes."""
    others = [one for one in nodes.members if one is not sender]
    parents = [member.code for member in others]
    for member in others:
        nodes.run(member, "fill", str(RECIPIENTS), *parents, module=_PART)
    before = json.loads(nodes.run(sender, "stored", module=_PART))
    arrived = sum(ask(member.database_url, _ARRIVED)[0] for member in others)
    words = ("send_wide", "999999", str(2**20), str(RECIPIENTS), *parents)
    told = json.loads(nodes.run(sender, *words, module=_PART))
    ended = await_no_more(sender.database_url, _NOT_DELIVERED, every=0.05)
    after = json.loads(nodes.run(sender, "stored", module=_PART))
    if sum(ask(member.database_url, _ARRIVED)[0] for member in others) - arrived != RECIPIENTS:
        raise RuntimeError("not all recipients have the document")
    return {
        "seconds to 3,400 recipients": (ended - told["at"]) / 1e9,
        "files stored for them": after["files"] - before["files"],
        "megabytes stored for them": (after["bytes"] - before["bytes"]) / 2**20,
    }


def _plain(database_url: str, folder: Path, count: int) -> float:
    """Files written to disk and a row for each committed: what storing costs when nothing is proved."""
    content = os.urandom(SMALL_BYTES)
    target = folder / "plain"
    target.mkdir()
    with psycopg.connect(database_url, autocommit=True) as storing:
        storing.execute("CREATE TABLE bench_plain (id bigint PRIMARY KEY, facts bytea, sha256 text)")
        begun = time.perf_counter()
        for number in range(count):
            with (target / str(number)).open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            storing.execute("INSERT INTO bench_plain VALUES (%s, %s, %s)", (number, content[:1024], str(number)))
        return count / (time.perf_counter() - begun)
