"""bench status-sync: status changes from the province's queue to the portal's copy, through signed letters.

Two node processes and PostgreSQL on this machine. Time runs from the commit that fills the queue to the last signed
receipt at the province. The baseline is the same rows into the same table, one set-based upsert per 500.
"""

import json
import subprocess
import sys
from typing import Any

from lienthong.node.bench.report import Measured
from lienthong.node.bench.watching import ask, await_no_more
from lienthong.node.demo.country import Country, CountryProblem
from lienthong.node.demo.passing import passing_country

CHANGES = 200_000
RATE_GOAL = 10_000.0
SHARE_GOAL = 0.5

_STILL_WAITING = """
SELECT EXISTS (SELECT FROM exchange_outgoingletter WHERE state = 'waiting')
    OR EXISTS (SELECT FROM dossiers_unsentchange)
"""
_LETTERS = "SELECT count(*) FROM exchange_outgoingletter WHERE name = 'dossier-status.v1'"


def measure(size: int | None = None) -> Measured:
    """Carry `size` changes (200,000 by default) and measure the baseline beside them."""
    changes = size or CHANGES
    with passing_country(people=500) as country:
        country.prepare()
        for name in ("hub", "province"):
            country.start_node(name)
        for name in ("hub", "province"):
            country.wait_until_healthy(name)
        return _measure(country, changes)


def _measure(country: Country, changes: int) -> Measured:
    begun = _part(country, "province", "prepare", changes)
    ended = await_no_more(country.database_url("province"), _STILL_WAITING, every=0.05)
    (letters,) = ask(country.database_url("province"), _LETTERS)
    arrived = _part(country, "hub", "mirrored", changes)["mirrored"]
    seconds = (ended - begun["at"]) / 1e9
    country.kill("province")
    plain = _part(country, "hub", "baseline", changes)
    ours, baseline = begun["made"] / seconds, plain["rows"] / plain["seconds"]
    return Measured(
        name="status-sync",
        figures={
            "statuses a second": ours,
            "seconds": seconds,
            "statuses": begun["made"],
            "arrived in the portal's copy": arrived,
            "letters, each with a signed receipt": letters,
        },
        baseline={"rows a second, plain upsert": baseline, "seconds": plain["seconds"]},
        ratios={"ours / baseline": ours / baseline},
        goals={"statuses a second": RATE_GOAL, "ours / baseline": SHARE_GOAL},
        met=arrived == begun["made"] and ours >= RATE_GOAL and ours / baseline >= SHARE_GOAL,
    )


def _part(country: Country, name: str, word: str, size: int) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-m", "lienthong.node.bench.part", word, str(size)],
        env=country.environment_of(name),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CountryProblem(f"{word} at {name}: {done.stderr.strip()[-1500:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
