"""The command centre as its user sees it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import RequestFactory
from pydantic import TypeAdapter

from lienthong.casework.dossiers import events
from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.oversight.command import country_map, periods, views
from lienthong.oversight.reporting import services as reporting
from lienthong.platform.documents.events import DocumentDaysCounted

pytestmark = pytest.mark.django_db

MINISTER = Actor(kind="officer", name="Lãnh đạo", agency_code="G22", duties=frozenset({"command"}), level=2)


posted: list[Any] = []


@pytest.fixture(autouse=True)
def _evening():
    with clock.frozen(clock.at(2026, 11, 20, 18)):
        yield


@pytest.fixture(autouse=True)
def _letters(monkeypatch):
    posted.clear()
    monkeypatch.setattr("lienthong.platform.exchange.services.post_letter", lambda letter, **_: posted.append(letter))


def report(day: date, *, received=0, on_time=0, late=0, overdue=0):
    """Dossiers of one day: received only, finished in time or late, or still open past their return date."""
    noon = datetime.combine(day, time(12), clock.ZONE)
    kinds = [("open", clock.now() + timedelta(days=9))] * (received - on_time - late - overdue)
    kinds += [("done", noon)] * on_time + [("done", noon - timedelta(hours=1))] * late
    kinds += [("open", noon - timedelta(hours=1))] * overdue
    for kind, due in kinds:
        reporting.note_dossier(
            events.Received(
                dossier_id=uuid4(),
                version=2,
                code="H36.101.01-261120-0001",
                procedure_code="1.001193",
                agency_code="H36.101",
                reception_code="H36.101.01",
                channel="online",
                status=9 if kind == "done" else 4,
                status_before=1,
                at=noon,
                submitted_at=noon,
                received_at=noon - timedelta(hours=2),
                due_at=due,
                finished_at=noon if kind == "done" else None,
                applicant_number="",
            )
        )
    reporting.fold_and_report()
    reporting.take_in_report(reporter="H36", figures=posted[-1])


def ask(rf: RequestFactory, view=views.dashboard, actor: Actor | None = MINISTER, **query):
    request: Any = rf.get("/dieu-hanh/", query)
    request.actor = actor
    answer: Any = view(request)
    return answer


def test_only_the_duty_of_command_may_look(rf):
    handler = Actor(kind="officer", name="Hộ tịch", agency_code="H36.101", duties=frozenset({"handling"}), level=2)
    with pytest.raises(NotAllowed):
        ask(rf, actor=handler)
    assert ask(rf, actor=None).status_code == 302


def test_the_numbers_on_the_page_are_those_reported(rf):
    report(clock.today(), received=6, on_time=3, late=1, overdue=2)
    page = ask(rf, ky="today").content.decode()
    assert "75,0 %" in page
    assert 'data-figure="received">6<' in page
    assert 'data-figure="overdue">2<' in page


def test_another_period_gives_other_numbers(rf):
    report(clock.today() - timedelta(days=3), received=4)
    assert 'data-figure="received">0<' in ask(rf, ky="today").content.decode()
    assert 'data-figure="received">4<' in ask(rf, ky="week").content.decode()


def test_an_empty_board_says_what_will_stand_there(rf):
    assert "Chưa có số liệu trong kỳ này" in ask(rf).content.decode()


def test_documents_of_the_axis_stand_beside_the_dossiers(rf):
    assert "Văn bản điện tử qua trục" not in ask(rf, ky="today").content.decode()
    counts = {"documents": 40, "electronic": 38, "examined": 40, "personally_signed": 30}
    told = {"agency_code": "H36", "direction": "out", "type_code": "CV", "day": clock.today(), "counts": counts}
    counted = {"reporter": "H36", "as_of": clock.now(), "days": [told]}
    reporting.note_document_days(TypeAdapter(DocumentDaysCounted).validate_python(counted))
    page = ask(rf, ky="today").content.decode()
    assert "Văn bản điện tử qua trục" in page
    assert "95,0 %" in page
    assert "75,0 %" in page


def test_the_live_part_comes_alone(rf):
    request: Any = rf.get("/dieu-hanh/", headers={"HX-Request": "true"})
    request.actor = MINISTER
    answer: Any = views.dashboard(request)
    assert "<html" not in answer.content.decode()


def test_the_file_holds_the_same_numbers(rf):
    report(clock.today(), received=4, on_time=3, late=1)
    body = ask(rf, views.figures_csv, ky="today").content.decode("utf-8-sig")
    assert body.splitlines()[1].startswith("H36,")
    assert body.splitlines()[1].endswith("0.7500,1.0000")


@pytest.mark.parametrize("days", [("2026-02-30", "2026-03-01"), ("2026-03-02", "2026-03-01"), ("x", "")])
def test_impossible_days_are_named_and_the_month_is_shown(days):
    name, span, errors = periods.read_span({"tu": days[0], "den": days[1]}, date(2026, 11, 21))
    assert errors
    assert (name, span.first) == ("month", date(2026, 11, 1))


def test_the_map_has_every_province_and_both_archipelagos():
    shapes = [shape for group in country_map.SHAPES.values() for shape in group]
    assert len(country_map.SHAPES) == 34
    assert len(shapes) == len(set(shapes)) == 65
    assert "hoangsa" in country_map.SHAPES["H17"]
    assert "truongsa" in country_map.SHAPES["H32"]
