"""The working calendar: return dates over Tết 2026, the swap of 31/8/2026, the 15:00 rule, pauses."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.kernel.clock import at
from lienthong.platform.agencies.types import Calendar, Shift

TET = frozenset(date(2026, 2, day) for day in range(16, 21))
NATIONAL = TET | {date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2)}
YEAR = Calendar(days_off=NATIONAL, working_days=frozenset({date(2026, 8, 22)}))

moments = st.integers(0, 365 * 86_400).map(lambda seconds: at(2026, 1, 1) + timedelta(seconds=seconds))
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
amounts = st.integers(0, 60)
calendars = st.builds(
    lambda off, on: Calendar(days_off=frozenset(off), working_days=frozenset(on)),
    st.sets(days, max_size=40),
    st.sets(days, max_size=10),
)


def test_a_term_over_tet_skips_the_five_days_off():
    assert YEAR.add_working_days(at(2026, 2, 13, 9), 3) == at(2026, 2, 25, 17)


def test_the_make_up_saturday_counts_and_the_day_swapped_for_it_does_not():
    assert YEAR.is_working(date(2026, 8, 22))
    assert not YEAR.is_working(date(2026, 8, 31))
    assert YEAR.add_working_days(at(2026, 8, 20, 9), 2) == at(2026, 8, 22, 17)
    assert YEAR.add_working_days(at(2026, 8, 28, 9), 1) == at(2026, 9, 3, 17)


def test_counting_starts_on_the_day_after_reception():
    assert YEAR.add_working_days(at(2026, 11, 23, 7, 30), 1) == at(2026, 11, 24, 17)
    assert YEAR.add_working_days(at(2026, 11, 23, 7, 30), 0) == at(2026, 11, 23, 17)


@pytest.mark.parametrize("received", [at(2026, 11, 20, 17), at(2026, 11, 20, 21), at(2026, 11, 21, 10)])
def test_received_after_closing_or_on_a_day_off_counts_from_the_next_working_day(received: datetime):
    assert YEAR.reception_day(received) == date(2026, 11, 23)
    assert YEAR.add_working_days(received, 1) == at(2026, 11, 24, 17)


def test_a_term_in_calendar_days_moves_off_a_day_off():
    assert YEAR.add_days(at(2026, 11, 19, 9), 3) == at(2026, 11, 23, 17)
    assert YEAR.add_days(at(2026, 2, 6, 9), 10) == at(2026, 2, 23, 17)


def test_hours_are_office_hours():
    assert YEAR.add_hours(at(2026, 11, 20, 10), 4) == at(2026, 11, 20, 16)
    assert YEAR.add_hours(at(2026, 11, 20, 7), 8) == at(2026, 11, 20, 17)
    assert YEAR.add_hours(at(2026, 11, 20, 16, 30), 2) == at(2026, 11, 23, 8, 30)
    assert YEAR.add_hours(at(2026, 11, 21, 10), 1) == at(2026, 11, 23, 8)


def test_a_paper_received_by_three_is_due_the_same_day():
    assert YEAR.same_day(at(2026, 11, 20, 14, 59)) == at(2026, 11, 20, 17)
    assert YEAR.same_day(at(2026, 11, 20, 15)) == at(2026, 11, 20, 17)


@pytest.mark.parametrize("received", [at(2026, 11, 20, 15, 1), at(2026, 11, 20, 18), at(2026, 11, 21, 9)])
def test_a_paper_received_after_three_is_due_the_next_working_day(received: datetime):
    assert YEAR.same_day(received) == at(2026, 11, 23, 17)


def test_a_pause_moves_the_return_date_by_its_working_time():
    due = at(2026, 11, 25, 17)
    assert YEAR.shift_by_pause(due, at(2026, 11, 23, 10), at(2026, 11, 24, 10)) == at(2026, 11, 26, 17)
    assert YEAR.shift_by_pause(due, at(2026, 11, 20, 17), at(2026, 11, 23, 7)) == due
    assert YEAR.shift_by_pause(due, at(2026, 11, 23, 10), at(2026, 11, 23, 9)) == due


def test_a_pause_of_a_term_in_calendar_days_counts_its_days():
    due = at(2026, 11, 25, 17)
    moved = YEAR.shift_by_pause(due, at(2026, 11, 20, 10), at(2026, 11, 23, 10), calendar_days=True)
    assert moved == at(2026, 11, 30, 17)


def test_a_saturday_counter_takes_papers_in_but_its_day_is_no_working_day():
    saturday = Shift(frozenset({5}), time(7, 30), time(11, 30))
    counter = replace(YEAR, shifts=(*YEAR.shifts, saturday))
    assert counter.is_open(at(2026, 11, 21, 8))
    assert counter.reception_day(at(2026, 11, 21, 8)) == date(2026, 11, 21)
    assert counter.add_working_days(at(2026, 11, 21, 8), 1) == at(2026, 11, 23, 17)
    assert YEAR.add_working_days(at(2026, 11, 21, 8), 1) == at(2026, 11, 24, 17)


def test_the_make_up_saturday_keeps_the_hours_of_a_monday():
    assert YEAR.hours_on(date(2026, 8, 22)) == ((time(7), time(11, 30)), (time(13, 30), time(17)))


def test_dated_hours_hold_on_their_days_only():
    summer = Shift(frozenset(range(5)), time(6, 30), time(16, 0), date(2026, 6, 1), date(2026, 9, 1), rank=1)
    calendar = replace(YEAR, shifts=(*YEAR.shifts, summer))
    assert calendar.hours_on(date(2026, 5, 29))[0][0] == time(7)
    assert calendar.hours_on(date(2026, 6, 1)) == ((time(6, 30), time(16, 0)),)
    assert calendar.hours_on(date(2026, 9, 3))[0][0] == time(7)


def test_moments_without_a_zone_and_negative_terms_are_refused():
    with pytest.raises(ValueError, match="aware"):
        YEAR.add_days(at(2026, 1, 5, 8).replace(tzinfo=None), 1)
    with pytest.raises(ValueError, match="negative"):
        YEAR.add_working_days(at(2026, 1, 5, 8), -1)


def test_moments_of_other_zones_are_read_in_vietnam():
    utc = datetime.fromisoformat("2026-11-20T03:00:00+00:00")
    assert YEAR.reception_day(utc) == date(2026, 11, 20)
    assert YEAR.add_hours(utc, 1) == at(2026, 11, 20, 11)


@settings(deadline=None)
@given(calendars, moments, amounts)
def test_no_appointment_ever_falls_on_a_day_off_or_before_reception(calendar: Calendar, moment: datetime, amount: int):
    for due in (
        calendar.add_working_days(moment, amount),
        calendar.add_days(moment, amount),
        calendar.add_hours(moment, amount),
        calendar.same_day(moment),
    ):
        assert calendar.is_working(due.date())
        assert due >= moment or due.date() == moment.date()


@settings(deadline=None)
@given(calendars, moments, amounts)
def test_between_reception_and_the_end_lie_exactly_the_working_days_of_the_term(
    calendar: Calendar, moment: datetime, amount: int
):
    start, end = calendar.reception_day(moment), calendar.add_working_days(moment, amount).date()
    between = [start + timedelta(days=step) for step in range(1, (end - start).days + 1)]
    assert sum(map(calendar.is_working, between)) == amount


@settings(deadline=None)
@given(calendars, moments, st.integers(0, 80))
def test_a_term_of_hours_holds_exactly_that_many_working_hours(calendar: Calendar, moment: datetime, amount: int):
    moment = moment.replace(second=0, microsecond=0)
    assert calendar.working_minutes(moment, calendar.add_hours(moment, amount)) == amount * 60


@settings(deadline=None)
@given(calendars, moments, moments, amounts)
def test_a_later_reception_never_gives_an_earlier_appointment(
    calendar: Calendar, one: datetime, other: datetime, amount: int
):
    earlier, later = sorted((one, other))
    assert calendar.add_working_days(earlier, amount) <= calendar.add_working_days(later, amount)
    assert calendar.add_days(earlier, amount) <= calendar.add_days(later, amount)


@settings(deadline=None)
@given(calendars, moments, moments, moments)
def test_a_pause_never_brings_the_return_date_forward(
    calendar: Calendar, received: datetime, paused: datetime, resumed: datetime
):
    due = calendar.add_working_days(received, 5)
    for calendar_days in (False, True):
        moved = calendar.shift_by_pause(due, paused, resumed, calendar_days=calendar_days)
        assert moved >= due
        assert calendar.is_working(moved.date())
