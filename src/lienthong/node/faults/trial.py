"""A trial: nodes write to each other while misfortunes strike; afterwards every letter must be there exactly once."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from lienthong.node.faults.chaos import Chaos
from lienthong.node.faults.federation import Federation, FederationProblem, Member, others

_CALM_SECONDS = 600.0
_DISK_MEGABYTES = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial showed. `lost`, `doubled`, `phantom`: subjects of letters; `forgotten`: confirmed, yet not kept."""

    nodes: int
    posted: int
    unsure: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    phantom: tuple[str, ...]
    forgotten: tuple[str, ...]
    log_rows: int
    log_faults: tuple[str, ...]
    struck: dict[str, int] = field(default_factory=dict)
    chaos_seconds: float = 0.0
    calm_seconds: float = 0.0

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.phantom or self.forgotten or self.log_faults)


def run_trial(home: Path, *, nodes: int, letters: int, seconds: float, seed: int) -> Outcome:
    """Post `letters` among `nodes` during `seconds` of chaos, wait for calm, and count."""
    with Federation(home, nodes, seed=seed, disk_megabytes=_DISK_MEGABYTES) as federation:
        for member in federation.members:
            federation.run(member, "loosen")
        posters = list(_start_posters(federation, letters, seconds))
        chaos = Chaos(federation, seed)
        begun = time.monotonic()
        chaos.strike(seconds)
        confirmed = {subject for poster in posters for subject in _confirmed(poster)}
        stormed = time.monotonic()
        _wait_for_calm(federation)
        calm = time.monotonic() - stormed
        tallies = {one.code: json.loads(federation.run(one, "tally")) for one in federation.members}
    return _judge(tallies, confirmed, struck=_all_that_struck(chaos, federation), times=(stormed - begun, calm))


def _start_posters(federation: Federation, letters: int, seconds: float) -> "Iterator[subprocess.Popen[str]]":
    share = -(-letters // len(federation.members))
    pause = f"{0.5 * seconds / share:.4f}"
    for member in federation.members:
        recipients = [one.code for one in others(federation.members, member)]
        yield federation.begin(member, "post", str(share), pause, *recipients)


def _confirmed(poster: "subprocess.Popen[str]") -> list[str]:
    said, _ = poster.communicate(timeout=_CALM_SECONDS)
    if poster.returncode:
        raise FederationProblem("a poster of letters broke off; its log lies in the folder of its node.")
    return list(json.loads(said))


def _wait_for_calm(federation: Federation) -> None:
    federation.heal()
    for member in federation.members:
        federation.wait_until_healthy(member)
    deadline = time.monotonic() + _CALM_SECONDS
    waiting = list(federation.members)
    while waiting:
        time.sleep(0.2)
        waiting = [member for member in waiting if _left(member)]
        if time.monotonic() > deadline:
            raise FederationProblem(f"letters still wait at {', '.join(one.code for one in waiting)}.")


def _left(member: Member) -> bool:
    """Is there a letter without its receipt? By a plain session: a process of the node for each look costs seconds."""
    with psycopg.connect(member.database_url, autocommit=True) as asking:
        question = "SELECT EXISTS (SELECT FROM exchange_outgoingletter WHERE state = 'waiting')"
        return asking.execute(question).fetchone() == (True,)


def _all_that_struck(chaos: Chaos, federation: Federation) -> dict[str, int]:
    requests = Counter[str]()
    for member in federation.members:
        requests.update({f"requests: {fault}": count for fault, count in member.relay.struck.items()})
    return {**chaos.struck, **{name: count for name, count in requests.items() if count}}


def _judge(
    tallies: dict[str, dict[str, list[list[str]]]],
    confirmed: set[str],
    *,
    struck: dict[str, int],
    times: tuple[float, float],
) -> Outcome:
    sent = {subject: recipient for tally in tallies.values() for subject, recipient, _ in tally["sent"]}
    arrived = Counter((subject, code) for code, tally in tallies.items() for subject, _sender, _id in tally["arrived"])
    return Outcome(
        nodes=len(tallies),
        posted=len(sent),
        unsure=len(sent.keys() - confirmed),
        lost=tuple(sorted(subject for subject, recipient in sent.items() if not arrived[subject, recipient])),
        doubled=tuple(sorted(subject for (subject, _), count in arrived.items() if count > 1)),
        phantom=tuple(sorted(subject for subject, code in arrived if sent.get(subject) != code)),
        forgotten=tuple(sorted(confirmed - sent.keys())),
        log_rows=sum(int(str(tally["log_rows"])) for tally in tallies.values()),
        log_faults=tuple(str(fault) for tally in tallies.values() for fault in tally["log_faults"]),
        struck=struck,
        chaos_seconds=times[0],
        calm_seconds=times[1],
    )
