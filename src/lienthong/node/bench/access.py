"""bench access: how long an access decision takes with 100 nodes, 200 systems and 10,000 grants known."""

from dataclasses import asdict
from typing import Any

from lienthong.node.bench.own_database import on_own_database
from lienthong.node.bench.report import Measured

GOAL_MICROSECONDS = 200.0
_GRANTS = 10_000
_DECISIONS = 50_000


def measure(size: int | None = None) -> Measured:
    """`size`: how many grants; the goal stands for 10,000."""
    return _report(on_own_database(lambda: _measure(size or _GRANTS)))


def _measure(grants: int) -> dict[str, Any]:
    from lienthong.node.upgrade import upgrade
    from lienthong.platform.catalogue import bench

    upgrade(lambda _line: None)
    requests = bench.fill(grants)
    return {
        "grants": grants,
        "build": bench.build_seconds(requests[0]),
        "decision": asdict(bench.time_decisions(requests, _DECISIONS)),
        "sql": asdict(bench.time_sql(requests, _DECISIONS // 10)),
    }


def _report(found: dict[str, Any]) -> Measured:
    decision, sql = found["decision"], found["sql"]
    figures = {f"decision {name}, µs": value for name, value in decision.items()}
    figures |= {"grants": found["grants"], "index made anew, s": found["build"]}
    return Measured(
        "access",
        figures,
        {f"one SQL statement that finds the purpose, {name}, µs": value for name, value in sql.items()},
        {"SQL / decision, mean": sql["mean"] / decision["mean"]},
        {"decision mean and p99, µs": f"< {GOAL_MICROSECONDS:g}"},
        met=max(decision["mean"], decision["p99"]) < GOAL_MICROSECONDS,
    )
