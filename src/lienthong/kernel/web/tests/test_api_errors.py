"""Errors of interfaces for programs: every field that is wrong is named as the caller wrote it."""

import json
from typing import Annotated, Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from ninja import Body, File, NinjaAPI, Query, Schema
from ninja.files import UploadedFile

from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.kernel.web.api_errors import answer_with_problems

pytestmark = pytest.mark.urls(__name__)

heard: list[str] = []


class Child(Schema):
    name: str
    path: int


class Filing(Schema):
    body: int
    children: tuple[Child, ...] = ()


api = NinjaAPI(urls_namespace="errors", docs_url=None)
answer_with_problems(api, "room", lambda _request, refusal: heard.append(refusal.code))


@api.post("/filings/{number}")
def file(request: HttpRequest, number: int, body: Filing, path: Annotated[int, Query()] = 0) -> Any:
    return {}


@api.post("/papers")
def hand_in(request: HttpRequest, file: UploadedFile = File(...)) -> Any:  # type: ignore[type-arg]  # noqa: B008 (ninja's way)
    return {}


@api.post("/pairs")
def pair(request: HttpRequest, first: Annotated[Child, Body()], second: Annotated[Child, Body()]) -> Any:
    return {}


@api.get("/gone")
def gone(request: HttpRequest) -> Any:
    raise NotFound("room.gone", tr("Không còn.", "It is gone."), field="number")


urlpatterns = [path("errors/", api.urls)]


@pytest.fixture(autouse=True)
def _nothing_heard() -> None:
    heard.clear()


def told(answer: Any) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = json.loads(answer.content)
    assert answer.status_code == said["status"]
    assert heard == [said["code"]]
    return dict(said)


@pytest.mark.parametrize(
    ("door", "body", "fields"),
    [
        ("filings/x?path=y", {"body": 1}, {"number", "path"}),
        ("filings/1", {}, {"body"}),
        ("filings/1", {"body": "x", "children": [{"name": "An", "path": "y"}]}, {"body", "children.0.path"}),
        ("filings/1", [], {"body"}),
        ("pairs", {"first": {"name": "An"}}, {"first.path", "second"}),
        ("papers", {}, {"file"}),
    ],
)
def test_every_wrong_field_is_named(door, body, fields):
    said = told(Client().post(f"/errors/{door}", body, content_type="application/json"))
    assert said["status"] == 422
    assert said["code"] == "room.bad-field"
    assert {one["field"] for one in said["errors"]} == fields
    for one in said["errors"]:
        assert one["code"] == "room.bad-field"
        assert one["message"] == f"Không hợp lệ: {one['message_en']}"


def test_a_body_that_is_no_json_is_refused():
    said = told(Client().post("/errors/filings/1", "{", content_type="application/json"))
    assert (said["status"], said["code"]) == (400, "room.bad-body")


def test_a_refusal_of_the_room_keeps_its_own_words():
    said = told(Client().get("/errors/gone"))
    assert (said["status"], said["code"]) == (404, "room.gone")
    assert said["errors"][0]["field"] == "number"


def test_doors_without_a_listener_answer_alike():
    quiet = NinjaAPI(urls_namespace="quiet", docs_url=None)
    answer_with_problems(quiet, "room")
    answer = quiet.on_exception(HttpRequest(), Refused("room.no", "x"))
    assert answer.status_code == 422
