"""A trial of documents: clerks number, send and register while everything is killed; then every document is counted.

Whatever a clerk was told is done must be done: each document is at each of its recipients exactly once, with the
bytes that were signed; each state came back; registers have neither gaps nor doubles; nothing lies half or waits.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from lienthong.node.faults.documents_chaos import PART, DocumentsChaos, People
from lienthong.node.faults.federation import Federation, FederationProblem, Member

_PAUSE = 1.0
"""Seconds that a clerk rests after a document, for two cores carry all the nodes."""

_STANDSTILL = 60.0
_STATES = "business 01, business 03, transport delivered"
_LEFT = {
    "letters that wait": "SELECT count(*) FROM exchange_outgoingletter WHERE state = 'waiting'",
    "documents not delivered": "SELECT count(*) FROM documents_delivery WHERE transport <> 'delivered'",
    "arrivals not registered": "SELECT count(*) FROM documents_arrival WHERE status <> '03'",
    "states not come back": "SELECT count(*) FROM documents_delivery WHERE status <> '03'",
    "documents not in the search": "SELECT count(*) FROM documents_document WHERE indexed_at IS NULL",
    "numbers without a document": "SELECT count(*) FROM documents_registerentry WHERE document_id IS NULL",
    "jobs that wait": "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')",
}


@dataclass(frozen=True, slots=True)
class DocumentsOutcome:
    """What a trial showed.

    `lost`, `doubled`, `phantom`: a document and an agency · `forgotten`: confirmed to a clerk, yet not kept ·
    `altered`: not the bytes that were sent · `unanswered`: without each of its states once · `registers`: gaps,
    doubles, miscounts · `half`: stored in part · `waiting`: what would not come to rest.
    """

    sent: int
    arrived: int
    unsure: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    phantom: tuple[str, ...]
    forgotten: tuple[str, ...]
    altered: tuple[str, ...]
    unanswered: tuple[str, ...]
    registers: tuple[str, ...]
    half: tuple[str, ...]
    log_faults: tuple[str, ...]
    waiting: tuple[str, ...]
    log_rows: int = 0
    struck: dict[str, int] = field(default_factory=dict)
    calm_seconds: float = 0.0

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that must not be, each with its kind."""
        kinds = ("lost", "doubled", "phantom", "forgotten", "altered", "unanswered", "registers", "half")
        return tuple(f"{kind}: {one}" for kind in (*kinds, "log_faults", "waiting") for one in getattr(self, kind))


def run_documents_trial(home: Path, *, nodes: int, blows: int, seed: int) -> DocumentsOutcome:
    """Documents among `nodes` while so many blows fall; then wait for calm, and count."""
    roles = ("identity.accounts", "documents.member")
    with Federation(home, nodes, seed=seed, direct=True, roles=roles) as federation:
        people = {one.code: People(federation, one, _PAUSE) for one in federation.members}
        chaos = DocumentsChaos(federation, people, seed)
        try:
            chaos.heal()
            _wait_for_work(people)
            chaos.strike(blows)
            for one in people.values():
                one.go_home("clerks", one.clerks_stop)
            begun = time.monotonic()
            waiting = tuple(_wait_for_calm(federation))
            calm = time.monotonic() - begun
            for one in people.values():
                one.go_home("registry", one.registry_stop)
        finally:
            for one in people.values():
                one.kill()
        tallies = {one.code: json.loads(federation.run(one, "tally", module=PART)) for one in federation.members}
        told = {code: (_lines(one.sent), _lines(one.registered)) for code, one in people.items()}
    return judge(tallies, told, waiting=waiting, struck=chaos.struck, calm=calm)


def _wait_for_work(people: Mapping[str, People]) -> None:
    """Until somebody has sent something at every node."""
    deadline = time.monotonic() + _STANDSTILL
    while not all(one.sent.exists() for one in people.values()):
        if time.monotonic() > deadline:
            raise FederationProblem("the clerks send nothing; their log lies in the folder of their node.")
        time.sleep(0.1)


def _wait_for_calm(federation: Federation) -> list[str]:
    """Until nothing waits anywhere; what still does when nothing has changed for a minute."""
    for member in federation.members:
        federation.wait_until_healthy(member)
    left, changed = _left(federation), time.monotonic()
    while left and time.monotonic() < changed + _STANDSTILL:
        time.sleep(0.5)
        now = _left(federation)
        left, changed = now, changed if now == left else time.monotonic()
    return left


