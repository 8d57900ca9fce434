"""kill -9 in the middle of what is done with documents: the moment is seen in the database, then the processes die."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from lienthong.node import processes
from lienthong.node.faults.federation import Federation, Member, others

PART: Final = "lienthong.node.faults.documents_part"

MOMENTS: Final = {
    "number-giving": '%"documents_register"%',
    "entering the number": 'INSERT INTO "documents_registerentry"%',
    "sending": 'INSERT INTO "documents_delivery"%',
    "posting the letter": "%INTO exchange_outgoingletter%",
    "receiving": 'INSERT INTO "documents_arrival"%',
    "answering": 'UPDATE "documents_arrival"%',
    "recording a state": 'UPDATE "documents_delivery"%',
    "taking back": 'UPDATE "documents_document" SET "standing"%',
    "being taken back": 'UPDATE "documents_arrival" SET "standing"%',
    "indexing": "INSERT INTO documents_searchline%",
    "logging": "%exchange_stream%",
}
"""Moment → what a session of the node's database did last, in a transaction that is still open."""

_SEEN = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid() AND query LIKE %s
"""
_PATIENCE = 20.0


class People:
    """The clerks of one node and who keeps its register: processes beside the node, killed like it."""

    def __init__(self, federation: Federation, member: Member, pause: float) -> None:
        self.member = member
        self.sent, self.registered = member.home / "sent.jsonl", member.home / "registered.jsonl"
        self.clerks_stop, self.registry_stop = member.home / "clerks.stop", member.home / "registry.stop"
        receivers = [one.code for one in others(federation.members, member)]
        self._words = {
            "clerks": ("clerks", str(self.sent), str(self.clerks_stop), str(pause), *receivers),
            "registry": ("registry", str(self.registered), str(self.registry_stop)),
        }
        self._environment = federation.environment_of(member)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start who does not work."""
        for name, words in self._words.items():
            running = self._processes.get(name)
            if running is None or running.poll() is not None:
                log = self.member.home / f"{name}.log"
                command = [sys.executable, "-m", PART, *words]
                self._processes[name] = processes.start_apart(command, environment=self._environment, log_path=log)

    def groups(self) -> list[int]:
        """The process groups to kill."""
        return [process.pid for process in self._processes.values() if process.poll() is None]

    def go_home(self, name: str, stop: Path) -> None:
        """Let them end what they do and stop; raises subprocess.TimeoutExpired when they do not."""
        stop.touch()
        self._processes[name].wait(120)

    def kill(self) -> None:
        """kill -9, and wait until they are gone."""
        for process in self._processes.values():
            processes.kill_group(process)


@dataclass
class DocumentsChaos:
    """Draws by a seeded chance whom it strikes and when; every moment in turn. Counts what struck."""

    federation: Federation
    people: dict[str, People]
    seed: int
    struck: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 (repeats a run, protects nothing)

    def strike(self, times: int) -> None:
        """So many blows, each healed after a moment; then everything runs."""
        order: list[str] = []
        for _ in range(times):
            if not order:
                order = list(MOMENTS)
                self._chance.shuffle(order)
            self._blow(order.pop())
        self.heal()

    def heal(self) -> None:
        """Everything and everybody works again."""
        self.federation.heal()
        for people in self.people.values():
            people.start()

    def _blow(self, moment: str) -> None:
        member = self._somebody_well()
        hit = [member]
        if self._chance.random() < 0.3:
            hit.append(self._chance.choice(others(self.federation.members, member)))
        with_people, with_database = self._chance.random() < 0.7, self._chance.random() < 0.3
        self._count(f"in the middle of {moment}" if _wait_for(member, MOMENTS[moment]) else "at any moment")
        self._kill(hit, with_people=with_people, with_database=with_database)
        time.sleep(0.5 * self._chance.random())
        self.heal()

    def _somebody_well(self) -> Member:
        """Anyone whose node works; those who were struck last come up meanwhile. On a slow machine one who starts."""
        members = self._chance.sample(self.federation.members, len(self.federation.members))
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            well = next((one for one in members if self.federation.is_healthy(one)), None)
            if well is not None:
                return well
            time.sleep(0.1)
        return members[0]

    def _kill(self, hit: Sequence[Member], *, with_people: bool, with_database: bool) -> None:
        """All at once, for a transaction lasts milliseconds; who is gone is waited for afterwards."""
        for member in hit:
            groups = [member.process.pid] if member.process and member.is_running else []
            for group in groups + (self.people[member.code].groups() if with_people else []):
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
        for member in hit:
            self._count("node killed")
            self.federation.kill_node(member)
            if with_people:
                self._count("clerks killed")
                self.people[member.code].kill()
            if with_database:
                self._count("database killed")
                self.federation.kill_database(member)
        if len(hit) > 1:
            self._count("two nodes killed together")

    def _count(self, what: str) -> None:
        self.struck[what] = self.struck.get(what, 0) + 1


def _wait_for(member: Member, pattern: str) -> bool:
    """Wait until a session is in the middle of that; False when it was not seen for a while."""
    until = time.monotonic() + _PATIENCE
    with suppress(psycopg.Error), psycopg.connect(member.database_url, autocommit=True) as watching:
        while time.monotonic() < until:
            if watching.execute(_SEEN, (pattern,)).fetchone() != (0,):
                return True
            time.sleep(0.001)
    return False
