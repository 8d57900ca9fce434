"""bench faults: letters among five nodes while nodes, databases and the network fail; nothing lost, nothing doubled."""

from lienthong.node.bench.report import Measured
from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.trial import run_trial

LETTERS = 10_000
NODES = 5
SECONDS = 150.0
SEED = 20261122


def measure(size: int | None = None) -> Measured:
    """A trial with `size` letters (10,000 by default); a smaller one storms for a shorter time."""
    letters = size or LETTERS
    seconds = max(20.0, SECONDS * min(1.0, letters / LETTERS))
    with passing_folder() as folder:
        outcome = run_trial(folder, nodes=NODES, letters=letters, seconds=seconds, seed=SEED)
    return Measured(
        name="faults",
        figures={
            "letters posted": outcome.posted,
            "of which the sender could not be sure": outcome.unsure,
            "lost": len(outcome.lost) + len(outcome.forgotten),
            "applied more than once": len(outcome.doubled) + len(outcome.phantom),
            "rows of the message logs, all verified": outcome.log_rows,
            "faults in the logs": len(outcome.log_faults),
            "seconds of chaos": outcome.chaos_seconds,
            "seconds until all was delivered": outcome.calm_seconds,
            **{f"struck: {name}": count for name, count in sorted(outcome.struck.items())},
        },
        baseline={},
        ratios={},
        goals={"lost": 0, "applied more than once": 0, "faults in the logs": 0},
        met=outcome.holds,
    )
