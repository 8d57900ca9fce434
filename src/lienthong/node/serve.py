"""Serve: run one node. Granian holds the port and one worker process that answers and works in the background.

A profile with an exchange port gets a second process for other nodes (`exchange_port.py`).
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lienthong.kernel.profile import BadProfile, Node, read_profile
from lienthong.node import cluster
from lienthong.node.children import end_with_parent
from lienthong.node.exchange_port import ExchangePort
from lienthong.node.postgres import EmbeddedServer, ServerInUse, ServerProblem

# Calls of data services wait for other nodes in their threads; pages have places of their own (`doors.PAGES`).
THREADS = 96


def run(profile_path: Path) -> int:
    """Serve the node until it is told to stop. Gives 1 with a sentence when it cannot start."""
    try:
        profile = read_profile(profile_path)
        require_free_port(profile.port)
        if profile.exchange_port:
            require_free_port(profile.exchange_port)
    except (BadProfile, PortTaken) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    os.environ["LIENTHONG_PROFILE"] = str(profile_path)
    os.environ["LIENTHONG_BACKGROUND"] = "1"
    if "DATABASE_URL" in os.environ:
        if profile.exchange_port:
            return _keep_serving(profile, None)
        os.execv(sys.executable, command(profile))  # noqa: S606 (our own program)
    return with_embedded_database(profile_path, lambda server: _keep_serving(profile, server))


def command(profile: Node) -> list[str]:
    """The command line of the serving process."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(profile.port)),
        *("--workers", "1", "--blocking-threads", str(THREADS)),
        # A request that waits for a dead database must not keep a node alive that was told to stop.
        *("--workers-kill-timeout", "20"),
        *("--log-level", "error"),
        "lienthong.node.wsgi:application",
    ]


def with_database(profile_path: Path, work: Callable[[], int]) -> int:
    """Run `work` with DATABASE_URL set: the given one, or the node's database on the embedded server in its home.

    A node that runs keeps that server itself; `work` then joins it.
    """
    if "DATABASE_URL" in os.environ:
        return _answering(work)
    return with_embedded_database(profile_path, lambda _server: _answering(work), join=True)


def _answering(work: Callable[[], int]) -> int:
    from django.db import OperationalError

    try:
        return work()
    except OperationalError as error:
        print(f"lienthong: the database does not answer: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1


def with_embedded_database(profile_path: Path, work: Callable[[EmbeddedServer], int], *, join: bool = False) -> int:
    """Run `work` with an embedded server in the node's home; gives 1 with a sentence when there can be none."""
    try:
        profile = read_profile(profile_path)
        with _server_of(profile, join=join) as server:
            name = f"lt_{profile.name}"
            cluster.ensure_databases(server.url(), [name], {"LIENTHONG_PROFILE": str(profile_path)})
            os.environ["DATABASE_URL"] = server.url(name)
            return work(server)
    except (BadProfile, ServerProblem, cluster.UpgradeFailed) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    finally:
        os.environ.pop("DATABASE_URL", None)


@contextmanager
def _server_of(profile: Node, *, join: bool) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(profile.home / "postgres")
    try:
        server.start()
    except ServerInUse:
        if not join:
            raise
    try:
        yield server
    finally:
        server.stop()


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


def _keep_serving(profile: Node, server: EmbeddedServer | None) -> int:
    """This process keeps the embedded server, the children serve; a stop signal goes to the children first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    child = subprocess.Popen(command(profile), preexec_fn=end_with_parent)  # noqa: PLW1509, S603 (one prctl call)
    exchange = ExchangePort(profile) if profile.exchange_port else None
    print(f"{profile.title.vi} ({profile.agency_code}): {profile.base_url}", flush=True)
    while not stop.wait(0.5) and (server is None or server.is_running) and child.poll() is None:
        if exchange:
            exchange.tend()
    if child.poll() is None:
        child.terminate()
    if exchange:
        exchange.stop()
    code = child.wait()
    if stop.is_set():
        return 0
    if server is not None and not server.is_running:
        print(f"lienthong: the embedded database ended; see {server.folder}/server.log.", file=sys.stderr)
    return code or 1
