"""Three nodes exchange, recall, update and replace documents while their processes are killed; none is lost.

`./lienthong bench faults` does the same among five nodes for longer.
"""

import copy
from typing import Any

import pytest

from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.documents_judge import judge
from lienthong.node.faults.documents_trial import run_documents_trial


@pytest.mark.nodes
def test_every_confirmed_document_is_everywhere_exactly_once_and_every_number_is_there():
    with passing_folder() as folder:
        outcome = run_documents_trial(folder, nodes=3, blows=5, seed=53)
    assert outcome.faults == ()
    assert outcome.sent > 10
    assert outcome.arrived >= outcome.sent
    assert outcome.log_rows >= 2 * outcome.arrived
    assert set(outcome.changed) == {"recall", "replace", "update"}
    assert outcome.struck["node killed"] >= 5
    assert any(moment.startswith("in the middle of") for moment in outcome.struck)


# The judge notices

STATES = "business 01, business 03, transport delivered"
SHORT = "business 01, transport delivered"
NEW = "b thay cho a"


def tally(**facts: Any) -> dict[str, Any]:
    """What a node says where nothing lies."""
    empty: dict[str, Any] = {
        **dict.fromkeys(("sent", "arrived", "changes", "taken", "to_do", "taken_back", "half", "log_faults"), ()),
        **dict.fromkeys(("registers", "counted"), ()),
    }
    return {**empty, "log_rows": 1, **facts}


def sent(subject: str, **other: str) -> list[str]:
    """A document as its sender has it."""
    facts = {"transport": "delivered", "status": "03", "envelope": f"e-{subject}", "papers": "f1 f2", "states": STATES}
    facts |= {"content": "c", **other}
    order = ("transport", "status", "envelope", "papers", "states", "content")
    return [subject, "H36", *(facts[name] for name in order)]


def arrived(subject: str, **other: str | None) -> list[str | None]:
    """A document as its recipient has it."""
    facts: dict[str, str | None] = {"status": "03", "envelope": f"e-{subject}", "papers": "f1 f2", "number": "1"}
    facts |= {"content": "c", "standing": "in-force", "trace": "", **other}
    order = ("status", "envelope", "papers", "number", "content", "standing", "trace")
    return [subject, "H36", *(facts[name] for name in order)]


def change(kind: str, newer: str = "", **other: str) -> list[str]:
    """A recall, update or replacement of the document a, as its sender has it."""
    facts = {"envelope": "e2", "papers": "f3", "standing": STANDING[kind], "transport": "delivered", "answer": "15"}
    facts |= {"steps": "15", **other}
    order = ("envelope", "papers", "standing", "transport", "answer", "steps")
    return [kind, "a", "H36", newer, *(facts[name] for name in order)]


STANDING = {"recall": "recalled", "replace": "replaced", "update": "in-force"}

ONE = {
    "G01": tally(sent=[sent("a")], registers=[["out TB", 1, [1], 1]], counted=[["out", 1]]),
    "H36": tally(arrived=[arrived("a")], registers=[["in ", 1, [1], 1]], counted=[["in", 1]]),
}
TOLD = {
    "G01": ([{"subject": "a", "receivers": ["H36"], "number": 1}], []),
    "H36": ([], [{"subject": "a", "number": 1}]),
}

# Recalled before it had a number of arrival.
RECALLED = {
    "G01": ONE["G01"] | {"sent": [sent("a", status="01", states=SHORT)], "changes": [change("recall")]},
    "H36": tally(
        arrived=[arrived("a", status="01", number=None, standing="recalled", trace="15, recalled")],
        taken=[["recall", "a", "H36", "", "e2", "f3"]],
        taken_back=["a"],
        counted=[["in", 1]],
    ),
}
RECALL_TOLD: dict[str, Any] = {"G01": ([*TOLD["G01"][0], {"kind": "recall", "subject": "a"}], [])}

# Updated when it had one: a person agreed.
UPDATED = {
    "G01": ONE["G01"] | {"changes": [change("update")]},
    "H36": ONE["H36"]
    | {"arrived": [arrived("a", trace="15, ask-update")], "taken": [["update", "a", "H36", "", "e2", "f3"]]},
}