def _left(federation: Federation) -> list[str]:
    return [f"{one.code}: {count} {what}" for one in federation.members for what, count in _waiting_at(one) if count]


def _waiting_at(member: Member) -> Iterator[tuple[str, int]]:
    with psycopg.connect(member.database_url, autocommit=True) as asking:
        for what, statement in _LEFT.items():
            row = asking.execute(statement).fetchone()
            yield what, int(row[0]) if row else 0


def _lines(journal: Path) -> list[dict[str, Any]]:
    """What was written whole; the last line of somebody who was killed need not be."""
    found = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    return [json.loads(line) for line in found if line.startswith("{") and line.endswith("}")]


# Counting


def judge(
    tallies: Mapping[str, Mapping[str, Any]],
    told: Mapping[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]],
    *,
    waiting: tuple[str, ...] = (),
    struck: dict[str, int] | None = None,
    calm: float = 0.0,
) -> DocumentsOutcome:
    """Compare what all nodes have with each other, and with what their people were told."""
    sent = {(row[0], row[1]): row for tally in tallies.values() for row in tally["sent"]}
    arrivals = [row for tally in tallies.values() for row in tally["arrived"]]
    arrived = {(row[0], row[1]): row for row in arrivals}
    counted = Counter((row[0], row[1]) for row in arrivals)
    subjects = {subject for subject, _ in sent}
    return DocumentsOutcome(
        sent=len(subjects),
        arrived=len(arrivals),
        unsure=len(subjects - {one["subject"] for said, _ in told.values() for one in said}),
        lost=_named(sent.keys() - arrived.keys()),
        doubled=_named(key for key, times in counted.items() if times > 1),
        phantom=_named(arrived.keys() - sent.keys()),
        forgotten=tuple(sorted(_forgotten(told, sent, arrived))),
        altered=_named(key for key in sent.keys() & arrived.keys() if sent[key][4:6] != arrived[key][3:5]),
        unanswered=_named(key for key, row in sent.items() if (row[2], row[3], row[6]) != ("delivered", "03", _STATES)),
        registers=tuple(fault for code, tally in tallies.items() for fault in _register_faults(code, tally)),
        half=tuple(f"{code}: {what}" for code, tally in tallies.items() for what in tally["half"]),
        log_faults=tuple(f"{code}: {what}" for code, tally in tallies.items() for what in tally["log_faults"]),
        waiting=waiting,
        log_rows=sum(int(tally["log_rows"]) for tally in tallies.values()),
        struck=struck or {},
        calm_seconds=calm,
    )


def _named(keys: Any) -> tuple[str, ...]:
    return tuple(sorted(f"{subject} → {agency}" for subject, agency in keys))


def _forgotten(
    told: Mapping[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]],
    sent: Mapping[tuple[str, str], list[Any]],
    arrived: Mapping[tuple[str, str], list[Any]],
) -> Iterator[str]:
    for code, (said, registered) in told.items():
        for one in said:
            yield from (f"{one['subject']} → {to}" for to in one["receivers"] if (one["subject"], to) not in sent)
        for one in registered:
            row = arrived.get((one["subject"], code))
            if row is None or row[5] != str(one["number"]):
                yield f"number {one['number']} of {one['subject']} at {code}"


def _register_faults(code: str, tally: Mapping[str, Any]) -> Iterator[str]:
    """Gaps, doubles, numbers without document, registered without number, days whose count is not the documents'."""
    for name, last, numbers, bound in tally["registers"]:
        given = [number for number in numbers if number is not None]
        if given != list(range(1, last + 1)):
            missing = sorted(set(range(1, last + 1)) - set(given))
            twice = sorted(number for number, times in Counter(given).items() if times > 1)
            yield f"{code} {name}: missing {missing}, twice {twice}, last {last}"
        if bound != len(given):
            yield f"{code} {name}: {len(given) - bound} numbers without a document"
    for subject, _agency, status, _envelope, _papers, number in tally["arrived"]:
        if (status == "03") != bool(number) or " " in (number or ""):
            yield f"{code}: {subject} has the state {status} and the numbers {number}"
    counted = dict(tally["counted"])
    for direction, there in (("out", {row[0] for row in tally["sent"]}), ("in", {row[0] for row in tally["arrived"]})):
        if counted.get(direction, 0) != len(there):
            yield f"{code}: {counted.get(direction, 0)} documents {direction} counted, {len(there)} are there"
