"""Figures of documents come by events from those who keep the documents, in any order, and are never counted twice."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.kernel import clock, events, jobs
from lienthong.kernel.access import SYSTEM
from lienthong.oversight.reporting import queries, subscribers
from lienthong.oversight.reporting.models import DocumentDayFact
from lienthong.oversight.reporting.types import DocumentFigures, Span
from lienthong.platform.documents.events import DocumentDaysCounted
from lienthong.platform.documents.queries import list_flows, scope_of
from lienthong.platform.documents.services import take_in_figures
from lienthong.platform.documents.types import Span as DocumentSpan

pytestmark = pytest.mark.django_db

NOON = clock.at(2026, 11, 20, 12)
DAY = date(2026, 11, 20)
TODAY = Span(DAY, DAY)
COUNTS = (
    *("documents", "electronic", "copies", "copies_saved", "examined", "personally_signed", "on_time", "late"),
    *("finished", "finished_on_time", "finished_late", "refused", "recalled"),
)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[DocumentDaysCounted]:
    """What the documents' room publishes, heard at once."""
    found: list[DocumentDaysCounted] = []

    def publish(event: Any) -> None:
        found.append(event)
        subscribers.on_document_days(event, uuid4())

    monkeypatch.setattr("lienthong.kernel.events.publish", publish)
    return found


def told(agency: str, direction: str, *, minute: int = 0, day: date = DAY, type_code: str = "CV", **counts: int) -> Any:
    """A node's letter about one day, as the wire carries it."""
    row = {"agency_code": agency, "direction": direction, "type_code": type_code, "day": day}
    row |= dict.fromkeys(COUNTS, 0) | counts
    return SimpleNamespace(as_of=NOON + timedelta(minutes=minute), days=[SimpleNamespace(model_dump=lambda: row)])


def test_what_a_node_tells_is_the_countrys_figure_once(heard: list[DocumentDaysCounted]) -> None:
    letter = told("H36", "out", documents=10, electronic=9, examined=8, personally_signed=6, on_time=10)
    for _ in range(2):
        take_in_figures(reporter="H36", figures=letter)
    take_in_figures(reporter="G09", figures=told("G09", "in", documents=4, on_time=3, late=1, refused=1))
    subscribers.on_document_days(heard[0], uuid4())
    whole = queries.get_document_totals(span=TODAY)
    assert (whole.sent, whole.received, whole.refused) == (10, 4, 1)
    assert (whole.electronic_share, whole.personal_share, whole.on_time_share) == (0.9, 0.75, 0.75)
    assert queries.get_document_totals(span=TODAY, under="H36").received == 0
    assert [row.key for row in queries.list_document_figures(span=TODAY, by="root")] == ["G09", "H36"]
    assert [row.key for row in queries.list_document_figures(span=TODAY, by="day")] == ["2026-11-20"]


def test_the_word_goes_through_the_queue_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_listeners", {})
    events.listen(DocumentDaysCounted, subscribers.on_document_days)
    take_in_figures(reporter="H36", figures=told("H36", "out", documents=7, recalled=2))
    jobs.run_waiting()
    whole = queries.get_document_totals(span=TODAY)
    assert (whole.sent, whole.recalled) == (7, 2)


def test_an_older_word_never_undoes_a_newer_one(heard: list[DocumentDaysCounted]) -> None:
    take_in_figures(reporter="H36", figures=told("H36", "out", minute=5, documents=3))
    take_in_figures(reporter="H36", figures=told("H36", "out", minute=1, documents=2))
    older = replace(heard[0], as_of=NOON)
    subscribers.on_document_days(older, uuid4())
    assert queries.get_document_totals(span=TODAY).sent == 3
    assert queries.get_document_totals(span=Span(DAY - timedelta(days=9), DAY - timedelta(days=1))) == DocumentFigures()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(
        st.tuples(
            st.sampled_from(["H36", "H36.101", "H36.5"]),
            st.sampled_from(["in", "out"]),
            st.sampled_from(["CV", "QĐ", ""]),
            st.integers(0, 2),
            st.integers(0, 5),
        ),
        max_size=25,
    )
)
def test_both_rooms_say_the_same_in_any_order(heard: list[DocumentDaysCounted], words: list[Any]) -> None:
    newest: dict[tuple[Any, ...], tuple[int, int]] = {}
    base = len(heard) * 100
    for place, (agency, direction, type_code, back, number) in enumerate(words):
        day = DAY - timedelta(days=back)
        minute = base + (place * 7) % 25
        take_in_figures(
            reporter="H36",
            figures=told(agency, direction, minute=minute, day=day, type_code=type_code, documents=number),
        )
        key = (agency, direction, type_code, day)
        if minute > newest.get(key, (-1, 0))[0]:
            newest[key] = (minute, number)
    facts = DocumentDayFact.objects.values_list("agency_code", "direction", "type_code", "day", "documents")
    kept = {tuple(row[:4]): row[4] for row in facts}
    assert all(kept[key] == number for key, (_, number) in newest.items())
    span = Span(DAY - timedelta(days=3), DAY)
    here = {
        row.key: (row.figures.sent, row.figures.received)
        for row in queries.list_document_figures(span=span, by="agency")
    }
    assert {key: two for key, two in here.items() if any(two)} == {
        row.key: (row.sent.documents, row.received.documents)
        for row in list_flows(scope_of(SYSTEM), DocumentSpan(span.first, span.last), "agency")
    }
