"""A federation to break: nodes that share nothing, each a process with a database server of its own behind a relay."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lienthong.kernel.profile import read_profile
from lienthong.node import cluster, processes
from lienthong.node.demo.passing import free_ports
from lienthong.node.faults.disk import SmallDisk
from lienthong.node.faults.relay import Relay
from lienthong.node.places import throw_away
from lienthong.node.postgres import STARTER_CLUSTER, EmbeddedServer
from lienthong.node.serve import command

CODES = ("G22", "G01", "H36", "H26", "H41", "H57", "H13", "H17", "H38")
"""Agency codes of nodes of a federation, the hub first; none of an agency that was closed."""

_HEALTHY_SECONDS = 90.0
_ROLES = ("signing.keys", "exchange.member", "exchange.post_office")


class FederationProblem(Exception):
    """The federation cannot go on; the sentence says why."""


@dataclass
class Member:
    """One node: its code, where it listens, the relay that others reach it by, its own database server."""

    code: str
    home: Path
    port: int
    relay: Relay
    relay_port: int
    server: EmbeddedServer
    process: "subprocess.Popen[bytes] | None" = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.code.lower()

    @property
    def database_url(self) -> str:
        return self.server.url(f"lt_{self.name}")

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Federation:
    """Use as a context manager: made, started, and thrown away at the end.

    `direct`: nothing stands between the nodes. `parameters`: further lines of every profile; `roles`: further roles.
    With `disk_megabytes` the last member lies on a small disk, where the machine lets us mount one (`disk`).
    """

    def __init__(
        self,
        home: Path,
        size: int,
        *,
        seed: int = 0,
        disk_megabytes: int = 0,
        direct: bool = False,
        parameters: str = "",
        roles: Sequence[str] = (),
    ) -> None:
        self.home = home
        self.roles = (*_ROLES, *roles)
        self.direct = direct
        self.parameters = parameters
        self.disk = SmallDisk(home / CODES[size - 1].lower(), disk_megabytes) if disk_megabytes else None
        ports = free_ports(2 * size)
        self.members = [
            self._member(code, ports[2 * number], ports[2 * number + 1], seed + number)
            for number, code in enumerate(CODES[:size])
        ]

    def _member(self, code: str, port: int, relay_port: int, seed: int) -> Member:
        home = self.home / code.lower()
        relay = Relay(relay_port, port, seed=seed)
        return Member(code, home, port, relay, port if self.direct else relay_port, EmbeddedServer(home / "postgres"))

    def __enter__(self) -> "Federation":
        try:
            self._prepare()
            for member in self.members:
                self.start_node(member)
            for member in self.members:
                self.wait_until_healthy(member)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            self.kill_node(member)
            member.server.stop()
            throw_away(member.home / "postgres")
        if self.disk is not None:
            self.disk.unmount()

    @property
    def hub(self) -> Member:
        return self.members[0]

    def member(self, code: str) -> Member:
        return next(one for one in self.members if one.code == code)

    # Making ready

    def _prepare(self) -> None:
        if self.disk is not None and not self.disk.mount():
            self.disk = None
        for member in self.members:
            member.home.mkdir(parents=True, exist_ok=True)
            self._write_profile(member)
            if not self.direct:
                member.relay.start()
        # Tables are made once: the other servers begin as copies of the hub's.
        self._make_database(self.hub)
        self.hub.server.stop()
        with _beginning_as(self.hub.server.folder / "cluster"):
            for member in others(self.members, self.hub):
                self._make_database(member)
        self.hub.server.start()
        self.run(self.hub, "found", *(f"{one.code}={one.relay_port}" for one in self.members))

    def _make_database(self, member: Member) -> None:
        member.server.start()
        cluster.ensure_databases(member.server.url(), [f"lt_{member.name}"], self.environment_of(member))

    def _write_profile(self, member: Member) -> None:
        roles = [*self.roles, "exchange.hub"] if member is self.hub else self.roles
        listed = ", ".join(f'"{role}"' for role in roles)
        (member.home / "node.toml").write_text(
            f'[node]\nname = "{member.name}"\nagency_code = "{member.code}"\ntitle = "Nút {member.code}"\n'
            f'title_en = "Node {member.code}"\nport = {member.port}\ndemo = true\nroles = [{listed}]\n'
            f"{self.parameters}",
            encoding="utf-8",
        )

    def environment_of(self, member: Member) -> dict[str, str]:
        """The environment that makes a process this node."""
        return {
            **os.environ,
            "LIENTHONG_PROFILE": str(member.home / "node.toml"),
            "LIENTHONG_HOME": str(member.home),
            "LIENTHONG_PORT": str(member.port),
            "LIENTHONG_BASE_URL": f"http://127.0.0.1:{member.relay_port}",
            "LIENTHONG_HUB_URL": f"http://127.0.0.1:{self.hub.relay_port}",
            "LIENTHONG_AUTHORITY": str(self.home / "authority"),
            "DATABASE_URL": member.database_url,
            "DJANGO_SETTINGS_MODULE": "lienthong.node.settings",
            "PYTHONUNBUFFERED": "1",
            **member.environment,
        }

    def run(self, member: Member, word: str, *words: str, module: str = "lienthong.node.faults.part") -> str:
        """Do a part of the harness in a process that is this node; gives what it printed."""
        try:
            return processes.run_part(module, [word, *words], self.environment_of(member))
        except processes.PartFailed as failed:
            raise FederationProblem(f"{member.code} could not {word}: {failed}") from None

    def begin(
        self, member: Member, word: str, *words: str, module: str = "lienthong.node.faults.part"
    ) -> "subprocess.Popen[str]":
        """As `run`, beside us."""
        return subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", module, word, *words],
            env=self.environment_of(member),
            stdout=subprocess.PIPE,
            stderr=(member.home / f"{word}.log").open("ab"),
            text=True,
        )

    def start_node(self, member: Member) -> None:
        """Start a node's process; call it from the main thread, it is told to stop when that ends."""
        profile = read_profile(member.home / "node.toml")
        environment = {**self.environment_of(member), "LIENTHONG_BACKGROUND": "1"}
        member.process = processes.start_apart(
            command(profile), environment=environment, log_path=member.home / "node.log"
        )

    def kill_node(self, member: Member) -> None:
        """kill -9, the whole process group."""
        if member.process is not None:
            processes.kill_group(member.process)

    def kill_database(self, member: Member) -> None:
        """kill -9 the database server: what it had not written to disk is gone."""
        if member.server.is_running:
            os.kill(member.server.pid, signal.SIGKILL)
        while member.server.is_running:
            time.sleep(0.02)

    def heal_database(self, member: Member) -> None:
        """Start the database again if it does not run; its recovery is PostgreSQL's affair."""
        if not member.server.is_running:
            member.server.stop()
            member.server.start()

    def is_healthy(self, member: Member) -> bool:
        return processes.is_healthy(f"http://127.0.0.1:{member.port}")

    def wait_until_healthy(self, member: Member) -> None:
        deadline = time.monotonic() + _HEALTHY_SECONDS
        while time.monotonic() < deadline and member.is_running:
            if self.is_healthy(member):
                return
            time.sleep(0.1)
        tail = (member.home / "node.log").read_text(errors="replace")[-2000:]
        raise FederationProblem(f"the node {member.code} did not come up. Its log ends with:\n{tail}")

    def heal(self) -> None:
        """Everything runs again and nothing disturbs."""
        for member in self.members:
            member.relay.fault = ""
            self.heal_database(member)
            if not member.is_running:
                self.start_node(member)


def others(members: Sequence[Member], member: Member) -> list[Member]:
    """All but this one."""
    return [one for one in members if one is not member]


@contextmanager
def _beginning_as(starter: Path) -> Iterator[None]:
    """New servers begin as copies of this stopped one."""
    before = os.environ.get(STARTER_CLUSTER)
    os.environ[STARTER_CLUSTER] = str(starter)
    try:
        yield
    finally:
        if before is None:
            del os.environ[STARTER_CLUSTER]
        else:
            os.environ[STARTER_CLUSTER] = before
