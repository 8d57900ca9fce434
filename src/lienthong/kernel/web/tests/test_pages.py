"""Pages of the web base: language switch, policy headers, refusals, errors."""

import json
import re

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory

from lienthong.kernel import profile
from lienthong.kernel.errors import FieldError, Invalid, NotFound
from lienthong.kernel.text import tr
from lienthong.kernel.web.middleware import ContentSecurityPolicy, Refusals
from lienthong.kernel.web.views import csrf_failure, server_error

GUIDE = "/huong-dan-giao-dien/"


def shown(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """What a visitor gets when a view raises this."""
    return Refusals(lambda _request: HttpResponse()).process_exception(request, exception)


def page_of(answer: HttpResponseBase | None, status: int) -> str:
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def visitor() -> Client:
    return Client()


def test_pages_are_vietnamese_until_english_is_chosen(visitor):
    first = visitor.get(GUIDE)
    assert '<html lang="vi"' in first.content.decode()
    assert first.headers["Content-Language"] == "vi"

    answer = visitor.post("/ngon-ngu/", {"language": "en", "next": GUIDE + "?page=2"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == GUIDE + "?page=2"

    second = visitor.get(GUIDE).content.decode()
    assert '<html lang="en"' in second
    assert "Skip to main content" in second
    visitor.post("/ngon-ngu/", {"language": "vi", "next": GUIDE})
    assert '<html lang="vi"' in visitor.get(GUIDE).content.decode()


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_the_language_switch_leads_nowhere_else(visitor, target):
    answer = visitor.post("/ngon-ngu/", {"language": "en", "next": target})
    assert answer.headers["Location"] == "/"


def test_the_language_switch_takes_only_our_languages_and_only_posts(visitor):
    assert settings.LANGUAGE_COOKIE_NAME not in visitor.post("/ngon-ngu/", {"language": "xx"}).cookies
    assert visitor.get("/ngon-ngu/").status_code == 405


def test_the_language_switch_works_without_a_token():
    answer = Client(enforce_csrf_checks=True).post("/ngon-ngu/", {"language": "en", "next": "/"})
    assert answer.status_code == 302


def test_nothing_inline_and_nothing_from_elsewhere(visitor):
    answer = visitor.get(GUIDE)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    html = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert "<style" not in html
    assert not re.search(r"""\s(style|on[a-z]+)\s*=\s*["']""", html)
    assert not re.search(r"""(src|href|action)=["'](https?:)?//""", html)


def test_an_outside_party_that_forms_may_lead_to_is_named_by_the_profile():
    parameters = {"form_targets": ["https://pay.example"]}
    with profile.playing(profile.node(), parameters=parameters):
        answer = ContentSecurityPolicy(lambda _request: Client().get(GUIDE))(HttpRequest())
    assert answer.headers["Content-Security-Policy"].endswith("form-action 'self' https://pay.example")


def test_the_demo_says_so_on_every_page(visitor):
    assert "Đây là bản trình diễn" in visitor.get(GUIDE).content.decode()
    with profile.playing(profile.node(), demo=False):
        assert "Đây là bản trình diễn" not in visitor.get(GUIDE).content.decode()


def test_an_unknown_page_says_what_to_do(visitor):
    answer = visitor.get("/khong-co/")
    assert answer.status_code == 404
    assert "Không tìm thấy trang" in answer.content.decode()


def test_a_node_without_a_portal_greets_its_officers(visitor):
    html = page_of(visitor.get("/"), 200)
    assert "Nút kiểm thử" in html
    assert "dành cho cán bộ" in html


def test_a_refusal_is_a_page_for_people():
    refusal = NotFound("dossiers.unknown", tr("Không có hồ sơ này.", "There is no such dossier."))
    request = RequestFactory().get("/ho-so/x/", headers={"Accept": "text/html"})
    html = page_of(shown(request, refusal), 404)
    assert "Không có hồ sơ này." in html
    assert "dossiers.unknown" in html


@pytest.mark.parametrize(
    ("path", "accept"), [("/api/v1/x", "*/*"), ("/exchange/letters", "*/*"), ("/x", "application/json")]
)
def test_a_refusal_is_a_problem_body_for_programs(path, accept):
    wrong = FieldError("birth_date", tr("Ngày không có thật.", "Not a real date."), "form.date")
    request = RequestFactory().get(path, headers={"Accept": accept})
    answer = shown(request, Invalid([wrong]))
    body = json.loads(page_of(answer, 422))
    assert answer is not None
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["code"] == "form.invalid"
    assert body["errors"][0]["field"] == "birth_date"


def test_other_exceptions_are_left_alone():
    assert shown(RequestFactory().get("/"), ValueError("x")) is None


def test_the_page_of_last_resort_needs_no_context():
    assert "Hệ thống đang gặp sự cố" in page_of(server_error(RequestFactory().get("/")), 500)


def test_a_stale_form_is_explained():
    assert "mở quá lâu" in page_of(csrf_failure(RequestFactory().post("/"), "no cookie"), 403)
