"""Replaying documents: as the country sends them, among five nodes, with registers and answers.

The mix is ours, since no agency publishes one: four of five documents are small and go to one agency, one in a
hundred is recalled. The number is published: 4.5 million went over the axis up to March 2021.
"""

import json
import random
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lienthong.node.bench.watching import LETTERS_WAIT, ask
from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.federation import Federation, FederationProblem, Member

NATIONAL = 4_500_000
DOCUMENTS = 2_000

_PART = "lienthong.node.bench.documents_part"
_SIZES = ((20_000, 0.80), (200_000, 0.17), (2**20, 0.03))
_TO_ONE = 0.82
_RECALLED = 0.01
_LOOK_SECONDS = 1.0
_ARRIVED = "SELECT count(*), count(*) FILTER (WHERE status = '03') FROM documents_arrival"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one document of the mix is: bytes of its file, who gets it, whether it is taken back."""

    size: int
    receivers: tuple[str, ...]
    recalled: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a replay went. `seconds`: from the first document to the last answer."""

    documents: int
    arrivals: int
    registered: int
    seconds: float

    @property
    def rate(self) -> float:
        """Documents a second."""
        return self.documents / self.seconds

    @property
    def national_hours(self) -> float:
        """How long the documents of the country would take on this machine."""
        return NATIONAL / self.rate / 3600


def draw(chance: random.Random, others: Sequence[str]) -> Drawn:
    """The next document of the mix."""
    size = chance.choices([size for size, _ in _SIZES], [weight for _, weight in _SIZES])[0]
    receivers = (chance.choice(others),) if chance.random() < _TO_ONE else tuple(others)
    return Drawn(size, receivers, chance.random() < _RECALLED)


def replay(documents: int, *, seed: int, say: Callable[[str], None]) -> Replayed:
    """Send so many documents among five nodes; `say` is told once a second how far it is."""
    with (
        passing_folder() as folder,
        Federation(folder / "nodes", 5, direct=True, roles=("identity.accounts", "documents.member")) as nodes,
    ):
        return _run(nodes, folder / "stop", documents, seed, say)


def _run(nodes: Federation, stop: Path, documents: int, seed: int, say: Callable[[str], None]) -> Replayed:
    share, begun = max(1, documents // len(nodes.members)), time.monotonic()
    total = share * len(nodes.members)
    clerks = [nodes.begin(member, "register", str(stop), module=_PART) for member in nodes.members]
    senders = [
        nodes.begin(member, "replay", str(share), str(seed + place), *_others(nodes, member), module=_PART)
        for place, member in enumerate(nodes.members)
    ]
    while any(one.poll() is None for one in clerks):
        time.sleep(_LOOK_SECONDS)
        arrived, entered = _sums(nodes)
        say(f"{arrived:,} arrived, {entered:,} registered, {time.monotonic() - begun:.0f} s")
        sending = any(one.poll() is None for one in senders)
        if not sending and not any(ask(one.database_url, LETTERS_WAIT)[0] for one in nodes.members):
            stop.touch()  # what has arrived by now is still registered
    told = [_told(nodes.members[place], "replay", one) for place, one in enumerate(senders)]
    registered = sum(_told(nodes.members[place], "register", one)["registered"] for place, one in enumerate(clerks))
    seconds = (time.time_ns() - min(one["at"] for one in told)) / 1e9
    sent, arrived = sum(one["sent"] for one in told), _sums(nodes)[0]
    if arrived != sent:
        raise FederationProblem(f"{sent:,} were sent, {arrived:,} arrived")
    return Replayed(total, arrived, registered, seconds)


def _told(member: Member, word: str, part: "subprocess.Popen[str]") -> dict[str, int]:
    out = part.communicate()[0]
    if part.returncode:
        raise FederationProblem(f"{member.code} could not {word}: {(member.home / f'{word}.log').read_text()[-1000:]}")
    return dict(json.loads(out))


def _others(nodes: Federation, member: Member) -> list[str]:
    return [one.code for one in nodes.members if one is not member]


def _sums(nodes: Federation) -> tuple[int, int]:
    found = [ask(member.database_url, _ARRIVED) for member in nodes.members]
    return sum(one[0] for one in found), sum(one[1] for one in found)
