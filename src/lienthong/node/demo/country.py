"""The demo country: one database server and three nodes, each a process group of its own under this process."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from lienthong.kernel.profile import Node, read_profile
from lienthong.node import cluster, processes
from lienthong.node.places import throw_away
from lienthong.node.postgres import EmbeddedServer
from lienthong.node.processes import REPOSITORY
from lienthong.node.serve import command, require_free_port

NAMES = ("hub", "population", "province")
DEFAULT_PORTS = (8001, 8002, 8003)

Say = Callable[[str], object]

_SEED_VERSION = 4
_HEALTHY_SECONDS = 60.0


class CountryProblem(Exception):
    """The demo cannot go on; the sentence says why."""


@dataclass
class Country:
    """Nodes on one server, by default the three of the demo. `prepare` once, then `start`.

    `kill` and `restart` are for tests of faults.
    """

    home: Path
    ports: Sequence[int] = DEFAULT_PORTS
    say: Say = print
    people: int = 20_000
    durable: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    names: Sequence[str] = NAMES
    profiles: Path = REPOSITORY / "nodes"
    exchange_ports: Sequence[int] = ()
    """Ports on which nodes speak mutual TLS with one another; none: they speak plainly, on loopback."""

    def __post_init__(self) -> None:
        self._server: EmbeddedServer | None = None
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._server_url = ""

    def __enter__(self) -> "Country":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # What stands where

    def port(self, name: str) -> int:
        return self.ports[self.names.index(name)]

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port(name)}"

    def exchange_url(self, name: str) -> str:
        """Where other nodes reach this one."""
        if not self.exchange_ports:
            return self.url(name)
        return f"https://127.0.0.1:{self.exchange_ports[self.names.index(name)]}"

    def profile_path(self, name: str) -> Path:
        return self.profiles / f"{name}.toml"

    def database_url(self, name: str) -> str:
        return cluster.with_database_name(self._server_url, self.database(name))

    def database(self, name: str) -> str:
        """A plain name on a server of its own; on DATABASE_URL's server the home tells countries apart."""
        if "DATABASE_URL" not in os.environ:
            return f"lt_{name}"
        mark = sha256(str(self.home.resolve()).encode()).hexdigest()[:8]
        return f"{os.environ.get('LIENTHONG_DATABASES', 'lt')}_{mark}_{name}"

    def log_path(self, name: str) -> Path:
        return self.home / name / "node.log"

    def environment_of(self, name: str) -> dict[str, str]:
        """The environment that makes a process this node."""
        return {
            **os.environ,
            **self.environment,
            "LIENTHONG_PROFILE": str(self.profile_path(name)),
            "LIENTHONG_HOME": str(self.home / name),
            "LIENTHONG_PORT": str(self.port(name)),
            "LIENTHONG_BASE_URL": self.url(name),
            "LIENTHONG_HUB_URL": self.exchange_url("hub"),
            "LIENTHONG_EXCHANGE_PORT": self.exchange_url(name).rpartition(":")[2] if self.exchange_ports else "",
            "LIENTHONG_EXCHANGE_URL": self.exchange_url(name) if self.exchange_ports else "",
            "LIENTHONG_AUTHORITY": str(self.home / "authority"),
            "LIENTHONG_DEMO_PEOPLE": str(self.people),
            "LIENTHONG_DEMO_NODES": json.dumps({other: self.url(other) for other in self.names}),
            "LIENTHONG_DEMO_EXCHANGE": json.dumps({other: self.exchange_url(other) for other in self.names}),
            "DATABASE_URL": self.database_url(name),
            "DJANGO_SETTINGS_MODULE": "lienthong.node.settings",
            "PYTHONUNBUFFERED": "1",
        }

    # Making ready

    def throw_away(self) -> None:
        """Forget everything: databases, keys, files."""
        if given := os.environ.get("DATABASE_URL"):
            cluster.drop_databases(given, [self.database(name) for name in self.names])
        throw_away(self.home / "postgres")
        shutil.rmtree(self.home, ignore_errors=True)

    def prepare(self) -> None:
        """Server, databases, keys and the synthetic country; what is there already is left alone."""
        for port in (*self.ports, *self.exchange_ports):
            require_free_port(port)
        self.home.mkdir(parents=True, exist_ok=True)
        self._start_server()
        missing = [name for name in self.names if not self._is_seeded(name)]
        if missing:
            self.say("Making the databases …")
        databases = [self.database(name) for name in self.names]
        cluster.ensure_databases(self._server_url, databases, self._upgrade_environment())
        self._seed([name for name in missing if name == "hub"])
        self._seed([name for name in missing if name != "hub"])

    def _start_server(self) -> None:
        if given := os.environ.get("DATABASE_URL"):
            self._server_url = given
            return
        self._server = EmbeddedServer(self.home / "postgres", durable=self.durable)
        self._server.start()
        self._server_url = self._server.url()

    def _upgrade_environment(self) -> dict[str, str]:
        return {
            "LIENTHONG_PROFILE": str(self.profile_path("hub")),
            "LIENTHONG_HOME": str(self.home / "hub"),
        }

    def _is_seeded(self, name: str) -> bool:
        return cluster.read_note(self._server_url, self.database(name)).get("seeded") == _SEED_VERSION

    def _seed(self, names: Sequence[str]) -> None:
        """Fill several nodes at once; each in a process of its own, since a process is one node."""
        running = [(name, self._start_seeding(name)) for name in names]
        for name, process in running:
            for line in process.stdout or ():
                self.say(f"  {name}: {line.rstrip()}")
            if process.wait():
                raise CountryProblem(f"the node {name} could not be filled; the lines above say why.")
            cluster.write_note(self._server_url, self.database(name), seeded=_SEED_VERSION)

    def share(self) -> None:
        """Let the province and the portal agree on a data service and send each other documents, while they run."""
        self._step("shared", (("province", "ask"), ("hub", "answer")))
        self.send_documents("province")
        self.send_documents("hub")

    def send_documents(self, name: str) -> None:
        """Let a running node send the demo's documents of its agency."""
        self._step(f"documents-{name}", ((name, "documents"),))

    def _step(self, note: str, steps: Sequence[tuple[str, str]]) -> None:
        if cluster.read_note(self._server_url, self.database("province")).get(note):
            return
        for name, step in steps:
            running = self._start_seeding(name, "--share", step)
            said, _ = running.communicate()
            self.say(f"  {name}: {said.strip()}")
            if running.returncode:
                return
        cluster.write_note(self._server_url, self.database("province"), **{note: True})

    def _start_seeding(self, name: str, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", "lienthong.node", "seed", *words, "--profile", str(self.profile_path(name))],
            env=self.environment_of(name),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    # Running

    def start(self) -> None:
        """Start all nodes and wait until each says it is healthy."""
        for name in self.names:
            self.start_node(name)
        for name in self.names:
            self.wait_until_healthy(name)

    def start_node(self, name: str) -> None:
        """Start a node's process; it is told to stop when the calling *thread* ends, so call it from the main one."""
        profile = self._profile(name)
        serve = [sys.executable, "-m", "lienthong.node", "serve", "--profile", str(self.profile_path(name))]
        self._processes[name] = processes.start_apart(
            serve if self.exchange_ports else command(profile),
            environment={**self.environment_of(name), "LIENTHONG_BACKGROUND": "1"},
            log_path=self.log_path(name),
        )

    def _profile(self, name: str) -> Node:
        profile = read_profile(self.profile_path(name))
        return Node(**{**{f: getattr(profile, f) for f in profile.__dataclass_fields__}, "port": self.port(name)})

    def wait_until_healthy(self, name: str) -> None:
        deadline = time.monotonic() + _HEALTHY_SECONDS
        while time.monotonic() < deadline:
            if self._processes[name].poll() is not None:
                break
            if self.is_healthy(name):
                return
            time.sleep(0.1)
        tail = self.log_path(name).read_text(errors="replace")[-2000:]
        raise CountryProblem(f"the node {name} did not come up. Its log ends with:\n{tail}")

    def is_healthy(self, name: str) -> bool:
        return processes.is_healthy(self.url(name))

    def dead(self) -> list[str]:
        """Nodes whose process has ended."""
        return [name for name, process in self._processes.items() if process.poll() is not None]

    def kill(self, name: str) -> None:
        """kill -9 the node's whole process group."""
        processes.kill_group(self._processes[name])

    def restart(self, name: str) -> None:
        """Start a node that was killed, and wait for it."""
        self.start_node(name)
        self.wait_until_healthy(name)

    def stop(self) -> None:
        """Stop the nodes, then the server."""
        for process in self._processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                processes.kill_group(process)
        self._processes.clear()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def resident_bytes(self, name: str) -> int:
        """Resident memory of a node: all its processes, shared pages counted once (PSS)."""
        import psutil

        leader = psutil.Process(self._processes[name].pid)
        return sum(process.memory_full_info().pss for process in [leader, *leader.children(recursive=True)])
