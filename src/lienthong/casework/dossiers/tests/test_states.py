"""The table of states: official, closed, without dead ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.casework.dossiers import states
from lienthong.casework.dossiers.types import Status
from lienthong.platform.identity.types import DUTIES

statuses = st.sampled_from(list(Status))
deeds = st.sampled_from(sorted(states.DEEDS))


def test_all_ten_official_statuses_are_there_with_their_codes():
    assert [int(status) for status in states.STATES] == list(range(1, 11))


def test_every_deed_in_the_table_is_described_and_has_somebody_who_may():
    for state in states.STATES.values():
        assert set(state.deeds) <= set(states.DEEDS)
    for deed in states.DEEDS.values():
        assert deed.duties
        assert set(deed.duties) <= DUTIES | {states.APPLICANT, states.SYSTEM}


@given(statuses, deeds, st.integers(0, 10))
def test_a_step_leads_where_the_table_says_or_nowhere(status, deed, back_to):
    if not states.may_follow(status, deed):
        with pytest.raises(ValueError, match="no step"):
            states.after(status, deed, back_to=back_to)
        return
    targets = states.STATES[status].deeds.get(deed, (status,))
    try:
        assert states.after(status, deed, back_to=back_to) in targets
    except ValueError:
        assert len(targets) > 1
        assert back_to not in targets


@given(statuses)
def test_every_status_is_an_end_or_leads_to_one(start):
    seen, todo = set(), [start]
    while todo:
        status = todo.pop()
        if status not in seen:
            seen.add(status)
            todo += [target for targets in states.STATES[status].deeds.values() for target in targets]
    assert any(not states.STATES[status].deeds for status in seen)


def test_what_has_ended_stays_ended():
    ends = [state for state in states.STATES.values() if not state.deeds]
    assert {state.status for state in ends} == {
        Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.HANDED_OVER,
    }  # fmt: skip
    assert all(state.clock in ("ended", "none") for state in ends)


def test_only_supplement_and_fee_stop_the_clock():
    assert {state.status for state in states.STATES.values() if state.clock == "paused"} == {
        Status.SUPPLEMENT_ASKED, Status.FEE_ASKED,
    }  # fmt: skip


@pytest.mark.parametrize("code", [0, 11, -1])
def test_there_is_no_eleventh_status(code):
    with pytest.raises(ValueError, match="is not a valid Status"):
        states.state_of(code)
