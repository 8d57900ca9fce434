"""The public JSON: described truly, and unbreakable by whatever the description allows or forbids."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from lienthong.casework.dossiers import services
from lienthong.casework.dossiers.tests import stories
from lienthong.node.openapi import document
from tests.badinput import sites
from tests.badinput.people import officer

FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def plain(route: str) -> str:
    """A route of Django as a path of OpenAPI."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)


@pytest.mark.parametrize("name", sites.NAMES)
def test_every_public_route_is_in_the_description_and_nothing_else(name, tmp_path):
    with sites.at(name, tmp_path):
        told = Client().get("/api/v1/openapi.json").json()
    routes = {plain(route).rstrip("/") for route, _ in sites.patterns(name) if route.startswith("/api/")}
    assert {path.rstrip("/") for path in told["paths"]} == routes
    assert told["openapi"] == "3.1.0"


def test_the_description_is_sound():
    schemathesis.openapi.from_dict(document()).validate()


def ask(path: str, query: dict[str, Any] | None = None) -> Any:
    return Client(raise_request_exception=False).get(path, query or {})


def check_told(operation_path: str, answer: Any) -> None:
    """The answer is one of those that the description promises."""
    promised = document()["paths"][operation_path]["get"]["responses"]
    told = promised.get(str(answer.status_code)) or promised["default"]
    if "$ref" in told:
        told = document()["components"]["responses"][told["$ref"].rsplit("/", 1)[-1]]
    kind = answer.headers["Content-Type"]
    assert kind in told["content"], (answer.status_code, kind)
    schema = {**told["content"][kind]["schema"], "components": document()["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(answer.content))


MODES = {"allowed": schemathesis.GenerationMode.POSITIVE, "forbidden": schemathesis.GenerationMode.NEGATIVE}


@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize("path", sorted(document()["paths"]))
def test_answers_are_as_described_whatever_is_asked(hub, path, mode):
    """Schemathesis makes requests that the description allows, and requests that it forbids."""
    operation = schemathesis.openapi.from_dict(document())[path]["GET"]
    parameters = operation.definition.raw.get("parameters", [])
    if mode == "forbidden" and all(one.get("in") == "path" for one in parameters):
        return  # any text may stand in a path: nothing is forbidden

    @FEW
    @given(operation.as_strategy(generation_mode=MODES[mode]))
    def try_out(case: Any) -> None:
        address = path
        for name, value in (case.path_parameters or {}).items():
            address = address.replace(f"{{{name}}}", quote(str(value), safe=""))
        answer = ask(address, {name: value for name, value in (case.query or {}).items() if value is not None})
        assert answer.status_code < 500, (address, case.query)
        if answer.status_code != 301:
            check_told(path, answer)

    try_out()


@pytest.mark.parametrize("path", sorted(document()["paths"]))
def test_the_examples_of_the_description_are_answered(hub, path):
    given_here = document()["paths"][path]["get"].get("parameters", [])
    address = path
    for one in given_here:
        if one.get("in") == "path":
            address = address.replace(f"{{{one['name']}}}", one["example"])
    answer = ask(
        address, {one["name"]: one["example"] for one in given_here if one.get("in") == "query" and "example" in one}
    )
    assert answer.status_code == (404 if "dossiers" in path else 200), answer.content
    check_told(path, answer)


def test_a_dossier_is_told_as_described(hub, homes):
    with sites.at("province", homes.of("H36")):
        who = officer("H36.101")
        made = services.file_at_counter(
            procedure_code=stories.EXTRACT, agency_code="H36.101", answers=stories.extract_answers(), papers=(),
            applicant=stories.APPLICANT, actor=who,
        )  # fmt: skip
    with sites.at("hub", homes.of("G22")):
        answer = ask(f"/api/v1/dossiers/{made.code}/status")
        assert answer.status_code == 200
        check_told("/api/v1/dossiers/{code}/status", answer)
        for secret in ("Ngọc", stories.APPLICANT.number, stories.APPLICANT.phone):
            assert secret not in answer.content.decode()


@FEW
@given(text=st.text(min_size=1, max_size=60), on=st.text(max_size=20))
@pytest.mark.parametrize("path", ["agencies/{}", "units/{}", "procedures/{}", "dossiers/{}/status"])
def test_any_text_in_the_address_is_answered(hub, path, text, on):
    answer = ask(f"/api/v1/{path.format(quote(text, safe=''))}", {"on": on, "q": text, "version": on})
    assert answer.status_code in (200, 301, 400, 404, 422, 429)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert json.loads(answer.content)["code"]
