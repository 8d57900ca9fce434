"""Operator's pages of calls: found by filters that stay, told with their cause, proven by a file."""

import io
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.test import Client

from lienthong.kernel.access import Actor
from lienthong.platform.catalogue import services as catalogue
from lienthong.platform.catalogue.types import SystemRef
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.gateway.tests.world import OPERATOR, SERVICE, World
from lienthong.platform.signing import queries as signing_queries

PATH = "/van-hanh/trao-doi/luot-goi/"


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ROOT_URLCONF", "lienthong.platform.gateway.tests.urls")


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> list[Actor | None]:
    """Who is signed in; the operator at first."""
    who: list[Actor | None] = [OPERATOR]

    def act(self: Any, request: HttpRequest) -> HttpResponseBase:
        request.actor = who[0]  # type: ignore[attr-defined]  # as the middleware does
        response: HttpResponseBase = self.get_response(request)
        return response

    monkeypatch.setattr("lienthong.platform.identity.middleware.ActingPerson.__call__", act)
    return who


@pytest.fixture
def called(world: World, signed_in: list[Actor | None]) -> World:
    """One call that was answered, one that was not."""
    world.call(method="POST", body=b"{}", headers={"X-Road-Id": "tot"})
    world.unreachable = "timeout"
    world.call(SERVICE + "/cham", headers={"X-Road-Id": "hong"})
    world.unreachable = ""
    return world


def read(path: str = PATH) -> str:
    response = Client().get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_calls_stand_with_purpose_and_outcome(called: World) -> None:
    page = read()
    assert "G01/dan-cu/tra-cuu.v1</td>" in page
    assert "Đăng ký khai sinh" in page
    assert page.count("Không trả lời</strong>") == 1


def test_filters_find_and_stay(called: World) -> None:
    failed = read(PATH + "?ket-qua=failed")
    assert "Không trả lời</strong>" in failed
    assert "Gọi đến</td>" not in failed
    one = read(PATH + "?ma=tot&chieu=in&tu-ngay=2020-01-01&den-ngay=2999-01-01")
    assert one.count("H36/mot-cua</td>") == 1
    assert "ma=tot&amp;chieu=in" in one or "chieu=in&amp;ma=tot" in one
    assert "Không có lượt gọi nào" in read(PATH + "?ma=khac")
    assert "Không trả lời</strong>" in read(PATH + "?chieu=nonsense&ket-qua=nonsense&tu-ngay=hom-qua&page=99")


def test_the_list_as_a_file(called: World) -> None:
    response = Client().get(PATH + "tai-ve.csv?ket-qua=answered")
    lines = b"".join(response).decode("utf-8-sig").strip().splitlines()
    assert len(lines) == 3
    assert all("answered" in line for line in lines[1:])


def test_one_call_says_what_to_do(called: World) -> None:
    line = exchange_queries.Calls(query_id="hong").rows(limit=1)[0]
    page = read(f"{PATH}out/{line.message_id}/")
    assert "server.clientproxy.network_error" in page
    assert "Hãy gọi lại sau" in page
    assert Client().get(f"{PATH}in/{line.message_id}/").status_code == 404


def test_only_operators_may_look(called: World, signed_in: list[Actor | None]) -> None:
    signed_in[0] = None
    assert Client().get(PATH).status_code == 302
    assert Client().get(PATH + "tai-ve.csv").status_code == 302


def test_proofs_by_the_address_of_x_road(called: World, signed_in: list[Actor | None]) -> None:
    with called.at("H36"):
        answer = Client().get("/asic?queryId=tot")
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        kinds = sorted(name.rpartition("-")[2] for name in archive.namelist())
        assert kinds == ["request.asice"] * 2 + ["response.asice"] * 2
        for name in archive.namelist():
            assert signing_queries.verify_container(archive.read(name)).good
        only = zipfile.ZipFile(io.BytesIO(Client().get("/asic?queryId=hong").content))
        assert [name.rpartition("-")[2] for name in only.namelist()] == ["request.asice"]
        assert Client().get("/asic?queryId=khac").status_code == 404
        assert Client().get("/asic").status_code == 400
        assert Client().get("/asic?queryId=tot&requestOnly&responseOnly").status_code == 400
        signed_in[0] = None
        assert Client().get("/asic?queryId=tot").status_code == 401
        system = SystemRef("H36", "mot-cua")
        _, plain = catalogue.make_key(system=system, label="máy", actor=OPERATOR)
        _, managing = catalogue.make_key(system=system, label="máy", may_manage=True, actor=OPERATOR)
        for key, status in ((plain, 401), (managing, 200)):
            headers = {"Authorization": f"Bearer {key}"}
            assert Client().get("/asic?queryId=tot&requestOnly", headers=headers).status_code == status


# In Chromium


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_are_open_to_everybody(chromium: Any, called: World, live_server: Any, look: Any, width: int) -> None:
    page = chromium.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url).new_page()
    line = exchange_queries.Calls(query_id="hong").rows(limit=1)[0]
    for name, path in (("calls", PATH), ("none", PATH + "?ma=khac"), ("call", f"{PATH}out/{line.message_id}/")):
        page.goto(path)
        look(page, name)