# Replaced when it had a number, by one that has the next.
REPLACED = {
    "G01": tally(
        sent=[sent("a"), sent(NEW)],
        changes=[change("replace", NEW)],
        registers=[["out TB", 2, [1, 2], 2]],
        counted=[["out", 2]],
    ),
    "H36": tally(
        arrived=[arrived("a", standing="replaced", trace="15, ask-replace"), arrived(NEW, number="2")],
        taken=[["replace", "a", "H36", NEW, "e2", "f3"]],
        taken_back=["a"],
        registers=[["in ", 2, [1, 2], 2]],
        counted=[["in", 2]],
    ),
}
REPLACE_TOLD = {"G01": ([*TOLD["G01"][0], {"kind": "replace", "subject": "a", "newer": NEW}], []), "H36": TOLD["H36"]}


def faults(whole: Any = ONE, told: Any = TOLD, **changed: Any) -> tuple[str, ...]:
    """What the judge says of whole tables with some changed: `node__table`."""
    tallies = copy.deepcopy(whole)
    for name, rows in changed.items():
        code, _, table = name.partition("__")
        tallies[code][table] = rows
    return judge(tallies, told).faults


@pytest.mark.parametrize(
    ("whole", "told"), [(ONE, TOLD), (RECALLED, RECALL_TOLD), (UPDATED, TOLD), (REPLACED, REPLACE_TOLD)]
)
def test_where_all_is_whole_the_judge_says_nothing(whole: Any, told: Any):
    assert faults(whole, told) == ()
    assert judge(whole, told).unsure == 0
    assert judge(whole, {}).unsure == len(whole["G01"]["sent"])


def test_the_judge_counts_what_changed_documents():
    assert [judge(whole, {}).changed for whole in (ONE, RECALLED, UPDATED, REPLACED)] == [
        {},
        {"recall": 1},
        {"update": 1},
        {"replace": 1},
    ]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"H36__arrived": [], "H36__registers": [], "H36__counted": []}, "lost: a → H36"),
        ({"H36__arrived": 2 * [arrived("a")]}, "doubled: a → H36"),
        ({"G01__sent": []}, "phantom: a → H36"),
        ({"G01__sent": []}, "forgotten: a → H36"),
        ({"H36__arrived": [arrived("a", number="2")]}, "forgotten: number 1 of a at H36"),
        ({"H36__arrived": [arrived("a", envelope="e2")]}, "altered: a → H36"),
        ({"H36__arrived": [arrived("a", papers="f1")]}, "altered: a → H36"),
        ({"H36__arrived": [arrived("a", content="other")]}, "altered: a → H36"),
        ({"G01__sent": [sent("a", states=f"business 01, {STATES}")]}, "unanswered: a → H36"),
        ({"G01__sent": [sent("a", transport="waiting")]}, "unanswered: a → H36"),
        ({"G01__sent": [sent("a", status="01", states=SHORT)]}, "unanswered: a → H36"),
        ({"G01__registers": [["out TB", 3, [1, 3], 2]]}, "registers: G01 out TB: missing [2], twice [], last 3"),
        ({"G01__registers": [["out TB", 2, [1, 1], 2]]}, "registers: G01 out TB: missing [2], twice [1], last 2"),
        ({"G01__registers": [["out TB", 1, [1], 0]]}, "registers: G01 out TB: 1 numbers without a document"),
        ({"H36__arrived": [arrived("a", number=None)]}, "registers: H36: a has the state 03 and the numbers None"),
        ({"H36__arrived": [arrived("a", number="1 2")]}, "registers: H36: a has the state 03 and the numbers 1 2"),
        ({"G01__counted": [["out", 2]]}, "registers: G01: 2 documents out counted, 1 are there"),
        ({"H36__half": ["a message without attachments: 7"]}, "half: H36: a message without attachments: 7"),
        ({"H36__log_faults": ["broken"]}, "log_faults: H36: broken"),
        (
            {"H36__arrived": [arrived("a", standing="recalled")]},
            "unsettled: no change of a → H36: stands as recalled, its trace is “”",
        ),
        (
            {"H36__arrived": [arrived("a", trace="ask-recall")]},
            "unsettled: no change of a → H36: stands as in-force, its trace is “ask-recall”",
        ),
    ],
)
def test_the_judge_notices(changed: dict[str, Any], fault: str):
    assert fault in faults(**changed)


