"""A trial of documents: clerks number, send, recall, update, replace and register while everything is killed.

Then all is left to come to rest, and judged (`documents_judge`).
"""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg

from lienthong.node.faults.documents_chaos import PART, DocumentsChaos, People
from lienthong.node.faults.documents_judge import DocumentsOutcome, judge
from lienthong.node.faults.federation import Federation, FederationProblem, Member

__all__ = ["DocumentsOutcome", "run_documents_trial"]

_PAUSE = 1.0
"""Seconds that a clerk rests after a document, for two cores carry all the nodes."""

_STANDSTILL = 60.0
_LEFT = {
    "letters that wait": "SELECT count(*) FROM exchange_outgoingletter WHERE state = 'waiting'",
    "documents not delivered": "SELECT count(*) FROM documents_delivery WHERE transport <> 'delivered'",
    "arrivals not registered": "SELECT count(*) FROM documents_arrival"
    " WHERE status <> '03' AND (standing = 'in-force' OR status = '')",
    "requests not answered": "SELECT count(*) FROM documents_arrival WHERE asked <> ''",
    "states not come back": "SELECT count(*) FROM documents_delivery v JOIN documents_message m ON m.id = v.message_id"
    " JOIN documents_document d ON d.id = m.document_id WHERE m.kind IN ('new', 'replace')"
    " AND v.status <> '03' AND (d.standing = 'in-force' OR v.status = '')",
    "answers not come back": "SELECT count(*) FROM documents_delivery v JOIN documents_message m ON m.id = v.message_id"
    " WHERE m.kind <> 'new' AND v.answer = ''",
    "documents not in the search": "SELECT count(*) FROM documents_document WHERE indexed_at IS NULL",
    "numbers without a document": "SELECT count(*) FROM documents_registerentry WHERE document_id IS NULL",
    "jobs that wait": "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')",
}


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
        tallies = _tally(federation)
        told = {code: (_lines(one.sent), _lines(one.registered)) for code, one in people.items()}
    return judge(tallies, told, waiting=waiting, struck=chaos.struck, calm=calm)


def _tally(federation: Federation) -> dict[str, Any]:
    """What each node says of itself, all at once: each answers in a process that has to start first."""

    def ask(member: Member) -> Any:
        return json.loads(federation.run(member, "tally", module=PART))

    with ThreadPoolExecutor(len(federation.members)) as asking:
        found = asking.map(ask, federation.members)
        return {member.code: told for member, told in zip(federation.members, found, strict=True)}


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
