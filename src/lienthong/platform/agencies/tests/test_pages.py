"""What people, operators and programs see."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.platform.agencies import models
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.agencies.tests.acting import ActingFromTest

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.agencies.tests.urls")]

STAND_IN = "lienthong.platform.agencies.tests.acting.ActingFromTest"
CALENDAR = "/van-hanh/lich-lam-viec/"


@pytest.fixture(autouse=True)
def _in_november(settings: Any) -> Iterator[None]:
    settings.MIDDLEWARE = [STAND_IN if "ActingPerson" in name else name for name in settings.MIDDLEWARE]
    with clock.frozen(clock.at(2026, 11, 21, 9)):
        yield
    ActingFromTest.actor = None


def officer(duty: str) -> Actor:
    return Actor(kind="officer", name="Hoa", account_id=7, agency_code="H36", duties=frozenset({duty}), level=1)


@pytest.fixture
def operator(client: Client) -> Client:
    """Hoa, operator of Lâm Đồng's node, signed in."""
    ActingFromTest.actor = officer("operator")
    return client


def test_anyone_sees_who_answers_for_an_old_ward(client: Client):
    page = client.get("/tra-cuu/don-vi/", {"q": "phuong 2 da lat"}).content.decode()
    assert "Phường 2, Thành phố Đà Lạt, Tỉnh Lâm Đồng" in page
    assert "Đến hết 30/06/2025" in page
    assert "Phường Xuân Hương - Đà Lạt, Tỉnh Lâm Đồng" in page
    assert "H36.101" in page


def test_the_look_up_speaks_english_and_survives_odd_input(client: Client):
    client.cookies["lt_test_language"] = "en"
    page = client.get("/tra-cuu/don-vi/", {"q": "H63"}).content.decode()
    assert "Who answers" in page
    nothing = client.get("/tra-cuu/don-vi/", {"q": "<zzqx>\x00%"}).content.decode()
    assert "Nothing found" in nothing
    assert "<zzqx>" not in nothing


def test_the_api_tells_a_closed_agency_and_its_successor(client: Client):
    then = client.get("/api/v1/agencies/000.00.00.H63", {"on": "2025-06-30"}).json()
    assert then["agency"]["name"] == "Ủy ban nhân dân tỉnh Yên Bái"
    assert then["answers"]["code"] == "H38"
    now = client.get("/api/v1/agencies/H63")
    assert now.status_code == 404
    assert now.headers["Content-Type"] == "application/problem+json"
    assert now.json()["code"] == "agencies.closed"
    assert now.json()["answers"]["code"] == "H38"


def test_the_api_tells_both_meanings_of_a_code_or_the_one_of_a_day(client: Client):
    both = client.get("/api/v1/units/15").json()
    assert [meaning["was"]["name"] for meaning in both["meanings"]] == ["Yên Bái", "Lào Cai"]
    assert {old["unit"]["code"] for old in both["made_of"]} == {"10", "15"}
    one = client.get("/api/v1/units/15", {"on": "2025-06-30"}).json()
    assert [meaning["was"]["name"] for meaning in one["meanings"]] == ["Yên Bái"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/agencies/ha-noi", 422, "agencies.code-malformed"),
        ("/api/v1/agencies/H99", 404, "agencies.unknown"),
        ("/api/v1/agencies/H36?on=30/2/2026", 422, "agencies.date-malformed"),
        ("/api/v1/agencies/H36?on=20250630", 422, "agencies.date-malformed"),
        ("/api/v1/units/99999", 404, "agencies.unit-unknown"),
        ("/api/v1/units/Lao%20Cai", 404, "agencies.unit-unknown"),
    ],
)
def test_the_api_refuses_with_a_problem_body(client: Client, path: str, status: int, code: str):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_strangers_are_sent_to_sign_in_and_officers_without_the_duty_are_refused(client: Client):
    assert client.get(CALENDAR).status_code == 302
    ActingFromTest.actor = officer("reception")
    assert client.get(CALENDAR).status_code == 403


def test_the_operator_sees_the_year_and_declares_and_withdraws_a_day(operator: Client):
    page = operator.get(CALENDAR, {"nam": "2026"}).content.decode()
    assert "Thứ Hai, 31/08/2026" in page
    answer = operator.post(
        f"{CALENDAR}them/",
        {
            "kind": "off",
            "day-day": "25",
            "day-month": "11",
            "day-year": "2026",
            "name_vi": "Nghỉ tránh lũ",
            "decision": "CV 12/UBND",
            "scope": "agency",
        },
        follow=True,
    )
    assert "Nghỉ tránh lũ" in answer.content.decode()
    declared = models.CalendarDay.objects.get(decision="CV 12/UBND")
    assert declared.agency_id == "H36"
    assert "25/11/2026" in operator.get(f"{CALENDAR}{declared.pk}/go/").content.decode()
    operator.post(f"{CALENDAR}{declared.pk}/go/")
    assert agencies_queries.find_calendar_day(declared.pk) is None


def test_a_day_that_does_not_exist_is_refused_at_its_field(operator: Client):
    answer = operator.post(f"{CALENDAR}them/", {"kind": "off", "day-day": "30", "day-month": "2", "day-year": "2026"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for sentence in ("Hãy ghi một ngày có thật", "Hãy ghi tên ngày", "Hãy ghi số văn bản", "Hãy chọn cơ quan áp dụng"):
        assert sentence in page
    assert 'value="30"' in page
    assert not models.CalendarDay.objects.filter(from_facts=False).exists()


def test_the_operator_sets_office_hours(operator: Client):
    typed = {
        "weekdays": ["0", "1", "2", "3", "4"],
        "morning_opens": "7h30",
        "morning_closes": "11:30",
        "afternoon_opens": "13:00",
        "afternoon_closes": "16:30",
        "valid_from-day": "1",
        "valid_from-month": "12",
        "valid_from-year": "2026",
        "decision": "QĐ 5",
        "scope": "agency",
    }
    assert operator.get(f"{CALENDAR}gio-lam-viec/").status_code == 200
    wrong = operator.post(f"{CALENDAR}gio-lam-viec/", {**typed, "morning_closes": "6:00"})
    assert wrong.status_code == 422
    assert 'href="#weekdays"' in wrong.content.decode()
    page = operator.post(f"{CALENDAR}gio-lam-viec/", typed, follow=True).content.decode()
    assert "07:30 – 11:30" in page
    assert models.OfficeHours.objects.filter(agency="H36").count() == 2
