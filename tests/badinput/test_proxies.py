"""Behind the reverse proxy that the operations guide asks for: who asks, and over what, is read rightly."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from lienthong.kernel import profile
from lienthong.kernel.access import SYSTEM
from lienthong.platform.identity import services as identity

ADDRESS = "https://dvc.example"
PASSWORD = "ba-con-meo-ngu-trua"


@pytest.fixture
def public(hub: Any, settings: Any) -> Iterator[None]:
    """The hub with a public address of https, as its settings would be."""
    settings.ALLOWED_HOSTS = ["dvc.example"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with profile.playing(profile.node(), base_url=ADDRESS):
        yield


def visitor(address: str, *, forged: str = "") -> Client:
    """A browser behind the proxy, with a line of its own making before the proxy's."""
    chain = f"{forged}, {address}" if forged else address
    return Client(
        enforce_csrf_checks=True,
        headers={"host": "dvc.example", "x-forwarded-for": chain, "x-forwarded-proto": "https", "origin": ADDRESS},
    )


def try_password(client: Client, name: str, password: str) -> Any:
    page = client.get("/dang-nhap/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    return client.post("/dang-nhap/", {"login": name, "password": password, "csrfmiddlewaretoken": token})


def open_account(number: str) -> str:
    made = identity.open_person_account(personal_number=number, name="Nguyễn Thị Lan", level=2, actor=SYSTEM)
    identity.set_password(account_id=made.account_id, password=PASSWORD, actor=SYSTEM)
    return number


def test_a_form_is_taken_and_the_session_is_kept_by_tls_only(public, settings):
    settings.SESSION_COOKIE_SECURE = True
    answer = try_password(visitor("203.0.113.7"), open_account("068185000001"), PASSWORD)
    assert answer.status_code == 302
    assert answer.wsgi_request.is_secure()
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["secure"]


def test_a_form_of_another_site_is_not_taken(public):
    client = visitor("203.0.113.7")
    client.get("/dang-nhap/")
    answer = client.post("/dang-nhap/", {}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def test_who_guesses_passwords_stops_only_at_the_own_address(public):
    number = open_account("068185000001")
    guesser = visitor("203.0.113.66")
    for attempt in range(11):
        answer = try_password(guesser, f"06818599{attempt:04d}", "sai")
    assert "Bạn đã nhập sai nhiều lần" in answer.content.decode()
    assert try_password(visitor("203.0.113.7"), number, PASSWORD).status_code == 302


def test_an_address_of_ones_own_making_is_not_believed(public):
    answer: Any = None
    for attempt in range(11):
        guesser = visitor("203.0.113.66", forged=f"198.51.100.{attempt}")
        answer = try_password(guesser, f"06818599{attempt:04d}", "sai")
    assert "Bạn đã nhập sai nhiều lần" in answer.content.decode()


def test_nonsense_from_the_proxy_is_turned_away(public):
    assert visitor("not an address").get("/").status_code == 400


def test_without_proxies_nothing_is_believed(hub):
    answer = Client().get("/", headers={"x-forwarded-for": "198.51.100.1", "x-forwarded-proto": "https"})
    assert answer.wsgi_request.META["REMOTE_ADDR"] == "127.0.0.1"
    assert not answer.wsgi_request.is_secure()


def test_two_proxies_in_a_row_are_counted(hub):
    with profile.playing(profile.node(), parameters={**profile.node().parameters, "proxies": 2}):
        answer = Client().get("/", headers={"x-forwarded-for": "10.9.9.9, 203.0.113.7, 192.0.2.1"})
    assert answer.wsgi_request.META["REMOTE_ADDR"] == "203.0.113.7"


def test_many_strangers_cannot_push_out_the_count_that_stops_one(public):
    """An attacker with many addresses fills the cache; the five tries at Lan's account stay five."""
    number = open_account("068185000001")
    for attempt in range(5):
        try_password(visitor(f"203.0.113.{attempt}"), number, "sai")
    for attempt in range(400):
        visitor(f"198.51.{attempt // 200}.{attempt % 200}").get("/tra-cuu/?ma=H36.101.01-261121-9999")
    assert "Bạn đã nhập sai nhiều lần" in try_password(visitor("203.0.113.9"), number, PASSWORD).content.decode()
    assert get_user_model().objects.count() == 1


def test_the_public_address_is_a_host_of_the_node_and_makes_cookies_secure():
    script = (
        "import json; from lienthong.node import settings as s;"
        " print(json.dumps([s.ALLOWED_HOSTS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS]))"
    )
    environment = {**os.environ, "LIENTHONG_BASE_URL": ADDRESS}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True)
    hosts, *cookies = json.loads(done.stdout)
    assert "dvc.example" in hosts
    assert "testserver" not in hosts
    assert cookies == [True, True, 31_536_000]