TAKEN_BACK = {"status": "01", "number": None, "standing": "recalled", "trace": "15, recalled"}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"H36__taken": []}, "lost: recall of a → H36"),
        ({"H36__taken": 2 * RECALLED["H36"]["taken"]}, "doubled: recall of a → H36"),
        ({"G01__changes": 2 * RECALLED["G01"]["changes"]}, "doubled: recall of a → H36"),
        ({"G01__changes": [change("recall"), change("update")]}, "doubled: 2 changes of a"),
        ({"G01__changes": []}, "phantom: recall of a → H36"),
        ({"G01__changes": []}, "forgotten: recall of a by G01"),
        ({"H36__taken": [["recall", "a", "H36", "", "e3", "f3"]]}, "altered: recall of a → H36"),
        (
            {"G01__changes": [change("recall", standing="in-force")]},
            "unsettled: recall of a → H36: the sender has ['in-force', 'delivered', '15', '15']",
        ),
        (
            {"G01__changes": [change("recall", answer="", steps="")]},
            "unsettled: recall of a → H36: the sender has ['recalled', 'delivered', '', '']",
        ),
        (
            {"G01__changes": [change("recall", steps="15, 15")]},
            "unsettled: recall of a → H36: the sender has ['recalled', 'delivered', '15', '15, 15']",
        ),
        (
            {"H36__arrived": [arrived("a", **TAKEN_BACK | {"standing": "in-force"})]},
            "unsettled: recall of a → H36: stands as in-force, its trace is “15, recalled”",
        ),
        (
            {"H36__arrived": [arrived("a", **TAKEN_BACK | {"trace": ""})]},
            "unsettled: recall of a → H36: stands as recalled, its trace is “”",
        ),
        (
            {"H36__arrived": [arrived("a", **TAKEN_BACK | {"trace": "15, recalled, recalled"})]},
            "unsettled: recall of a → H36: stands as recalled, its trace is “15, recalled, recalled”",
        ),
        ({"H36__to_do": ["a"]}, "unsettled: a → H36 is on the work list"),
        ({"H36__taken_back": []}, "unsettled: a → H36 is not listed alike as taken back"),
        ({"H36__arrived": [arrived("a", **TAKEN_BACK | {"status": ""})]}, "unanswered: a → H36"),
        ({"G01__sent": [sent("a")]}, "unanswered: a → H36"),
    ],
)
def test_the_judge_notices_of_a_recall(changed: dict[str, Any], fault: str):
    assert fault in faults(RECALLED, RECALL_TOLD, **changed)


def test_a_recall_ends_at_everybody_who_has_the_document():
    to_two = [sent("a", status="01", states=SHORT), ["a", "H26", *sent("a")[2:]]]
    assert "lost: recall of a → H26" in faults(RECALLED, RECALL_TOLD, G01__sent=to_two)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        # Bound to nothing, at the recipient and at the sender.
        ({"H36__taken": [["replace", None, None, NEW, "e2", "f3"]]}, f"lost: replace of a by {NEW} → H36"),
        (
            {"G01__changes": [["replace", None, *change("replace", NEW)[2:]]]},
            f"lost: replace of a by {NEW} → H36",
        ),
        (
            {"G01__sent": [sent("a"), sent(NEW), sent("c thay cho a")]},
            "doubled: 2 changes of a",
        ),
        (
            {"G01__changes": [change("replace", NEW), change("replace", "c thay cho a")]},
            "doubled: 2 changes of a",
        ),
        (
            {"G01__changes": [change("replace", "c thay cho a")]},
            "forgotten: replace of a by G01",
        ),
        ({"H36__arrived": [REPLACED["H36"]["arrived"][0]]}, f"lost: {NEW} → H36"),
        (
            {"H36__arrived": [arrived("a"), arrived(NEW, number="2")]},
            "unsettled: replace of a → H36: stands as in-force, its trace is “”",
        ),
    ],
)
def test_the_judge_notices_of_a_replacement(changed: dict[str, Any], fault: str):
    assert fault in faults(REPLACED, REPLACE_TOLD, **changed)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"H36__arrived": [arrived("a", trace="15, ask-update", content="old")]}, "altered: a → H36"),
        (
            {"H36__arrived": [arrived("a", standing="recalled", trace="15, ask-update")]},
            "unsettled: update of a → H36: stands as recalled, its trace is “15, ask-update”",
        ),
        ({"G01__sent": [sent("a", status="01", states=SHORT)]}, "unanswered: a → H36"),
    ],
)
def test_the_judge_notices_of_an_update(changed: dict[str, Any], fault: str):
    assert fault in faults(UPDATED, **changed)


def test_what_does_not_come_to_rest_is_a_fault():
    assert judge(ONE, TOLD, waiting=("G01: 3 letters that wait",)).faults == ("waiting: G01: 3 letters that wait",)
