"""`./lienthong bench NAME`: one run that measures us and the baseline side by side."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from lienthong.node.bench import BENCHES
from lienthong.node.bench.peer_as2 import INTERPRETER
from lienthong.node.bench.report import Measured
from lienthong.node.demo.country import CountryProblem
from lienthong.node.postgres import ServerProblem


class Bench(Protocol):
    """A benchmark: `size` is how much work, None for the goal's size."""

    def __call__(self, size: int | None) -> Measured: ...


def run(name: str, *, size: int | None, as_json: bool, peer: Path | None = None) -> int:
    """Measure and print; 0 when it was measured, whether or not the goal was met. `peer`: see `peer_as2`."""
    if peer is not None:
        os.environ[INTERPRETER] = str(peer)
    try:
        measured = _find(name)(size)
    except (CountryProblem, ServerProblem) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    print(measured.as_json() if as_json else measured.as_text())
    return 0


def _find(name: str) -> Bench:
    return cast("Bench", import_module(f"lienthong.node.bench.{BENCHES[name]}").measure)
