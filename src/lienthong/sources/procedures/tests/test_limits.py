"""Fees and time limits."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock
from lienthong.platform.agencies.types import Calendar
from lienthong.sources.procedures import queries, rules
from lienthong.sources.procedures.rules.limits import price_of_copy
from lienthong.sources.procedures.tests.conftest import SHIPPED, sure
from lienthong.sources.procedures.types import Channel, Fee, FeeStep, TimeLimit

CALENDAR = Calendar(days_off=frozenset({date(2026, 11, 24)}))


def due(code: str, received: datetime, channel: Channel = "direct") -> datetime:
    return sure(queries.due_at(SHIPPED[code], received, CALENDAR, channel=channel))


def test_in_the_day_before_and_after_three():
    assert due("1.001193", clock.at(2026, 11, 20, 14, 59), "online").date() == date(2026, 11, 20)
    assert due("1.001193", clock.at(2026, 11, 20, 15, 1), "online").date() == date(2026, 11, 23)


def test_working_days_skip_the_day_off():
    assert due("1.004194", clock.at(2026, 11, 20, 9)).date() == date(2026, 11, 26)


def test_channels_have_their_own_limit():
    received = clock.at(2026, 11, 2, 9)
    assert due("1.012753", received, "online") < due("1.012753", received) < due("1.012753", received, "postal")


def test_an_hour():
    assert due("2.001159", clock.at(2026, 11, 20, 9)) == clock.at(2026, 11, 20, 10)


def test_no_limit_is_none():
    listing = SHIPPED["1.001193"].model_copy(update={"time_limit": None})
    assert queries.due_at(listing, clock.at(2026, 11, 20, 9), CALENDAR) is None


@pytest.mark.parametrize(
    ("code", "channel", "answers", "fee"),
    [
        ("1.001193", "online", {}, 0),
        ("2.000635", "online", {"extract": {"copies": 1}}, 8000),
        ("2.000635", "online", {"extract": {"copies": 3}}, 24000),
        ("2.000635", "direct", {}, 8000),
        ("2.000815", "direct", {"order": {"pages": 1, "copies": 1}}, 2000),
        ("2.000815", "direct", {"order": {"pages": 5, "copies": 2}}, 14000),
        ("2.000815", "direct", {"order": {"pages": 500, "copies": 1}}, 200000),
        ("1.004222", "direct", {}, 20000),
        ("1.004222", "online", {}, 10000),
        ("1.013225", "online", {}, None),
    ],
)
def test_fees(code, channel, answers, fee):
    assert rules.fee_due(SHIPPED[code], channel, answers) == fee


def test_a_channel_that_is_not_offered():
    with pytest.raises(KeyError):
        rules.fee_due(SHIPPED["2.000815"], "online", {})


@given(
    first=st.integers(0, 10_000), later=st.integers(0, 10_000), cap=st.integers(0, 500_000), pages=st.integers(1, 400)
)
def test_more_pages_never_cost_less_and_the_cap_holds(first, later, cap, pages):
    fee = Fee(amount=first, per="page", steps=(FeeStep(from_unit=3, amount=later),), maximum=cap)
    assert price_of_copy(fee, pages) <= price_of_copy(fee, pages + 1) <= cap
    assert price_of_copy(fee, pages) == min(cap, min(pages, 2) * first + max(pages - 2, 0) * later)


def test_limits_in_words():
    assert TimeLimit(kind="working_days", amount=1).as_words().en == "1 working day"
    assert TimeLimit(kind="days", amount=20).as_words().vi == "20 ngày"


@pytest.mark.parametrize(
    "wrong", [{"kind": "days"}, {"kind": "same_day", "amount": 1}, {"kind": "hours", "amount": 2, "cutoff": "15:00"}]
)
def test_limits_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match="amount"):
        TimeLimit(**wrong)
