"""Processes that are nodes, started and watched from outside: by the demo, the benchmarks and the fault harness."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from lienthong.node.children import end_with_parent

REPOSITORY = Path(__file__).resolve().parents[3]


class PartFailed(Exception):
    """A part done as a node ended badly; the text is the end of what it said."""


def start_apart(words: Sequence[str], *, environment: Mapping[str, str], log_path: Path) -> "subprocess.Popen[bytes]":
    """Start a process in a group of its own, its words in a log; call it from the main thread, it ends with that."""
    with log_path.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 (our own program)
            words,
            env=environment,
            cwd=REPOSITORY,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 (one prctl call, no lock is taken)
        )


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 the process's whole group and wait until it is gone."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def is_healthy(url: str) -> bool:
    """Does the node at this address say that it is well?"""
    try:
        with urllib.request.urlopen(f"{url}/suc-khoe/", timeout=5) as answer:  # noqa: S310 (loopback)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def run_part(module: str, words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Do a part (see `parts`) in a process that is a node; gives what it printed. Raises PartFailed."""
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", module, *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PartFailed(done.stderr.strip()[-2000:])
    return done.stdout
