"""Three nodes exchange documents while their processes are killed in the middle of everything; none is lost.

`./lienthong bench faults` does the same among five nodes for longer.
"""

import copy
from typing import Any

import pytest

from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.documents_trial import judge, run_documents_trial


@pytest.mark.nodes
def test_every_confirmed_document_is_everywhere_exactly_once_and_every_number_is_there():
    with passing_folder() as folder:
        outcome = run_documents_trial(folder, nodes=3, blows=5, seed=4)
    assert outcome.faults == ()
    assert outcome.sent > 10
    assert outcome.arrived >= outcome.sent
    assert outcome.log_rows >= 2 * outcome.arrived
    assert outcome.struck["node killed"] >= 5
    assert any(moment.startswith("in the middle of") for moment in outcome.struck)


# The judge notices


def tally(**facts: Any) -> dict[str, Any]:
    """What a node says where nothing lies."""
    empty: dict[str, Any] = {"sent": [], "arrived": [], "registers": [], "counted": [], "half": []}
    return {**empty, "log_rows": 1, "log_faults": [], **facts}


STATES = "business 01, business 03, transport delivered"
WHOLE = {
    "G01": tally(
        sent=[["a", "H36", "delivered", "03", "e1", "f1 f2", STATES]],
        registers=[["out TB", 1, [1], 1]],
        counted=[["out", 1]],
    ),
    "H36": tally(arrived=[["a", "H36", "03", "e1", "f1 f2", "1"]], registers=[["in ", 1, [1], 1]], counted=[["in", 1]]),
}
TOLD = {
    "G01": ([{"subject": "a", "receivers": ["H36"], "number": 1}], []),
    "H36": ([], [{"subject": "a", "number": 1}]),
}


def faults(**changed: Any) -> tuple[str, ...]:
    """What the judge says of the whole tables with some changed: `node__table`."""
    tallies = copy.deepcopy(WHOLE)
    for name, rows in changed.items():
        code, _, table = name.partition("__")
        tallies[code][table] = rows
    return judge(tallies, TOLD).faults


def test_where_all_is_whole_the_judge_says_nothing():
    assert faults() == ()
    assert judge(WHOLE, TOLD).unsure == 0
    assert judge(WHOLE, {}).unsure == 1


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"H36__arrived": [], "H36__registers": [], "H36__counted": []}, "lost: a → H36"),
        ({"H36__arrived": 2 * WHOLE["H36"]["arrived"]}, "doubled: a → H36"),
        ({"G01__sent": []}, "phantom: a → H36"),
        ({"G01__sent": []}, "forgotten: a → H36"),
        ({"H36__arrived": [["a", "H36", "03", "e1", "f1 f2", "2"]]}, "forgotten: number 1 of a at H36"),
        ({"H36__arrived": [["a", "H36", "03", "e2", "f1 f2", "1"]]}, "altered: a → H36"),
        ({"H36__arrived": [["a", "H36", "03", "e1", "f1", "1"]]}, "altered: a → H36"),
        (
            {"G01__sent": [["a", "H36", "delivered", "03", "e1", "f1 f2", f"business 01, {STATES}"]]},
            "unanswered: a → H36",
        ),
        ({"G01__sent": [["a", "H36", "waiting", "03", "e1", "f1 f2", STATES]]}, "unanswered: a → H36"),
        ({"G01__registers": [["out TB", 3, [1, 3], 2]]}, "registers: G01 out TB: missing [2], twice [], last 3"),
        ({"G01__registers": [["out TB", 2, [1, 1], 2]]}, "registers: G01 out TB: missing [2], twice [1], last 2"),
        ({"G01__registers": [["out TB", 1, [1], 0]]}, "registers: G01 out TB: 1 numbers without a document"),
        (
            {"H36__arrived": [["a", "H36", "03", "e1", "f1 f2", None]]},
            "registers: H36: a has the state 03 and the numbers None",
        ),
        (
            {"H36__arrived": [["a", "H36", "03", "e1", "f1 f2", "1 2"]]},
            "registers: H36: a has the state 03 and the numbers 1 2",
        ),
        ({"G01__counted": [["out", 2]]}, "registers: G01: 2 documents out counted, 1 are there"),
        ({"H36__half": ["a message without attachments: 7"]}, "half: H36: a message without attachments: 7"),
        ({"H36__log_faults": ["broken"]}, "log_faults: H36: broken"),
    ],
)
def test_the_judge_notices(changed: dict[str, Any], fault: str):
    assert fault in faults(**changed)


def test_what_does_not_come_to_rest_is_a_fault():
    assert judge(WHOLE, TOLD, waiting=("G01: 3 letters that wait",)).faults == ("waiting: G01: 3 letters that wait",)
