"""Two nodes, a system that provides and a system that calls: for benchmarks and tests of calls, by real processes.

The provider is the hub (G22), the caller a province (H36). Everything is agreed on as operators would, by letters.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from lienthong.kernel.profile import read_profile
from lienthong.node import cluster, processes
from lienthong.node.demo.country import CountryProblem
from lienthong.node.demo.passing import free_ports, passing_folder
from lienthong.node.places import throw_away
from lienthong.node.postgres import EmbeddedServer
from lienthong.node.serve import command

REPOSITORY = Path(__file__).resolve().parents[4]
CODES = ("G22", "H36")
CLIENT = "VN/GOV/H36/mot-cua"
SERVICE = "/r1/VN/GOV/G22/dan-cu/tra-cuu.v1"
ROLES = ("signing.keys", "exchange.member", "catalogue.member", "gateway.calls")

_HUB_ROLES = ("exchange.hub", "catalogue.national")
_SECONDS = 90.0


@dataclass
class Pair:
    """The two nodes and the provider's system. Use `passing_pair`."""

    home: Path
    durable: bool = True
    gateway: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = dict(zip((*CODES, "system"), free_ports(3), strict=True))
        self._server = EmbeddedServer(self.home / "postgres", durable=self.durable)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def url(self, code: str) -> str:
        return f"http://127.0.0.1:{self.ports[code]}"

    def database_url(self, code: str) -> str:
        return self._server.url(f"lt_{code.lower()}")

    def environment_of(self, code: str) -> dict[str, str]:
        """The environment that makes a process this node."""
        return {
            **os.environ,
            "LIENTHONG_PROFILE": str(self._home(code) / "node.toml"),
            "LIENTHONG_HOME": str(self._home(code)),
            "LIENTHONG_PORT": str(self.ports[code]),
            "LIENTHONG_BASE_URL": self.url(code),
            "LIENTHONG_HUB_URL": self.url("G22"),
            "LIENTHONG_AUTHORITY": str(self.home / "authority"),
            "DATABASE_URL": self.database_url(code),
            "DJANGO_SETTINGS_MODULE": "lienthong.node.settings",
            "PYTHONUNBUFFERED": "1",
        }

    def _home(self, code: str) -> Path:
        return self.home / code.lower()

    def start(self) -> None:
        """Databases, keys, nodes, the provider's system; then systems, a service and an agreement."""
        self.home.chmod(0o755)
        for code in CODES:
            self._home(code).mkdir(parents=True, exist_ok=True)
            self._write_profile(code)
        self._server.start()
        for code in CODES:
            cluster.ensure_databases(self._server.url(), [f"lt_{code.lower()}"], self.environment_of(code))
        self.part("G22", "found", json.dumps({code: self.url(code) for code in CODES}))
        for code in CODES:
            self._start_node(code)
        self._start("system", [sys.executable, "-m", "lienthong.node.bench.pair_system", str(self.ports["system"])], {})
        for code in CODES:
            self._wait_for(code)
        self.part("G22", "offer", f"http://127.0.0.1:{self.ports['system']}")
        self.part("H36", "request")
        self.part("G22", "accept")
        self.part("H36", "await")

    def _write_profile(self, code: str) -> None:
        roles = ROLES + (_HUB_ROLES if code == "G22" else ())
        gateway = {"networks": ["127.0.0.0/8"], **self.gateway}
        (self._home(code) / "node.toml").write_text(
            f'[node]\nname = "{code.lower()}"\nagency_code = "{code}"\ntitle = "Nút {code}"\ntitle_en = "Node {code}"\n'
            f"port = {self.ports[code]}\ndemo = true\nroles = {json.dumps(roles)}\n\n[parameters.gateway]\n"
            + "".join(f"{name} = {json.dumps(value)}\n" for name, value in gateway.items()),
            encoding="utf-8",
        )

    def part(self, code: str, word: str, *words: str) -> str:
        """Do something in a process that is this node; gives what it printed."""
        try:
            told = processes.run_part("lienthong.node.bench.pair_part", [word, *words], self.environment_of(code))
        except processes.PartFailed as failed:
            raise CountryProblem(f"{code} could not {word}: {failed}") from None
        return told.strip()

    def _start_node(self, code: str) -> None:
        environment = {**self.environment_of(code), "LIENTHONG_BACKGROUND": "1"}
        self._start(code, command(read_profile(self._home(code) / "node.toml")), environment)

    def _start(self, name: str, words: list[str], environment: dict[str, str]) -> None:
        self._processes[name] = processes.start_apart(
            words, environment=environment or os.environ, log_path=self.home / f"{name}.log"
        )

    def _wait_for(self, code: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline and self._processes[code].poll() is None:
            try:
                urllib.request.urlopen(f"{self.url(code)}/api/v1/openapi.json", timeout=5)  # noqa: S310 (loopback)
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return
        raise CountryProblem(
            f"{code} did not come up: {(self.home / f'{code}.log').read_text(errors='replace')[-2000:]}"
        )

    def resident_bytes(self, code: str) -> int:
        """What the node's processes hold in memory."""
        top = psutil.Process(self._processes[code].pid)
        return sum(int(one.memory_info().rss) for one in [top, *top.children(recursive=True)])

    def processor_seconds(self) -> dict[str, float]:
        """Processor time so far: of both nodes, the provider's system and the database."""
        spent = {}
        for name, process in self._processes.items():
            top = psutil.Process(process.pid)
            spent[name] = sum(sum(one.cpu_times()[:2]) for one in [top, *top.children(recursive=True)])
        base = psutil.Process(self._server.pid)
        spent["database"] = sum(sum(one.cpu_times()[:2]) for one in [base, *base.children(recursive=True)])
        return spent

    def stop(self) -> None:
        for process in self._processes.values():
            processes.kill_group(process)
        self._server.stop()
        throw_away(self.home / "postgres")


@contextmanager
def passing_pair(*, durable: bool = True, **gateway: object) -> Iterator[Pair]:
    """A pair that runs, and is gone afterwards."""
    with passing_folder() as folder:
        pair = Pair(folder, durable, gateway)
        try:
            pair.start()
            yield pair
        finally:
            pair.stop()
