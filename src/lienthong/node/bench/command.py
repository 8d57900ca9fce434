"""`./lienthong bench NAME`: one run that measures us and the baseline side by side."""

import sys
from importlib import import_module
from typing import Protocol, cast

from lienthong.node.bench import BENCHES
from lienthong.node.bench.report import Measured
from lienthong.node.demo.country import CountryProblem
from lienthong.node.postgres import ServerProblem


class Bench(Protocol):
    """A benchmark: `size` is how much work, None for the goal's size."""

    def __call__(self, size: int | None) -> Measured: ...


def run(name: str, *, size: int | None, as_json: bool) -> int:
    """Measure and print; 0 when it was measured, whether or not the goal was met."""
    try:
        measured = _find(name)(size)
    except (CountryProblem, ServerProblem) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    print(measured.as_json() if as_json else measured.as_text())
    return 0


def _find(name: str) -> Bench:
    return cast("Bench", import_module(f"lienthong.node.bench.{BENCHES[name]}").measure)
