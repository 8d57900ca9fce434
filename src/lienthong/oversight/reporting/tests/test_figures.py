"""Figures come from events, exactly once, in any order, and reach the national level unchanged."""

import random
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.casework.dossiers import events
from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.oversight.reporting import inbox, queries, services
from lienthong.oversight.reporting.letters import DayFigures
from lienthong.oversight.reporting.models import DayFact, DossierFact, Report, StockFact
from lienthong.oversight.reporting.types import Figures, Span
from lienthong.platform.exchange.types import Envelope

pytestmark = pytest.mark.django_db

MORNING = clock.at(2026, 11, 20, 9)
TODAY = Span(date(2026, 11, 20), date(2026, 11, 20))


def event(kind=events.Received, *, dossier=None, version=1, status=2, at=MORNING, due=None, finished=None, **changes):
    facts = {
        "dossier_id": dossier or uuid4(),
        "version": version,
        "code": "H36.101.01-261120-0001",
        "procedure_code": "1.001193",
        "agency_code": "H36.101",
        "reception_code": "H36.101.01",
        "channel": "online",
        "status": status,
        "status_before": 1,
        "at": at,
        "submitted_at": MORNING,
        "received_at": MORNING if status != 1 else None,
        "due_at": due or MORNING + timedelta(hours=6),
        "finished_at": finished,
        "applicant_number": "",
    }
    return kind(**facts | changes)


@pytest.fixture
def posted(monkeypatch):
    letters: list[DayFigures] = []
    monkeypatch.setattr("lienthong.platform.exchange.services.post_letter", lambda letter, **_: letters.append(letter))
    return letters


def fold(posted, at=MORNING + timedelta(hours=1)):
    with clock.frozen(at):
        services.fold_and_report()
    return posted[-1] if posted else None


def test_a_received_dossier_counts_once_however_often_its_event_comes(posted):
    received = event()
    services.note_dossier(received)
    services.note_dossier(received)
    fold(posted)
    assert queries.get_totals(span=TODAY).received == 1


def test_an_older_event_never_undoes_a_newer_one(posted):
    dossier = uuid4()
    services.note_dossier(event(dossier=dossier, version=3, status=9, finished=MORNING + timedelta(hours=2)))
    services.note_dossier(event(dossier=dossier, version=2, status=4))
    fold(posted)
    assert queries.get_totals(span=TODAY).finished_on_time == 1


def test_late_means_finished_after_the_return_date(posted):
    services.note_dossier(event(version=2, status=9, finished=MORNING + timedelta(hours=6)))
    services.note_dossier(event(version=2, status=10, finished=MORNING + timedelta(hours=6, seconds=1)))
    fold(posted)
    figures = queries.get_totals(span=TODAY)
    assert (figures.finished_on_time, figures.finished_late, figures.on_time_rate) == (1, 1, 0.5)


def test_a_dossier_grows_overdue_without_any_event(posted):
    services.note_dossier(event(status=4))
    before = fold(posted, MORNING + timedelta(hours=5))
    after = fold(posted, MORNING + timedelta(hours=7))
    assert [row.overdue for row in before.stock] == [0]
    assert [row.overdue for row in after.stock] == [1]


def test_a_paused_dossier_is_not_overdue(posted):
    services.note_dossier(event(status=6))
    letter = fold(posted, MORNING + timedelta(days=30))
    assert [(row.paused, row.overdue) for row in letter.stock] == [(1, 0)]


def test_nothing_is_told_when_nothing_changed(posted):
    services.note_dossier(event())
    fold(posted)
    fold(posted)
    assert len(posted) == 1


def be_the_hub(letters, *, order=None):
    for table in (DayFact, StockFact, DossierFact, Report):
        table.objects.all().delete()
    for letter in order or letters:
        services.take_in_report(reporter="H36", figures=DayFigures.model_validate_json(letter.model_dump_json()))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([1, 2, 4, 6, 9, 10, 3, 7])), max_size=20), st.randoms())
def test_the_national_figures_equal_the_provinces_whatever_the_order_of_letters(posted, steps, chance: random.Random):
    for table in (DayFact, StockFact, DossierFact, Report):
        table.objects.all().delete()
    posted.clear()
    dossiers = [UUID(int=place) for place in range(5)]
    for place, (which, status) in enumerate(steps):
        ended = status in (3, 7, 9, 10)
        at = MORNING + timedelta(minutes=20 * place)
        services.note_dossier(
            event(dossier=dossiers[which], version=place + 1, status=status, finished=at if ended else None)
        )
        if place % 3 == 0:
            fold(posted, at)
    fold(posted, MORNING + timedelta(hours=9))
    truth = queries.list_figures(span=TODAY, by="agency")
    stock = posted[-1].stock if posted else []
    letters = [*posted, *posted]
    chance.shuffle(letters)
    be_the_hub(posted, order=letters)
    copy = queries.list_figures(span=TODAY, by="agency")
    flows = ("received", "received_online", "finished_on_time", "finished_late", "refused", "withdrawn")
    assert {(row.key, *(getattr(row.figures, name) for name in flows)) for row in copy if row.figures != Figures()} >= {
        (row.key, *(getattr(row.figures, name) for name in flows)) for row in truth
    }
    assert StockFact.objects.count() == len(stock)


def test_a_node_may_not_report_for_another():
    letter = DayFigures.sample()
    envelope = Envelope(uuid4(), letter.NAME, "H17", "G22", MORNING)
    with pytest.raises(Refused) as caught:
        inbox.on_day_figures(letter, envelope)
    assert caught.value.code == "reporting.foreign-agency"
    assert caught.value.field == "rows[0].agency_code"
    assert not DayFact.objects.exists()


def test_figures_stay_with_their_agency_and_what_lies_below_it(posted):
    services.note_dossier(event())
    services.note_dossier(event(agency_code="H36.1010"))
    fold(posted)
    assert queries.get_totals(span=TODAY, under="H36.101").received == 1
    assert queries.get_totals(span=TODAY, under="H36").received == 2
    assert [row.key for row in queries.list_figures(span=TODAY, by="root")] == ["H36"]
    assert [(row.key, row.figures.received) for row in queries.list_days(span=TODAY)] == [("2026-11-20", 2)]


@pytest.mark.parametrize("odd", ["%", "H36.101'; DROP TABLE x", "_"])
def test_an_odd_filter_finds_nothing_and_breaks_nothing(odd):
    assert queries.get_totals(span=TODAY, under=odd) == Figures()
