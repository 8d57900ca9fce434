import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client

from lienthong.kernel import audit, roles
from lienthong.kernel.access import SYSTEM
from lienthong.platform.identity import queries, services
from lienthong.platform.identity.models import Account
from lienthong.platform.identity.roles import ROLES
from lienthong.platform.identity.tests.conftest import OTHER_WARD, PASSWORD, WARD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.identity.tests.site")]

with_demo = pytest.mark.urls("lienthong.platform.identity.tests.demo_site")


def sign_in(client, login, password=PASSWORD, **more):
    return client.post("/dang-nhap/", {"login": login, "password": password, **more})


def test_a_citizen_signs_in_by_personal_number(client, lan):
    assert sign_in(client, lan.personal_number).headers["Location"] == "/"
    assert client.get("/muc-2/").content.decode() == "Nguyễn Thị Lan||"


@pytest.mark.parametrize("typed", ["068 185 000 001", " 068185000001 ", "068.185.000.001"])
def test_a_number_typed_in_groups_is_understood(client, lan, typed):
    assert sign_in(client, typed).status_code == 302


def test_an_officer_signs_in_by_user_name_whatever_the_capitals(client, registrar):
    assert sign_in(client, "H36.101.HoTich").status_code == 302
    assert client.get("/thu-ly/").content.decode() == f"Trần Văn Hộ|{WARD}|handling,reception"


def test_a_stranger_is_sent_to_sign_in_and_back(client, lan):
    response = client.get("/muc-1/?a=1")
    assert response.headers["Location"] == "/dang-nhap/?next=%2Fmuc-1%2F%3Fa%3D1"
    assert 'name="next" value="/muc-1/?a=1"' in client.get(response.headers["Location"]).content.decode()
    assert sign_in(client, lan.personal_number, next="/muc-1/?a=1").headers["Location"] == "/muc-1/?a=1"


