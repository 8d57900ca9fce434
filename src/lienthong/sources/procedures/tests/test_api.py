"""The public JSON of the catalogue."""

import json

import pytest
from django.test import RequestFactory
from jsonschema import Draft202012Validator

from lienthong.kernel.errors import NotFound, Refused
from lienthong.sources.procedures import api, roles

pytestmark = pytest.mark.usefixtures("catalogue")


def get(view, path="", **kwargs):
    return json.loads(view(RequestFactory().get("/api/v1/procedures/" + path), **kwargs).content)


def test_the_list():
    body = get(api.list_procedures, "?q=khai+sinh&size=2&audience=citizen")
    assert body["procedures"][0]["code"] == "1.001193"
    assert body["procedures"][0]["name"] == {"vi": "Đăng ký khai sinh", "en": "Birth registration"}
    assert body["procedures"][0]["time_limit"] == {"kind": "same_day", "amount": 0, "cutoff": "15:00:00"}
    assert len(body["procedures"]) == 2
    assert body["total"] > 2


def test_one_procedure_with_its_form():
    body = get(api.show_procedure, code="1.001193.H36")
    Draft202012Validator.check_schema(body["form"])
    assert body["form"]["properties"]["child"]["properties"]["name"]["title"] == "Họ, chữ đệm và tên của trẻ"
    assert body["form"]["properties"]["child"]["properties"]["name"]["x-title-en"] == "The child's full name"
    assert body["result"]["code"] == "KQ.G15.000031"


def test_suggestions():
    assert get(api.suggest, "?q=ket+ho")["procedures"][0]["code"] == "1.000894"


@pytest.mark.parametrize("query", ["?page=zwei", "?size=-1", "?page=1e3", "?page=٣", "?page=99999999"])
def test_parameters_that_are_no_numbers(query):
    with pytest.raises(Refused) as refusal:
        get(api.list_procedures, query)
    assert (refusal.value.code, refusal.value.status) == ("procedures.not-a-number", 400)


def test_a_day_that_is_none():
    with pytest.raises(Refused) as refusal:
        get(api.show_procedure, "?on=2026-02-30", code="1.001193")
    assert refusal.value.code == "procedures.not-a-day"


def test_a_code_that_nobody_has():
    with pytest.raises(NotFound):
        get(api.show_procedure, code="9.999999")


def test_both_roles_open_the_public_door():
    assert {role.name for role in roles.ROLES} == {"procedures.publisher", "procedures.reader"}
    assert all(role.urls for role in roles.ROLES)
    assert all(
        getattr(view, "access_rule", "") == "public" for view in (api.list_procedures, api.suggest, api.show_procedure)
    )
