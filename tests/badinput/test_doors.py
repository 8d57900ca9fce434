"""Every door of every node: what each answer says to browsers and to programs, whatever is asked."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from lienthong.kernel.access import SYSTEM
from lienthong.kernel.web.middleware import MAX_REQUEST_BYTES
from lienthong.node import wiring
from lienthong.platform.identity import services as identity
from tests.badinput import sites

ACTS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND")
KINDS = ("text/plain", "application/json", "application/pkcs10", "application/x-www-form-urlencoded")
SAFE = ("GET", "HEAD", "OPTIONS")
KEY_OR_OPERATOR = "duty:operator or key of a system"
PARTNER = "partner_system"
PROVED = ("signed_node", PARTNER, KEY_OR_OPERATOR)
"""Whoever knocks there proves who it is in every request, by signature or key; a browser's session opens nothing."""
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
_TEXTS = (None, "str", "path")
_SAMPLES = {"uuid": "018f0000-0000-7000-8000-000000000000", "int": "1", "slug": "x"}


def addresses(name: str) -> list[str]:
    """Every path of a node, places filled with what leads nowhere."""
    return [filled(route) for route, _ in sites.patterns(name)]


def filled(route: str, text: str = "x") -> str:
    """The path of a route with something at its places."""
    return _ARGUMENT.sub(lambda found: text if found[1] in _TEXTS else _SAMPLES[found[1]], route)


def rules_of(name: str) -> list[tuple[str, str]]:
    """Every path of a node with its access rule."""
    views: list[Any] = [pattern.callback for _, pattern in sites.patterns(name)]
    return [(address, view.access_rule) for address, view in zip(addresses(name), views, strict=True)]


def as_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert body["status"] == status
    assert re.fullmatch(r"[a-z-]+\.[a-z-]+", body["code"])
    assert body["title"]
    assert body["title_en"]
    return body


def methods_of(address: str) -> list[str]:
    """The methods that a door says it takes."""
    answer = Client().generic("PROPFIND", address)
    assert answer.status_code == 405, address
    return answer.headers["Allow"].split(", ")