@pytest.mark.parametrize("goal", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"])
def test_sign_in_never_leads_to_a_foreign_place(client, lan, goal):
    assert sign_in(client, lan.personal_number, next=goal).headers["Location"] == "/"


def test_level_one_does_not_open_what_needs_level_two(client):
    account = services.open_person_account(personal_number="068185000003", name="Mai", level=1, actor=SYSTEM)
    services.set_password(account_id=account.account_id, password=PASSWORD, actor=SYSTEM)
    sign_in(client, account.personal_number)
    assert client.get("/muc-1/").status_code == 200
    assert client.get("/muc-2/").status_code == 403


def test_an_officer_does_not_open_what_needs_a_citizen_of_level_two(client, registrar):
    sign_in(client, "h36.101.hotich")
    assert client.get("/muc-2/").status_code == 403


def test_a_citizen_does_not_open_an_officers_page(client, lan):
    sign_in(client, lan.personal_number)
    assert client.get("/thu-ly/").status_code == 403


def test_a_wrong_password_and_an_unknown_name_look_alike(client, lan):
    wrong = sign_in(client, lan.personal_number, "sai-mat-khau")
    unknown = sign_in(client, "068185999999", "sai-mat-khau")

    def seen(response):
        return re.sub(r'value="[^"]*"', "", response.content.decode())

    assert "không khớp" in wrong.content.decode()
    assert (wrong.status_code, seen(wrong)) == (unknown.status_code, seen(unknown))


def test_an_unknown_name_is_hashed_as_often_as_a_known_one(client, lan, monkeypatch):
    """Else the time of the answer would tell who has an account."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: MD5PasswordHasher, password: str, *rest: Any) -> str:
        hashed.append(password)
        return encode(self, password, *rest)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    counts = []
    for name in (lan.personal_number, "068185999999", "khong.co"):
        hashed.clear()
        sign_in(client, name, "sai")
        counts.append(hashed.count("sai"))
    assert counts == [1, 1, 1]


def test_an_account_without_a_password_opens_to_no_password(client):
    services.open_person_account(personal_number="068185000004", name="Mai", level=2, actor=SYSTEM)
    for password in ("", "!", "None"):
        assert sign_in(client, "068185000004", password).status_code == 200


def test_empty_fields_are_named(client):
    page = client.post("/dang-nhap/", {}).content.decode()
    assert "Nhập số định danh cá nhân hoặc tên đăng nhập." in page
    assert "Nhập mật khẩu." in page
    assert 'href="#login"' in page


def test_after_five_wrong_passwords_even_the_right_one_must_wait(client, lan):
    for _ in range(5):
        assert "không khớp" in sign_in(client, lan.personal_number, "sai").content.decode()
    response = sign_in(client, lan.personal_number)
    assert "Bạn đã nhập sai nhiều lần" in response.content.decode()
    assert client.get("/muc-1/").status_code == 302


def test_guessing_at_an_unknown_name_is_limited_alike(client):
    for _ in range(5):
        sign_in(client, "068185999999", "sai")
    assert "Bạn đã nhập sai nhiều lần" in sign_in(client, "068185999999", "sai").content.decode()


def test_one_address_cannot_try_many_names(client):
    for attempt in range(10):
        sign_in(client, f"06818599{attempt:04d}", "sai")
    assert "Bạn đã nhập sai nhiều lần" in sign_in(client, "068185998888", "sai").content.decode()


def test_a_flood_from_one_address_gets_429(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip", "login_failed": "100/m/ip"}
    codes = [sign_in(client, "068185999999", "sai").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]


def test_signing_in_changes_the_session_so_that_a_planted_one_is_worthless(client, lan):
    cookie = django_settings.SESSION_COOKIE_NAME
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[cookie] = planted = session.session_key
    sign_in(client, lan.personal_number)
    assert client.cookies[cookie].value != planted
    thief = Client()
    thief.cookies[cookie] = planted
    assert thief.get("/ai/").content == b"nobody"


def test_the_session_cookie_is_out_of_reach_of_scripts(client, lan):
    cookie = sign_in(client, lan.personal_number).cookies[django_settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("path", ["/dang-nhap/", "/dang-xuat/"])
def test_a_form_without_its_token_is_refused(lan, path):
    assert Client(enforce_csrf_checks=True).post(path, {"login": lan.personal_number}).status_code == 403


def test_signing_out_asks_first_and_then_ends_the_session_at_the_server(client, lan):
    sign_in(client, lan.personal_number)
    assert "Bạn muốn đăng xuất?" in client.get("/dang-xuat/").content.decode()
    assert client.get("/ai/").content != b"nobody"
    client.post("/dang-xuat/")
    assert client.get("/ai/").content == b"nobody"
    assert not Session.objects.exists()


def test_a_closed_account_loses_its_open_session_at_once(client, lan):
    sign_in(client, lan.personal_number)
    services.close_account(account_id=lan.account_id, actor=SYSTEM)
    assert client.get("/ai/").content == b"nobody"


def test_a_closed_account_hears_so_only_with_the_right_password(client, lan):
    services.close_account(account_id=lan.account_id, actor=SYSTEM)
    assert "không khớp" in sign_in(client, lan.personal_number, "sai").content.decode()
    page = client.post("/dang-nhap/", {"login": lan.personal_number, "password": PASSWORD}, follow=True)
    assert "đang bị khóa" in page.content.decode()


def test_a_new_password_ends_sessions_of_the_old_one(client, lan):
    sign_in(client, lan.personal_number)
    services.set_password(account_id=lan.account_id, password="mot-mat-khau-khac", actor=SYSTEM)
    assert client.get("/ai/").content == b"nobody"


@pytest.mark.parametrize(
    "path", ["/accounts/signup/", "/dang-nhap/signup/", "/dang-nhap/email/", "/dang-nhap/password/reset/"]
)
def test_nobody_signs_up_or_changes_mail_here(client, path):
    assert client.get(path).status_code == 404


def test_an_officer_of_two_agencies_chooses_before_working(client, registrar):
    services.appoint_officer(
        username=registrar.username,
        name=registrar.name,
        agency_code=OTHER_WARD,
        position="Công chức",
        duties={"handling"},
        actor=SYSTEM,
    )
    sign_in(client, registrar.username)
    choose = client.get("/thu-ly/").headers["Location"]
    assert choose == "/dang-nhap/co-quan/?next=%2Fthu-ly%2F"
    assert "Hãy chọn một cơ quan." in client.post(choose, {"agency": "H36.103"}).content.decode()
    assert client.post(choose, {"agency": OTHER_WARD}).headers["Location"] == "/thu-ly/"
    assert f"|{OTHER_WARD}|handling" in client.get("/thu-ly/").content.decode()


def test_the_page_speaks_english_when_asked(client):
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Sign in with your e-identity account" in client.get("/dang-nhap/").content.decode()


def test_landing_pages_come_from_the_roof(client, registrar, settings):
    settings.LANDING_PAGES = {"leader": "/muc-1/", "reception": "/khong-co/", "handling": "/thu-ly/"}
    assert sign_in(client, registrar.username).headers["Location"] == "/thu-ly/"


@pytest.fixture
def demo_people(db):
    services.seed_demo_accounts(agency_code="H36", people=[("068185000001", "Nguyễn Thị Lan", 2)])


def test_without_the_demo_role_nobody_is_offered_and_the_door_is_not_there(client, demo_people):
    page = client.get("/dang-nhap/").content.decode()
    assert "Nguyễn Thị Lan" not in page
    assert "nguoi-dung-thu" not in page
    assert client.post("/dang-nhap/nguoi-dung-thu/", {"username": "068185000001"}).status_code == 404
    assert client.get("/ai/").content == b"nobody"


def test_the_demo_door_belongs_to_the_demo_role_alone():
    openers = [role.name for role in ROLES if any("demo" in module for _, module in role.urls)]
    assert openers == ["identity.demo"]


@with_demo
def test_with_the_demo_role_one_press_signs_in(client, demo_people):
    roles.open_roles(ROLES)
    page = client.get("/dang-nhap/?next=/muc-2/").content.decode()
    assert "Nguyễn Thị Lan" in page
    assert "Chủ tịch Ủy ban nhân dân phường" in page
    response = client.post("/dang-nhap/nguoi-dung-thu/", {"username": "068185000001", "next": "/muc-2/"})
    assert response.headers["Location"] == "/muc-2/"
    assert client.get("/muc-2/").status_code == 200
    account = queries.find_person_account("068185000001")
    assert account is not None
    assert audit.entries_about(f"account:{account.account_id}")[0].action == "identity.demo-sign-in"


@with_demo
def test_one_press_needs_the_token_and_a_demo_person(client, demo_people, lan):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/dang-nhap/nguoi-dung-thu/", {"username": "068185000001"}).status_code == 403
    Account.objects.filter(pk=lan.account_id).update(is_demo=False)
    assert client.post("/dang-nhap/nguoi-dung-thu/", {"username": lan.username}).status_code == 404
    assert client.get("/dang-nhap/nguoi-dung-thu/").status_code == 405


@with_demo
def test_one_press_from_one_person_to_another_carries_nothing_over(client, demo_people):
    client.post("/dang-nhap/nguoi-dung-thu/", {"username": "068185000001"})
    session = client.session
    session["draft"] = "of Lan"
    session.save()
    client.post("/dang-nhap/nguoi-dung-thu/", {"username": "h36.101.hotich"})
    assert "draft" not in client.session
