"""bench start: how long the demo takes to come up the first and the second time, and what an idle node weighs."""

import tempfile
import time
from pathlib import Path

from lienthong.node.bench.report import Measured
from lienthong.node.demo.country import NAMES, Country
from lienthong.node.story.command import free_ports

FIRST_SECONDS = 60.0
SECOND_SECONDS = 15.0
IDLE_MEGABYTES = 200.0


def measure(size: int | None = None) -> Measured:
    """Two starts in a fresh folder; memory is read a few seconds after the second, shared pages counted once."""
    with tempfile.TemporaryDirectory(prefix="lienthong-start-") as folder:
        Path(folder).chmod(0o755)
        first, _ = _start(Path(folder), size)
        second, weights = _start(Path(folder), size)
    heaviest = max(weights.values())
    return Measured(
        name="start",
        figures={
            "first start, s": first,
            "second start, s": second,
            **{f"idle {n}, MB": w for n, w in weights.items()},
        },
        baseline={},
        ratios={},
        goals={"first start, s": FIRST_SECONDS, "second start, s": SECOND_SECONDS, "idle node, MB": IDLE_MEGABYTES},
        met=first < FIRST_SECONDS and second < SECOND_SECONDS and heaviest < IDLE_MEGABYTES,
    )


def _start(home: Path, people: int | None) -> tuple[float, dict[str, float]]:
    started = time.monotonic()
    with Country(home, free_ports(len(NAMES)), lambda _line: None, people=people or 20_000) as country:
        country.prepare()
        country.start()
        seconds = time.monotonic() - started
        time.sleep(5)
        return seconds, {name: country.resident_bytes(name) / 2**20 for name in NAMES}
