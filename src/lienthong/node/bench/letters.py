"""bench letters: letters from one node to another, until the sender holds a signed receipt for each.

Two node processes, each with a database server of its own, durable as in service. Time runs from the commit that
fills the outbox to the last receipt. The baseline is the same rows into the same tables at both ends by plain inserts,
unsigned and unsent.
"""

import importlib.util
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from lienthong.node.bench.report import Measured
from lienthong.node.bench.watching import await_no_more
from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.federation import Federation, Member

BATCHED = 30_000
SINGLE = 2_000
MEGABYTES = 60
LARGE_BYTES = 100 * 2**20

SINGLE_GOAL = 400.0
BATCH_GOAL = 15_000.0
MEGABYTE_GOAL = 20.0
MEMORY_GOAL = 250.0


def measure(size: int | None = None) -> Measured:
    """Carry `size` letters in batches (30,000 by default), fewer one by one, some with parts of 1 and of 100 MB."""
    many = size or BATCHED
    with passing_folder() as folder:
        with _two_nodes(folder / "batches", "") as pair:
            large = _carry(pair, "post_parts", 1, LARGE_BYTES)
            one = _carry(pair, "post_parts", 1, LARGE_BYTES)
            small = _carry(pair, "post_parts", MEGABYTES, 2**20)
            batched = _carry(pair, "post_together", many)
            gathered = _carry(pair, "post_singly", max(many // 10, 100))
            plain = _plain(pair)
        with _two_nodes(folder / "singles", "\n[parameters.exchange]\nbatch = 1\n") as pair:
            single = _carry(pair, "post_singly", max(many // 15, 100))
    heaviest = max(large["memory"], one["memory"])
    figures = {
        "letters of 1 kB a second, in batches of 500": batched["rate"],
        "the same, posted a second": batched["posted"],
        "letters a second, posted one by one, gathered": gathered["rate"],
        "letters a second, one in a request": single["rate"],
        "letters with 1 MB a second": small["rate"],
        "seconds for 100 MB": min(large["seconds"], one["seconds"]),
        "heaviest node while 100 MB travel, MB": heaviest,
    }
    goals = {
        "letters of 1 kB a second, in batches of 500": BATCH_GOAL,
        "letters a second, one in a request": SINGLE_GOAL,
        "letters with 1 MB a second": MEGABYTE_GOAL,
        "heaviest node while 100 MB travel, MB": MEMORY_GOAL,
    }
    return Measured(
        name="letters",
        figures=figures,
        baseline={
            "rows a second, plain inserts at both ends": plain["together"],
            "rows a second, each committed at both ends": plain["singly"],
            **_peers(),
        },
        ratios={
            "batches / plain inserts": batched["rate"] / plain["together"],
            "singles / plain inserts": single["rate"] / plain["singly"],
        },
        goals=goals,
        met=all(figures[name] >= goal for name, goal in goals.items() if not name.startswith("heaviest"))
        and heaviest <= MEMORY_GOAL,
    )


@contextmanager
def _two_nodes(home: Path, parameters: str) -> Iterator[Federation]:
    """The hub and one member, who talk to each other directly."""
    with Federation(home, 2, direct=True, parameters=parameters) as pair:
        yield pair


def _carry(pair: Federation, word: str, *sizes: int) -> dict[str, float]:
    """Post at the member, wait for the receipts, watch how much memory the nodes take meanwhile."""
    sender, receiver = pair.members[1], pair.members[0]
    with _weighed(pair.members) as weights:
        posted = _part(pair, sender, word, receiver.code, *sizes)
        ended = await_no_more(sender.database_url)
    seconds = (ended - posted["at"]) / 1e9
    return {
        "rate": sizes[0] / seconds,
        "seconds": seconds,
        "posted": posted["rate"],
        "memory": max(weights, default=0.0),
    }


@contextmanager
def _weighed(members: list[Member]) -> Iterator[list[float]]:
    """Resident megabytes of the heaviest node process, looked at ten times a second."""
    weights: list[float] = []
    stop = threading.Event()

    def weigh() -> None:
        while not stop.wait(0.1):
            weights.extend(_megabytes(member) for member in members)

    watcher = threading.Thread(target=weigh, daemon=True)
    watcher.start()
    try:
        yield weights
    finally:
        stop.set()
        watcher.join()


def _megabytes(member: Member) -> float:
    """The node's processes, shared pages counted once; its database server is another program."""
    if member.process is None:
        return 0.0
    try:
        leader = psutil.Process(member.process.pid)
        return sum(one.memory_full_info().pss for one in [leader, *leader.children(recursive=True)]) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def _plain(pair: Federation) -> dict[str, float]:
    """The rows of the batches once more, into copies of the tables: what two databases need without any exchange."""
    member, hub = pair.members[1], pair.members[0]
    out = _part(pair, member, "plain", "exchange_outgoingletter", 5_000)
    into = _part(pair, hub, "plain", "exchange_incomingletter", 5_000)
    return {name: 1 / (1 / out[name] + 1 / into[name]) for name in ("together", "singly")}


def _peers() -> dict[str, str]:
    """Programs that could be held against us, if they are here; none is fetched for it."""
    known = {"NATS JetStream": shutil.which("nats-server"), "django-pyas2": importlib.util.find_spec("pyas2")}
    return {name: "present, not measured" if found else "absent" for name, found in known.items()}


def _part(pair: Federation, member: Member, word: str, *words: object) -> dict[str, Any]:
    told = pair.run(member, word, *map(str, words), module="lienthong.node.bench.letters_part")
    return dict(json.loads(told.strip().splitlines()[-1]))
