"""The pages of statistics: whose figures, of which days, as a picture, a table and a file; open to all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.kernel import clock
from lienthong.kernel.errors import NotAllowed
from lienthong.platform.documents import spreadsheets
from lienthong.platform.documents.models import DaySum
from lienthong.platform.documents.queries import statistics
from lienthong.platform.documents.statistics_periods import own_period, period_of, read_period
from lienthong.platform.documents.statistics_types import Scope, Span
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import HUB_LEADER
from lienthong.platform.documents.tests.desk_site import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.documents.tests.statistics_site")]

TODAY = date(2026, 11, 20)
NOW = clock.at(2026, 11, 20, 15)
OPERATOR = circuit.officer("G22", "operator")
CODES = ("G22", "H36", "H36.101", "H36.102", "H36.5", "G09")


def a_year(last: date = TODAY) -> None:
    """Sums of a year as six agencies of two nodes told them; each day a little other than the day before."""
    rows = []
    for place, code in enumerate(CODES):
        for back in range(400):
            day = last - timedelta(days=back)
            if day.weekday() > 4:
                continue
            for number, type_code in enumerate(("CV", "QĐ")):
                sent = 3 + (back * 7 + place * 3 + number) % 9
                came = 5 + (back * 5 + place + number) % 14
                rows += [
                    DaySum(
                        reporter=code.split(".", maxsplit=1)[0], agency_code=code, direction="out",
                        type_code=type_code, day=day, documents=sent, electronic=sent - back % 2, copies=sent * 4,
                        copies_saved=sent * 3, examined=sent, personally_signed=sent - 1, on_time=sent - 1, late=1,
                        refused=back % 3 == 0, recalled=back % 11 == 0, as_of=NOW, told=True,
                    ),
                    DaySum(
                        reporter=code.split(".", maxsplit=1)[0], agency_code=code, direction="in",
                        type_code=type_code, day=day, documents=came, electronic=came - 1, on_time=came - 2, late=2,
                        finished=came - 3, finished_on_time=2, finished_late=1, as_of=NOW, told=True,
                    ),
                ]  # fmt: skip
    DaySum.objects.bulk_create(rows)


@pytest.fixture
def year() -> Iterator[None]:
    a_year()
    with clock.frozen(NOW):
        yield


def read(actor: Any, monkeypatch: pytest.MonkeyPatch, query: str = "", code: int = 200) -> str:
    sign_in(monkeypatch, actor)
    answer = Client().get(f"/van-ban/thong-ke/{query}")
    assert answer.status_code == code, answer.content[-2000:]
    return answer.content.decode()


def test_an_agencys_question_reads_its_own_rows_by_the_index(year: None) -> None:
    span = Span(date(2026, 1, 1), TODAY)
    for scope in (Scope("H36"), Scope("H36", below=True), Scope("H36", below=True, level=2, type_code="CV")):
        with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
            # Of a table this small the planner would read everything.
            cursor.execute("SET LOCAL enable_seqscan = off")
            statistics.list_flows(scope, span, "month")
            cursor.execute("EXPLAIN " + asked[-1]["sql"])
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "day_sum_of_agency_by_bytes" in plan, plan
        assert "Index Cond" in plan


def test_below_an_agency_is_what_its_code_begins(year: None) -> None:
    span, row = Span(TODAY, TODAY), {"direction": "in", "type_code": "CV", "day": TODAY, "as_of": NOW, "told": True}
    codes = ("H3", "H3.1", "H3.1.2", "H3-1", "H3/1", "H3 .1", "H31", "H2.9", "H3.")
    DaySum.objects.bulk_create(DaySum(reporter="x", agency_code=code, documents=1, **row) for code in codes)
    found = statistics.list_flows(Scope("H3", below=True), span, "agency")
    assert [one.key for one in found] == ["H3", "H3.", "H3.1", "H3.1.2"]
    assert [one.key for one in statistics.list_flows(Scope("H3"), span, "agency")] == ["H3"]


def test_an_agency_sees_its_own_figures_alone(year: None, monkeypatch: pytest.MonkeyPatch) -> None:
    page = read(HUB_LEADER, monkeypatch)
    assert "tháng 11/2026" in page
    assert "Công văn" in page
    assert "H36" not in page
    assert "Mã cơ quan" not in page
    read(HUB_LEADER, monkeypatch, "?co_quan=H36", 403)
    read(circuit.officer("G22", "handling"), monkeypatch, "", 403)
    with pytest.raises(NotAllowed):
        statistics.scope_of(HUB_LEADER, "H36")
    with pytest.raises(NotAllowed):
        statistics.scope_of(circuit.officer("", "leader"))


def test_an_operator_sees_all_and_narrows_by_agency_level_and_type(year: None, monkeypatch: pytest.MonkeyPatch) -> None:
    page = read(OPERATOR, monkeypatch, "?ky=year")
    assert all(f'data-key="{code}"' in page for code in CODES)
    page = read(OPERATOR, monkeypatch, "?ky=year&co_quan=H36&cap=2&loai=QĐ")
    assert 'data-key="H36.101"' in page
    assert 'data-key="H36"' not in page
    assert 'data-key="G09"' not in page
    assert 'value="H36"' in page
    page = read(OPERATOR, monkeypatch, "?theo=level")
    assert "Cấp 2" in page
    for odd in ("?cap=9&theo=x&loai=%00&ky=zz", "?co_quan=%25", "?ky=own", "?ky=own&tu=2026-02-30&den=x",
                "?ngay=9999-99-99", "?ky=own&tu=2026-11-05&den=2026-11-01", "?ky=own&tu=2001-01-01&den=2026-01-01",
                "?ky=day&ngay=2030-01-01", "?ky=year&ngay=2000-01-01"):  # fmt: skip
        read(OPERATOR, monkeypatch, odd)


def test_the_empty_state_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.frozen(NOW):
        assert "Chưa có văn bản trong kỳ này" in read(HUB_LEADER, monkeypatch)


def test_figures_of_a_period_stand_beside_those_of_the_one_before(year: None) -> None:
    scope = statistics.scope_of(HUB_LEADER)
    month = period_of("month", TODAY, TODAY)
    now, before = statistics.get_flows(scope, month.span), statistics.get_flows(scope, month.before)
    rows = DaySum.objects.filter(agency_code="G22", direction="out")
    assert now.sent.documents == sum(row.documents for row in rows.filter(day__gte=date(2026, 11, 1)))
    assert before.sent.documents == sum(
        row.documents for row in rows.filter(day__gte=date(2026, 10, 1), day__lte=date(2026, 10, 20))
    )
    saved = statistics.get_savings(now)
    assert saved.amount == now.sent.copies_saved * (statistics.PAPER_COST + statistics.POSTAGE)


@pytest.mark.parametrize(
    ("kind", "day", "span", "before", "running"),
    [
        ("day", date(2026, 11, 20), ("2026-11-20", "2026-11-20"), ("2026-11-19", "2026-11-19"), False),
        ("week", date(2026, 11, 18), ("2026-11-16", "2026-11-20"), ("2026-11-09", "2026-11-13"), True),
        ("month", date(2026, 3, 31), ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28"), False),
        ("quarter", date(2026, 1, 5), ("2026-01-01", "2026-03-31"), ("2025-10-01", "2025-12-31"), False),
        ("year", date(2027, 1, 1), ("2026-01-01", "2026-11-20"), ("2025-01-01", "2025-11-20"), True),
    ],
)
def test_periods_begin_and_end_as_people_say(kind: Any, day: date, span: Any, before: Any, running: bool) -> None:
    found = period_of(kind, day, TODAY)
    assert (found.span.first.isoformat(), found.span.last.isoformat()) == span
    assert (found.before.first.isoformat(), found.before.last.isoformat()) == before
    assert found.is_running is running


def test_own_days_are_compared_with_as_many_before_them() -> None:
    found = own_period(date(2026, 11, 2), date(2026, 11, 8), TODAY)
    assert found.before == Span(date(2026, 10, 26), date(2026, 11, 1))
    _, errors = read_period({"ky": "own", "tu": "2026-11-09", "den": "2026-11-08"}, TODAY)
    assert [one.path for one in errors] == ["den"]


def test_the_table_is_saved_whole(year: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch, OPERATOR)
    query = "?ky=month&theo=agency"
    xlsx = b"".join(Client().get(f"/van-ban/thong-ke/so-lieu.xlsx{query}").streaming_content)  # type: ignore[attr-defined]
    rows = list(spreadsheets.rows_of(io.BytesIO(xlsx)))
    csv = b"".join(Client().get(f"/van-ban/thong-ke/so-lieu.csv{query}").streaming_content).decode()  # type: ignore[attr-defined]
    assert {row[0] for row in rows[1:]} == set(CODES)
    assert csv.count("\n") == len(rows) == len(CODES) + 1
    sent = rows[0].index("Gửi: Tổng số")
    whole = statistics.get_flows(Scope(below=True), Span(date(2026, 11, 1), TODAY)).sent.documents
    assert sum(int(row[sent]) for row in rows[1:]) == whole
    assert Client().get("/van-ban/thong-ke/so-lieu.exe").status_code == 404
    sign_in(monkeypatch, HUB_LEADER)
    assert Client().get("/van-ban/thong-ke/so-lieu.csv?co_quan=H36").status_code == 403


def test_a_year_costs_a_handful_of_questions(year: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with CaptureQueriesContext(connection) as told:
        read(OPERATOR, monkeypatch, "?ky=year")
    tables = [one["sql"] for one in told if "documents_" in one["sql"]]
    assert all("documents_daysum" in one or "documents_countmark" in one for one in tables)
    assert len(told) < 15


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_are_open_to_all_and_fit(
    chromium: Any, live_server: Any, look: Any, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_year(clock.today())
    page = chromium.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url).new_page()
    for actor, name, path in (
        (HUB_LEADER, "month", ""),
        (HUB_LEADER, "wrong", "?ky=own&tu=2026-11-09&den=2026-11-08"),
        (HUB_LEADER, "empty", "?ky=year&ngay=2019-05-05"),
        (OPERATOR, "year", "?ky=year"),
    ):
        sign_in(monkeypatch, actor)
        page.goto(f"/van-ban/thong-ke/{path}")
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        look(page, f"statistics-{name}")
