"""bench start: how long the demo takes to come up the first and the second time, and what an idle node weighs."""

import time
from pathlib import Path

from lienthong.node.bench.report import Measured
from lienthong.node.demo.country import NAMES, Country
from lienthong.node.demo.passing import passing_country, passing_folder

FIRST_SECONDS = 60.0
SECOND_SECONDS = 15.0
IDLE_MEGABYTES = 200.0


def measure(size: int | None = None) -> Measured:
    """Two starts in a fresh folder; memory is read a few seconds after the second, shared pages counted once."""
    with passing_folder() as folder:
        first, _ = _start(folder, size)
        second, weights = _start(folder, size)
        Country(folder).throw_away()
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
    with passing_country(home=home, people=people or 20_000) as country:
        country.prepare()
        country.start()
        seconds = time.monotonic() - started
        time.sleep(5)
        return seconds, {name: country.resident_bytes(name) / 2**20 for name in NAMES}
