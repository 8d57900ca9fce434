"""Operators change the calendar; facts load fast and leave their declarations alone."""

from datetime import date, time
from typing import Any

import pytest

from lienthong.kernel.access import Actor
from lienthong.kernel.clock import at
from lienthong.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from lienthong.kernel.models import AuditEntry
from lienthong.kernel.text import tr
from lienthong.platform.agencies import models, queries, services

pytestmark = pytest.mark.django_db

HOA = Actor(kind="officer", name="Hoa", account_id=7, agency_code="H36", duties=frozenset({"operator"}))
NAM = Actor(kind="officer", name="Nam", account_id=8, agency_code="H36.101", duties=frozenset({"operator"}))
LAN = Actor(kind="officer", name="Lan", account_id=9, agency_code="H36", duties=frozenset({"reception"}))
FLOOD = date(2026, 11, 25)
NAME = tr("Nghỉ tránh lũ", "Closed for the flood")


def declare(actor: Actor = HOA, day: date = FLOOD, agency_code: str = "H36", decision: str = "CV 12/UBND"):
    return services.declare_day_off(day=day, name=NAME, decision=decision, actor=actor, agency_code=agency_code)


def test_the_calendar_of_the_facts_knows_tet_and_the_swap_of_2026():
    calendar = queries.get_calendar()
    assert calendar.add_working_days(at(2026, 2, 13, 9), 1) == at(2026, 2, 23, 17)
    assert calendar.add_working_days(at(2026, 8, 28, 9), 1) == at(2026, 9, 3, 17)
    assert calendar.is_working(date(2026, 8, 22))
    assert not calendar.is_working(date(2026, 11, 24))
    assert not calendar.is_working(date(2026, 4, 27))


def test_a_day_off_of_the_province_holds_for_its_communes_and_nowhere_else():
    declare()
    assert not queries.get_calendar("H36").is_working(FLOOD)
    assert not queries.get_calendar("H36.101.01").is_working(FLOOD)
    assert queries.get_calendar("H38").is_working(FLOOD)
    assert queries.get_calendar().is_working(FLOOD)


def test_a_commune_may_work_on_the_provinces_day_off():
    declare()
    services.declare_working_day(
        day=FLOOD, name=tr("Trực", "On duty"), decision="QĐ 3", actor=NAM, agency_code="H36.101"
    )
    assert queries.get_calendar("H36.101.01").is_working(FLOOD)
    assert not queries.get_calendar("H36.102").is_working(FLOOD)


def test_the_deed_is_on_the_ledger():
    declared = declare()
    entry = AuditEntry.objects.get(subject=f"calendar-day:{declared.id}")
    assert (entry.action, entry.account_id, entry.facts["day"]) == ("agencies.declare-off", 7, "2026-11-25")


@pytest.mark.parametrize(
    ("actor", "agency_code"), [(LAN, "H36"), (NAM, "H36"), (NAM, ""), (NAM, "H36.102"), (HOA, "G01")]
)
def test_only_operators_of_the_agency_or_above_may(actor: Actor, agency_code: str):
    with pytest.raises(NotAllowed):
        declare(actor, agency_code=agency_code)
    assert queries.get_calendar("H36").is_working(FLOOD)


def test_a_day_is_declared_once():
    declare()
    with pytest.raises(Conflict, match=r"agencies\.day-declared"):
        declare()


def test_a_declaration_needs_a_decision():
    with pytest.raises(Invalid) as refusal:
        declare(decision="  ")
    assert [error.path for error in refusal.value.field_errors] == ["decision"]


def test_an_unknown_agency_is_refused():
    with pytest.raises(Refused, match=r"agencies\.unknown"):
        declare(agency_code="H36.999")


def test_a_withdrawn_day_counts_again_and_stays_withdrawn_when_facts_load_again():
    national_day = next(d for d in queries.list_calendar_days(2026) if d.day == date(2026, 11, 24))
    services.withdraw_calendar_day(declaration_id=national_day.id, actor=HOA)
    models.LoadedFacts.objects.all().delete()
    report = services.load_facts()
    assert report.changed
    assert queries.get_calendar().is_working(date(2026, 11, 24))
    with pytest.raises(NotFound):
        services.withdraw_calendar_day(declaration_id=national_day.id, actor=HOA)


def test_loading_again_changes_no_row():
    before = services.load_facts()
    models.LoadedFacts.objects.all().delete()
    after = services.load_facts()
    assert before.units == after.units == 14_006
    assert before.unit_changes == after.unit_changes
    assert before.calendar_days == after.calendar_days
    assert services.load_demo_agencies() == 20
    assert models.OfficeHours.objects.count() == 2


def test_a_days_off_of_older_facts_that_newer_facts_dropped_is_withdrawn():
    stale = models.CalendarDay.objects.create(
        day=date(2027, 7, 7), kind="off", name_vi="x", name_en="x", decision="x", from_facts=True
    )
    models.LoadedFacts.objects.all().delete()
    services.load_facts()
    stale.refresh_from_db()
    assert stale.withdrawn_at is not None


def test_office_hours_change_from_a_day_on():
    winter = [(range(5), time(7, 30), time(11, 30)), (range(5), time(13), time(16, 30))]
    services.set_office_hours(
        shifts=winter, valid_from=date(2026, 12, 1), decision="QĐ 5", actor=HOA, agency_code="H36"
    )
    calendar = queries.get_calendar("H36.101.01")
    assert calendar.add_working_days(at(2026, 11, 27, 9), 1) == at(2026, 11, 30, 17)
    assert calendar.add_working_days(at(2026, 11, 30, 9), 1) == at(2026, 12, 1, 16, 30)
    services.set_office_hours(
        shifts=[(range(5), time(8), time(17))],
        valid_from=date(2027, 3, 1),
        decision="QĐ 9",
        actor=HOA,
        agency_code="H36",
    )
    shown = [(shift.opens, shift.valid_to) for shift in queries.list_office_hours("H36")]
    assert shown == [(time(8), None), (time(7, 30), date(2027, 3, 1)), (time(13), date(2027, 3, 1))]


@pytest.mark.parametrize(
    "shifts",
    [
        [],
        [([], time(7), time(11))],
        [([7], time(7), time(11))],
        [([0], time(11), time(7))],
        [([0, 1], time(7), time(12)), ([1], time(11), time(13))],
    ],
)
def test_unsound_office_hours_are_refused(shifts: list[Any]):
    with pytest.raises(Invalid):
        services.set_office_hours(shifts=shifts, valid_from=FLOOD, decision="QĐ 5", actor=HOA, agency_code="H36")
    assert queries.list_office_hours("H36") == []
