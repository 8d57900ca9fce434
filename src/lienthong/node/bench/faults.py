"""bench faults: letters and documents among five nodes while all fails in turn; nothing lost, nothing doubled."""

from typing import Any

from lienthong.node.bench.report import Measured
from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.documents_trial import DocumentsOutcome, run_documents_trial
from lienthong.node.faults.trial import run_trial

LETTERS = 10_000
NODES = 5
SECONDS = 150.0
BLOWS = 40
SEED = 20261122


def measure(size: int | None = None) -> Measured:
    """A trial with `size` letters (10,000 by default), and one of documents; smaller ones storm for a shorter time."""
    letters = size or LETTERS
    share = min(1.0, letters / LETTERS)
    with passing_folder() as folder:
        outcome = run_trial(folder, nodes=NODES, letters=letters, seconds=max(20.0, SECONDS * share), seed=SEED)
    with passing_folder() as folder:
        documents = run_documents_trial(folder, nodes=NODES, blows=max(5, round(BLOWS * share)), seed=SEED)
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
            **_of_documents(documents),
        },
        baseline={},
        ratios={},
        goals={"lost": 0, "applied more than once": 0, "faults in the logs": 0, "documents: faults": 0},
        met=outcome.holds and not documents.faults,
    )


def _of_documents(outcome: DocumentsOutcome) -> dict[str, Any]:
    return {
        "documents: sent": outcome.sent,
        "documents: at their recipients": outcome.arrived,
        "documents: of which the clerk could not be sure": outcome.unsure,
        "documents: rows of the message logs": outcome.log_rows,
        "documents: seconds until nothing waited": outcome.calm_seconds,
        "documents: faults": len(outcome.faults),
        **({"documents: the first fault": outcome.faults[0]} if outcome.faults else {}),
        **{f"documents: {name}": count for name, count in sorted(outcome.struck.items())},
    }
