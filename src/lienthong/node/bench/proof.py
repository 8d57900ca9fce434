"""bench proof: rows of the log appended and verified, containers made and judged, beside plain inserts."""

from typing import TYPE_CHECKING

from lienthong.node.bench.own_database import on_own_database
from lienthong.node.bench.report import Measured

if TYPE_CHECKING:
    from lienthong.platform.exchange.proof_bench import Rates

APPEND_GOAL = 3000.0
VERIFY_GOAL_SECONDS = 60.0
_ROWS = 1_000_000


def measure(size: int | None = None) -> Measured:
    """`size`: how many rows are verified; the goal stands for a million."""
    return _report(on_own_database(lambda: _measure(size or _ROWS)))


def _measure(rows: int) -> "Rates":
    from lienthong.node.upgrade import upgrade
    from lienthong.platform.exchange import proof_bench

    upgrade(lambda _line: None)
    proof_bench.prepare()
    return proof_bench.measure(rows)


def _report(rates: "Rates") -> Measured:
    return Measured(
        "proof",
        {
            "rows appended one by one, /s": rates.single,
            "rows appended 64 together, /s": rates.together,
            "calls with bodies logged 64 together, /s": rates.calls,
            "rows appended in large sets, /s": rates.filled,
            "rows verified": rates.rows,
            "log verify, s": rates.verified_seconds,
            "checkpoint over all of them, s": rates.checkpoint_seconds,
            "containers made, /s": rates.made,
            "containers judged, /s": rates.judged,
        },
        {"plain insert, 64 rows in a statement, /s": rates.plain},
        {"64 together : plain insert": rates.together / rates.plain},
        {"rows appended, /s": APPEND_GOAL, "log verify of a million rows, s": VERIFY_GOAL_SECONDS},
        met=rates.together >= APPEND_GOAL and rates.verified_seconds / rates.rows <= VERIFY_GOAL_SECONDS / _ROWS,
    )
