"""The API: an operator or a system's key, what each may see and change, and bad input told by field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from lienthong.platform.catalogue import queries, services
from lienthong.platform.catalogue.api.routes import api
from lienthong.platform.catalogue.rules import openapi
from lienthong.platform.catalogue.tests.desk import CLIENT, DOCUMENT, SERVICE, at_desk, call, furnish, sign_in
from lienthong.platform.catalogue.tests.trio import LAN
from lienthong.platform.catalogue.types import SystemRef

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.catalogue.tests.site")]
BASE = "/catalogue/v1/"
FEW = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def desk(db: None, homes: Path) -> Iterator[Any]:
    with at_desk(homes):
        yield furnish()


@pytest.fixture
def operator(desk: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    sign_in(monkeypatch)
    return Client()


def key_of(system: SystemRef, *, manage: bool) -> dict[str, str]:
    _, key = services.make_key(system=system, label="API", may_manage=manage, actor=LAN)
    return {"Authorization": f"Bearer {key}"}


def told(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()


def post(client: Client, path: str, body: Any, headers: Any = None) -> Any:
    return client.post(BASE + path, body, content_type="application/json", headers=headers)


def test_strangers_are_turned_away(desk: Any) -> None:
    for path in ("systems", "services", "agreements", "permissions", "usage", f"agreements/{desk.id}"):
        assert told(Client().get(BASE + path), 401)["code"] == "access.sign-in"
    wrong = {"Authorization": "Bearer lt_nonsense"}
    assert told(Client().get(f"{BASE}systems", headers=wrong), 401)["code"] == "access.sign-in"


def test_a_change_by_a_signed_in_operator_needs_the_csrf_token(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch)
    strict = Client(enforce_csrf_checks=True)
    body = {"agency_code": "H36", "code": "moi", "name": {"vi": "Mới"}}
    assert told(post(strict, "systems", body), 403)["code"] == "catalogue.csrf"
    assert queries.find_system(SystemRef("H36", "moi")) is None


def test_a_service_is_made_described_and_published_by_api(operator: Client) -> None:
    made = told(post(operator, "systems", {"agency_code": "H36", "code": "moi", "name": {"vi": "Mới"}}))
    assert made["system"] == "H36/moi"
    body = {"system": "H36/moi", "code": "xin", "title": {"vi": "Xin"}, "base_url": "http://127.0.0.1:9"}
    made = told(post(operator, "services", body))
    assert (made["service"], made["state"]) == ("H36/moi/xin.v1", "draft")
    interface = f"{BASE}services/H36/moi/xin.v1/interface"
    document = {"openapi": openapi.read_document(DOCUMENT)}
    made = told(operator.put(interface, document, content_type="application/json"))
    assert [one["path"] for one in made["endpoints"]] == ["/thua-dat/{ma}", "/bien-dong"]
    wrong = operator.put(interface, {"openapi": {"a": 1}}, content_type="application/json")
    assert told(wrong, 422)["code"] == "catalogue.bad-openapi"
    assert told(post(operator, "services/H36/moi/xin.v1/state", {"state": "published"}))["state"] == "published"
    changed = operator.put(
        f"{BASE}services/H36/moi/xin.v1",
        {"title": {"vi": "Xin 2"}, "base_url": "http://127.0.0.1:9", "terms": {"rate": 3}},
        content_type="application/json",
    )
    assert told(changed)["terms"]["rate"] == 3
    listed = told(operator.get(f"{BASE}services?q=xin"))
    assert [one["service"] for one in listed] == ["H36/moi/xin.v1"]
    assert told(operator.get(f"{BASE}services/H36/moi/khac.v1"), 404)["code"] == "catalogue.unknown-service"
    for state, more in (("deprecated", {"sunset_date": "2099-01-01"}), ("suspended", {"reason": "x"})):
        assert told(post(operator, "services/H36/moi/xin.v1/state", {"state": state, **more}))["state"] == state


def test_an_agreement_lives_by_api(operator: Client, desk: Any) -> None:
    services.end_agreement(agreement_id=desk.id, side="provider", reason="x", actor=LAN)
    body = {
        "client": str(CLIENT),
        "service": str(SERVICE),
        "purposes": [{"title": "Việc", "legal_ground": "Luật", "daily_calls": 10, "fields": ["so_to"]}],
    }
    made = told(post(operator, "agreements", body))
    path = f"agreements/{made['id']}"
    answer = {"accepted": True, "purposes": {made["purposes"][0]["id"]: {"accepted": True, "daily_quota": 5}}}
    assert told(post(operator, f"{path}/answer", answer))["state"] == "active"
    side = {"side": "provider", "reason": "Bảo trì"}
    assert told(post(operator, f"{path}/suspend", side))["suspended"] == {"provider": "Bảo trì"}
    assert told(post(operator, f"{path}/resume", {"side": "provider"}))["state"] == "active"
    wish = {"title": "Thêm", "legal_ground": "Luật", "daily_calls": 600}
    second = told(post(operator, f"{path}/purposes", wish))["purposes"][1]
    word = {"accepted": False, "reason": "Nhiều quá"}
    refused = told(post(operator, f"{path}/purposes/{second['id']}/answer", word))
    assert refused["purposes"][1]["state"] == "refused"
    first = made["purposes"][0]["id"]
    ended = told(post(operator, f"{path}/purposes/{first}/end", {"side": "consumer", "reason": "Xong"}))
    assert ended["purposes"][0]["state"] == "ended"
    assert told(post(operator, f"{path}/end", {"side": "consumer", "reason": "Thôi"}))["state"] == "ended"
    assert told(post(operator, f"{path}/end", {"side": "consumer", "reason": "Thôi"}), 409)


def test_rights_usage_and_why(operator: Client) -> None:
    call(3)
    (line,) = told(operator.get(f"{BASE}permissions?side=provider"))
    assert (line["client"], line["purpose"]["fields"]) == (str(CLIENT), ["so_to", "so_thua"])
    (used,) = told(operator.get(f"{BASE}usage"))
    assert (used["calls"], used["quota"]) == (3, 8)
    query = f"client={CLIENT}&service={SERVICE}&path=/khac"
    answer = told(operator.get(f"{BASE}explain?{query}"))
    assert (answer["allowed"], answer["code"]) == (False, "catalogue.endpoint-denied")
    assert answer["steps"][-1]["advice"]["vi"]


def test_a_key_sees_and_changes_what_concerns_its_system_alone(desk: Any) -> None:
    client, other = Client(), SystemRef("H36", "khac")
    services.register_system(agency_code="H36", code="khac", name="Khác", actor=LAN)
    stranger, consumer = key_of(other, manage=True), key_of(CLIENT, manage=True)
    assert told(client.get(f"{BASE}agreements", headers=stranger)) == []
    assert told(client.get(f"{BASE}permissions", headers=stranger)) == []
    assert told(client.get(f"{BASE}agreements/{desk.id}", headers=stranger), 403)["code"] == "catalogue.not-yours"
    query = f"client={CLIENT}&service={SERVICE}"
    assert told(client.get(f"{BASE}explain?{query}", headers=stranger), 403)["code"] == "catalogue.not-yours"
    assert len(told(client.get(f"{BASE}agreements", headers=consumer))) == 1
    side = {"side": "provider", "reason": "x"}
    path = f"agreements/{desk.id}/suspend"
    assert told(post(client, path, side, consumer), 403)["code"] == "catalogue.not-yours"
    assert told(post(client, path, {**side, "side": "platform"}, consumer), 403)["code"] == "catalogue.not-yours"
    assert told(post(client, path, {**side, "side": "consumer"}, consumer))["state"] == "suspended"
    body = {"agency_code": "H36", "code": "dat-dai", "name": {"vi": "Chiếm"}}
    assert told(post(client, "systems", body, consumer), 403)["code"] == "catalogue.not-yours"
    reader = key_of(CLIENT, manage=False)
    assert told(post(client, path, side, reader), 403)["code"] == "catalogue.key-may-not-manage"
    assert len(told(client.get(f"{BASE}agreements", headers=reader))) == 1


def test_bad_bodies_are_told_by_field_and_change_nothing(operator: Client) -> None:
    wrong = told(post(operator, "agreements", {"client": 5, "service": "x"}), 422)
    assert wrong["code"] == "catalogue.bad-field"
    assert {one["field"] for one in wrong["errors"]} == {"client", "purposes"}
    broken = operator.post(f"{BASE}agreements", "{", content_type="application/json")
    assert told(broken, 400)["code"] == "catalogue.bad-body"
    body = {"client": str(CLIENT), "service": "///", "purposes": []}
    assert told(post(operator, "agreements", body), 404)["code"] == "catalogue.unknown-service"
    assert len(queries.list_agreements()) == 1


def test_the_description_names_every_route(operator: Client) -> None:
    described = told(operator.get(f"{BASE}openapi.json"))
    assert f"{BASE}agreements/{{agreement_id}}/answer" in described["paths"]
    assert len(described["paths"]) == 17


@pytest.mark.parametrize("path", ["services", "agreements", "permissions", "explain", "systems"])
def test_whatever_is_asked_is_answered(operator: Client, path: str) -> None:
    document = api.get_openapi_schema(path_prefix=BASE)
    operation = schemathesis.openapi.from_dict(document)[f"{BASE}{path}"]["GET"]

    @FEW
    @given(operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def try_out(case: Any) -> None:
        query = {name: value for name, value in (case.query or {}).items() if value is not None}
        answer = Client(raise_request_exception=False).get(BASE + path, query)
        assert answer.status_code < 500, (path, query)
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"

    try_out()
