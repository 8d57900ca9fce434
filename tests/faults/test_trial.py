"""Three nodes write to each other while everything fails in turn: no letter is lost, none applied twice.

`./lienthong bench faults` is the same trial with five nodes and ten thousand letters.
"""

import pytest

from lienthong.node.demo.passing import passing_folder
from lienthong.node.faults.relay import FAULTS
from lienthong.node.faults.trial import run_trial

pytestmark = pytest.mark.nodes


def test_every_letter_is_applied_exactly_once_and_every_log_verifies():
    with passing_folder() as folder:
        outcome = run_trial(folder, nodes=3, letters=300, seconds=40, seed=3)
    assert outcome.posted > 100
    assert not outcome.lost
    assert not outcome.forgotten
    assert not outcome.doubled
    assert not outcome.phantom
    assert not outcome.log_faults
    assert outcome.log_rows >= 2 * outcome.posted
    assert {"node killed", "database killed", "both killed", "clock wrong"} <= outcome.struck.keys()
    assert {f"network: {fault}" for fault in FAULTS} & outcome.struck.keys()
