"""Serve: run one node. Granian holds the port and one worker process that answers and works in the background."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from lienthong.kernel.profile import BadProfile, Node, read_profile
from lienthong.node import cluster
from lienthong.node.postgres import EmbeddedServer, ServerProblem

THREADS = 8


def run(profile_path: Path) -> int:
    """Serve the node until it is told to stop. Gives 1 with a sentence when it cannot start."""
    try:
        profile = read_profile(profile_path)
        require_free_port(profile.port)
    except (BadProfile, PortTaken) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    os.environ["LIENTHONG_PROFILE"] = str(profile_path)
    if "DATABASE_URL" in os.environ:
        os.execv(sys.executable, command(profile))  # noqa: S606 (our own program)
    return with_database(profile_path, lambda: _run_child(profile))


def command(profile: Node) -> list[str]:
    """The command line of the serving process."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(profile.port)),
        *("--workers", "1", "--blocking-threads", str(THREADS)),
        *("--log-level", "error"),
        "lienthong.node.wsgi:application",
    ]


def with_database(profile_path: Path, work: Callable[[], int]) -> int:
    """Run `work` with DATABASE_URL set: the given one, or a database on an embedded server in the node's home."""
    if "DATABASE_URL" in os.environ:
        return work()
    try:
        profile = read_profile(profile_path)
        with EmbeddedServer(profile.home / "postgres") as server:
            name = f"lt_{profile.name}"
            environment = {"LIENTHONG_PROFILE": str(profile_path)}
            cluster.ensure_databases(server.url(), [name], environment)
            os.environ["DATABASE_URL"] = server.url(name)
            return work()
    except (BadProfile, ServerProblem, cluster.UpgradeFailed) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1


class PortTaken(Exception):
    """Another program listens there; the sentence names the port."""


def require_free_port(port: int) -> None:
    """Raises PortTaken with a sentence when the loopback port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(
                f"port {port} is taken by another program. Stop it, or choose another port"
                " (--ports for the demo, `port` in the profile for a node)."
            ) from None


def _run_child(profile: Node) -> int:
    """This process keeps the embedded server, the child serves; a stop signal goes to the child first."""
    child = subprocess.Popen(command(profile), env={**os.environ, "LIENTHONG_BACKGROUND": "1"})  # noqa: S603
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: child.terminate())
    return child.wait()