def officer_of_everything(**more: Any) -> Client:
    made = identity.appoint_officer(
        username="toan.quyen", name="Toàn Quyền", agency_code="H36.101", position="Thử",
        duties={"reception", "handling", "leader", "clerk", "command", "operator", "publisher"}, actor=SYSTEM,
    )  # fmt: skip
    client = Client(raise_request_exception=False, **more)
    client.force_login(
        get_user_model().objects.get(pk=made.account_id), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def test_no_door_fails_whoever_knocks_and_however(anywhere):
    """Nothing that is merely asked wrongly is an error of ours."""
    for client in (Client(raise_request_exception=False), officer_of_everything()):
        for address in addresses(anywhere):
            for act in ACTS:
                status = client.generic(act, address).status_code
                assert status < 500 or (status, act) == (503, "GET"), (act, address, status)


def test_every_answer_carries_the_policy(anywhere):
    client = officer_of_everything()
    for address in addresses(anywhere):
        answer = client.get(address)
        told = answer.headers
        assert told["X-Content-Type-Options"] == "nosniff", address
        assert told["X-Frame-Options"] == "DENY", address
        assert "frame-ancestors 'none'" in told["Content-Security-Policy"], address
        assert "unsafe" not in told["Content-Security-Policy"], address
        assert told["Referrer-Policy"] == "same-origin", address
        assert told["Cross-Origin-Opener-Policy"] == "same-origin", address


def test_nothing_of_a_signed_in_person_stays_in_a_shared_browser(anywhere):
    client = officer_of_everything()
    for address in addresses(anywhere):
        told = client.get(address).headers.get("Cache-Control", "")
        assert "no-store" in told or address == "/thu-tuc/goi-y/", address


def test_each_door_says_which_methods_it_takes(anywhere):
    client = Client()
    for address, rule in rules_of(anywhere):
        if rule in ("public", "signed_node", KEY_OR_OPERATOR):
            answer = client.patch(address)
            assert (answer.status_code, bool(answer.headers["Allow"])) == (405, True), address
    officer = officer_of_everything()
    for address, rule in rules_of(anywhere):
        answer = officer.patch(address)
        if rule.startswith(("duty:", "signed_in:1", "watcher")):
            assert (answer.status_code, bool(answer.headers.get("Allow"))) == (405, True), (address, rule)


FREE_OF_TOKENS = frozenset({
    "/ngon-ngu/",  # a cookie, nothing else
    "/thanh-toan/ipn/", "/cong-thanh-toan-thu/khoi-tao/", "/cong-thanh-toan-thu/truy-van/",  # signed by the gateway
    "/authority/ocsp", "/authority/ocsp/x", "/authority/tsa",  # questions of RFC 6960 and RFC 3161: whoever asks
    "/exchange/applications",  # of nodes that nobody knows yet; decided on by an operator
    "/xac-minh/api/v1/verifications", "/xac-minh/api/v1/signed-revisions",  # files to be checked; nothing is kept
    "/signing/csc/v2/info", "/signing/csc/v2/credentials/list", "/signing/csc/v2/credentials/info",
    "/signing/csc/v2/credentials/authorize", "/signing/csc/v2/credentials/authorizeCheck",
    "/signing/csc/v2/signatures/signHash",  # the demo's phone: a token of the service, and a consent to each hash
})  # fmt: skip
"""Doors for programs that may be strangers: none looks at who is signed in."""


def test_every_form_needs_its_token(anywhere):
    """No POST of a browser without the token, also of who is signed in; programs that sign their messages need none."""
    clients = (Client(enforce_csrf_checks=True), officer_of_everything(enforce_csrf_checks=True))
    for client in clients:
        for address, rule in rules_of(anywhere):
            if address not in FREE_OF_TOKENS and rule not in PROVED:
                assert client.post(address, {"a": "b"}).status_code == 403, address


def test_no_more_doors_are_free_of_tokens_than_we_know_of(anywhere):
    """Who frees a view from the token either takes signed messages, or keys of programs, or stands in the list."""
    free = {
        address
        for (address, rule), (_, pattern) in zip(rules_of(anywhere), sites.patterns(anywhere), strict=True)
        if getattr(pattern.callback, "csrf_exempt", False) and rule not in PROVED
    }
    assert free <= FREE_OF_TOKENS
    assert anywhere != "hub" or free == FREE_OF_TOKENS


def test_doors_of_nodes_take_nothing_unsigned(anywhere):
    """They need no token because they check signatures, also when a browser of somebody signed in is made to knock."""
    client = officer_of_everything(enforce_csrf_checks=True)
    for address, rule in rules_of(anywhere):
        if rule == "signed_node":
            for act in methods_of(address):
                for kind in KINDS:
                    status = client.generic(act, address, b"{}", content_type=kind).status_code
                    assert 400 <= status < 500, (act, address, kind, status)


def test_doors_of_partner_systems_take_nothing_from_a_browser(anywhere):
    """Each dialect says no in its own way: by the status, by FAIL, or by a number with its cause."""
    client = officer_of_everything(enforce_csrf_checks=True)
    for address, rule in rules_of(anywhere):
        if rule == PARTNER:
            for act in set(methods_of(address)) - {"HEAD"}:  # which has no body to say no in
                answer = client.generic(act, address, b"{}", content_type="application/json")
                told = answer.content.decode()
                refused = 400 <= answer.status_code < 500 or '"FAIL"' in told or '"cause"' in told
                assert refused, (act, address, answer.status_code, told[:200])


def test_doors_for_keys_take_a_signed_in_browser_with_its_token_only(anywhere):
    """The API of the catalogue: strangers are told to sign in, and a change by a session brings the token."""
    stranger, officer = Client(), officer_of_everything(enforce_csrf_checks=True)
    seen = 0
    for address, rule in rules_of(anywhere):
        if rule == KEY_OR_OPERATOR:
            for act in methods_of(address):
                seen += 1
                assert as_problem(stranger.generic(act, address), 401)["code"] == "access.sign-in", (act, address)
                unknown = stranger.generic(act, address, headers={"authorization": "Bearer lt_x"})
                assert as_problem(unknown, 401)["code"] == "access.sign-in", (act, address)
                if act not in SAFE:
                    assert as_problem(officer.generic(act, address), 403)["code"] == "catalogue.csrf", (act, address)
    assert seen > 20, "the catalogue stands at every node"


@pytest.mark.parametrize("address", [
    "/api/v1/nothing", "/api/v1/agencies/a/b/c", "/exchange/nothing", "/catalogue/v1/", "/catalogue/v1/nothing",
    "/authority/nothing", "/monitoring/nothing",
])  # fmt: skip
def test_an_unknown_address_of_the_api_is_a_problem(anywhere, address):
    assert as_problem(Client().get(address), 404)["code"] == "web.not-found"


def test_a_wrong_method_at_the_api_is_a_problem(anywhere):
    answer = Client().get("/exchange/letters")
    assert as_problem(answer, 405)["code"] == "web.method"
    assert answer.headers["Allow"] == "POST"
    answer = Client().delete("/api/v1/agencies/G22")
    as_problem(answer, 405)
    assert "GET" in answer.headers["Allow"]
    answer = Client().delete("/catalogue/v1/services")
    assert as_problem(answer, 405)["code"] == "web.method"
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_a_wrong_method_at_a_page_is_a_page():
    answer = Client().get("/ngon-ngu/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Trang này không nhận cách gửi đó" in answer.content.decode()


def test_a_foreign_host_is_turned_away(anywhere):
    for host in ("evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", ""):
        answer = Client().get("/api/v1/agencies/G22", headers={"host": host})
        as_problem(answer, 400)
        assert "evil" not in answer.content.decode()
        assert Client().get("/", headers={"host": host}).status_code == 400


def test_forwarded_hosts_and_schemes_of_strangers_are_not_believed(anywhere):
    answer = Client().get("/ho-so/", headers={"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"})
    assert "evil" not in answer.headers.get("Location", "")
    assert not answer.wsgi_request.is_secure()


@pytest.mark.parametrize("address", [
    "/api/v1/agencies/a%00b", "/api/v1/units/%00", "/api/v1/agencies/G22?on=%00", "/api/v1/dossiers/%00/status",
    "/api/v1/procedures?q=%00", "/api/v1/procedures/%00",
])  # fmt: skip
def test_a_nul_in_the_address_of_the_api_is_a_problem(hub, address):
    assert as_problem(Client(raise_request_exception=False).get(address), 400)["code"] == "web.broken-text"


@pytest.mark.parametrize("address", ["/thu-tuc/a%00b/", "/thanh-toan/ket-qua/%00/", "/nop-ho-so/%00/"])
def test_a_nul_in_the_address_of_a_page_is_told_in_words(hub, address):
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == 400
    assert "ký tự bị lỗi" in answer.content.decode()


ODD_TEXTS = (
    *("%00", "%ff%fe", "²", "٣", "-1", "9" * 5000, "1" + "0" * 18, "%f0%9f%98%80", "%e2%80%ae", "{0}", "'\"<%25s"),
    "%0d%0aSet-Cookie:%20a=b",
)
NAMES_IN_ADDRESSES = (
    *("page", "status", "q", "nam", "on", "tinh-trang", "ma", "tu", "den", "ky", "co-quan", "size", "version"),
    *("procedure", "due", "state", "linh-vuc", "su-kien", "next", "bao", "ve", "field", "level", "form"),
)


def test_odd_texts_in_addresses_break_nothing(anywhere):
    client = officer_of_everything()
    routes = [route for route, _ in sites.patterns(anywhere)]
    for text in ODD_TEXTS:
        query = "&".join(f"{name}={text}" for name in NAMES_IN_ADDRESSES)
        for route in routes:
            address = filled(route, "x" if len(text) > 100 or text == "%00" else text)
            answer = client.get(f"{address}?{query}")
            assert answer.status_code < 500 or answer.status_code == 503, (address, text[:30])
            assert "a" not in answer.cookies, address


def test_an_endless_request_is_turned_away_before_it_is_read(hub):
    for address, kind in (("/xac-minh/", "page"), ("/api/v1/procedures", "problem")):
        answer: Any = Client().post(
            address, b"a=b", content_type="application/x-www-form-urlencoded", CONTENT_LENGTH=str(MAX_REQUEST_BYTES + 1)
        )
        assert answer.status_code == 413
        if kind == "problem":
            as_problem(answer, 413)
        else:
            assert "lớn hơn 100 MB" in answer.content.decode()


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 30, "１２"])
def test_a_length_that_is_none_is_turned_away(hub, length):
    assert Client().post("/xac-minh/", b"", content_type="text/plain", CONTENT_LENGTH=length).status_code == 413


def test_doors_of_the_demo_do_not_open_in_earnest():
    """One-press sign-in and pretended money on a real node would be a mistake in one line of its profile."""
    hub = sites.profile_of("hub")
    assert wiring.complaints(hub) == []
    said = [complaint.sentence for complaint in wiring.complaints(replace(hub, demo=False))]
    assert len(said) == 4
    assert all("demo = true" in sentence for sentence in said)
    assert {word for sentence in said for word in re.findall(r"“(.+?)”", sentence)} == {
        "identity.demo", "signing.demo_authority", "signing.demo_phone", "payments.demo_gateway",
    }  # fmt: skip
