"""Pure decisions: waiting, routing, access, freshness."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock
from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.text import Bilingual
from lienthong.platform.exchange import rules
from lienthong.platform.exchange.tests.country import GROUND, PURPOSE, SERVICE
from lienthong.platform.exchange.types import GrantEntry, NodeEntry

GRANT = GrantEntry("H36", "G01", SERVICE, PURPOSE, GROUND, date(2025, 7, 1), date(2026, 12, 31))
ASKED = {"client": "H36", "provider": "G01", "service": SERVICE, "purpose": PURPOSE, "legal_ground": GROUND}


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waiting_doubles_to_a_cap_and_never_leaves_its_bounds(attempts: int, chance: float) -> None:
    seconds = rules.wait_seconds(attempts, chance)
    assert 0.39 < seconds < 72.01
    assert seconds <= rules.wait_seconds(attempts + 1, chance)


def test_the_first_try_again_comes_soon() -> None:
    assert rules.wait_seconds(1) < 0.7


@pytest.mark.parametrize(
    ("code", "node"),
    [("H36", "H36"), ("H36.101", "H36.101"), ("H36.101.01", "H36.101"), ("H36.102", "H36"), ("H3", None)],
)
def test_the_longest_registered_prefix_answers(code: str, node: str | None) -> None:
    nodes = {one: NodeEntry(one, Bilingual(one, one), "http://x", ()) for one in ("H36", "H36.101", "G01")}
    found = rules.node_of(code, nodes)
    assert (found.agency_code if found else None) == node


def test_a_fitting_grant_allows() -> None:
    assert rules.decide_access([GRANT], **ASKED, day=date(2026, 11, 21)) == GRANT
    shouted = {**ASKED, "purpose": PURPOSE.upper()}
    assert rules.decide_access([GRANT], **shouted, day=date(2026, 11, 21)) == GRANT


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"client": "H37"}, "client"),
        ({"provider": "G02"}, "client"),
        ({"service": "population.other"}, "client"),
        ({"purpose": "Khác"}, "purpose"),
        ({"legal_ground": "Khác"}, "legal_ground"),
    ],
)
def test_any_other_fact_denies_and_says_which(change: dict[str, str], field: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        rules.decide_access([GRANT], **{**ASKED, **change}, day=date(2026, 11, 21))
    assert refusal.value.field == field


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2027, 1, 1)])
def test_a_grant_holds_only_within_its_dates(day: date) -> None:
    with pytest.raises(NotAllowed) as refusal:
        rules.decide_access([GRANT], **ASKED, day=day)
    assert refusal.value.field == "valid_to"
    wider = replace(GRANT, valid_from=date(2020, 1, 1), valid_to=None)
    assert rules.decide_access([GRANT, wider], **ASKED, day=day) == wider


def test_a_directory_is_good_then_in_grace_then_expired() -> None:
    end = clock.at(2026, 11, 21, 9)
    states = [rules.directory_state(end, end + timedelta(hours=hours)) for hours in (-1, 1, 71, 73)]
    assert states == ["good", "grace", "grace", "expired"]
