"""Real processes: folders that the database's user may enter, and starters that can be killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong.node.places import throw_away
from lienthong.node.postgres import EmbeddedServer

REPOSITORY = Path(__file__).resolve().parents[2]

STARTER = """
import sys
from pathlib import Path
from lienthong.node.postgres import EmbeddedServer, ServerProblem
try:
    with EmbeddedServer(Path(sys.argv[1])) as server:
        print(server.pid, flush=True)
        sys.stdin.read()
except ServerProblem as problem:
    print("problem:", problem, flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """As root, pytest's own folders are closed to the user that the server runs as."""
    made = Path(tempfile.mkdtemp(prefix="lt-ops-"))
    made.chmod(0o755)
    yield made
    throw_away(made / "pg")
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def home_server(folder: Path) -> Iterator[None]:
    """The database server of the node in `home` runs, so its commands join it: a start for each would cost seconds."""
    place = folder / "home" / "postgres"
    with EmbeddedServer(place, durable=False):
        yield
    throw_away(place)


class Starter:
    """A process of its own that keeps an embedded server."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", STARTER, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src")},
        )

    def said(self) -> str:
        """Its first line: the server's process id, or its problem."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.process.communicate("", timeout=60)


@pytest.fixture
def starter(folder: Path) -> Iterator[type[Starter]]:
    """Makes starters; none outlives the test."""
    made: list[Starter] = []

    class Kept(Starter):
        def __init__(self, folder: Path) -> None:
            super().__init__(folder)
            made.append(self)

    yield Kept
    for one in made:
        if one.process.poll() is None:
            one.kill()
