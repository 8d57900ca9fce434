"""The operator's pages about systems outside: registered, shown once, rotated, suspended; for nobody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponseBase
from django.test import Client

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.platform.documents.models import AxisTask, Partner, PartnerCall, PartnerWarning
from lienthong.platform.documents.services import partners
from lienthong.platform.documents.tests.axis_bench import HOA, being

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.documents.tests.axis_site")]
PAGES = "/van-hanh/van-ban/doi-tac/"
FORM = {
    "system_id": "VN:GOV:H56:qlvb",
    "name": "Phần mềm quản lý văn bản Thanh Hóa",
    "agencies": "H56",
    "networks": "10.56.0.0/16",
    "code_form": "qd20",
    "contact": "hotro@example.gov.vn",
}
LINE = {
    "url": "https://truc.example.gov.vn", "system_id": "VN:GOV:G22:x", "secret": "x", "agencies": ["G22"],
    "serves": ["G10"],
}  # fmt: skip


def sign_in(monkeypatch: Any, actor: Actor | None) -> None:
    """The actor is signed in, as the middleware of identity does it."""

    def act(self: Any, request: HttpRequest) -> HttpResponseBase:
        request.actor = actor  # type: ignore[attr-defined]  # as the middleware does
        response: HttpResponseBase = self.get_response(request)
        return response

    monkeypatch.setattr("lienthong.platform.identity.middleware.ActingPerson.__call__", act)


@pytest.fixture
def operator(db: Any, axis_homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    roles = ("documents.member", "documents.axis", "documents.partner_axis")
    with being(axis_homes, "G22", *roles, partner_axis=LINE):
        sign_in(monkeypatch, HOA)
        yield Client()


def shown(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:2000]
    return str(response.content.decode())


def test_a_system_is_registered_and_its_secret_shown_once(operator: Client) -> None:
    assert "Chưa có hệ thống nào" in shown(operator.get(PAGES))
    made = shown(operator.post(f"{PAGES}moi/", FORM))
    secret = made.split('class="lt-code">')[1].split("<")[0]
    assert len(secret) >= 40
    page = f"{PAGES}VN:GOV:H56:qlvb/"
    assert secret not in shown(operator.get(page))
    assert "Phần mềm quản lý văn bản Thanh Hóa" in shown(operator.get(PAGES))
    rotated = shown(operator.post(f"{page}sua/", {"act": "rotate"}))
    assert secret not in rotated
    assert "khóa trước dùng được đến" in rotated
    assert operator.post(f"{page}sua/", {"act": "suspend", "reason": "Lộ khóa"}).status_code == 302
    assert "Lộ khóa" in shown(operator.get(page))
    assert operator.post(f"{page}sua/", {"act": "resume"}).status_code == 302
    saved = operator.post(f"{page}sua/", {**FORM, "act": "save", "agencies": "H56\n000.00.00.G09", "networks": ""})
    assert saved.status_code == 302
    assert "Bộ Nội vụ (G09)" in shown(operator.get(page))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("system_id", "có dấu", "3–64"),
        ("name", "", "Hãy điền ô này"),
        ("agencies", "", "ít nhất một cơ quan"),
        ("agencies", "H99", "H99"),
        ("agencies", "x", "không đúng dạng"),
        ("agencies", "H36", "đi đến nút H36"),
        ("networks", "10.0.0.0/99", "không phải là mạng"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(operator: Client, field: str, value: str, words: str) -> None:
    page = operator.post(f"{PAGES}moi/", {**FORM, field: value})
    assert 400 <= page.status_code < 500
    text = page.content.decode()
    assert words in text
    assert "govuk-error-summary" in text
    assert not Partner.objects.exists()


def test_an_agency_is_behind_one_system(operator: Client) -> None:
    shown(operator.post(f"{PAGES}moi/", FORM))
    again = operator.post(f"{PAGES}moi/", {**FORM, "system_id": "VN:GOV:khac"})
    assert again.status_code == 409
    assert "đã thuộc một hệ thống khác" in again.content.decode()
    assert operator.post(f"{PAGES}moi/", FORM).status_code == 409
    assert Partner.objects.count() == 1


def test_calls_and_warnings_are_seen(operator: Client) -> None:
    entry, _ = partners.register_partner(system_id="VN:GOV:H56:qlvb", name="Thanh Hóa", agencies=["H56"], actor=HOA)
    PartnerCall.objects.create(
        partner_id=entry.id, at=clock.now(), dialect="axis", verb="sendEdoc", outcome="documents.hash-mismatch"
    )
    PartnerWarning.objects.create(
        sender_code="H56", code="unsigned", day=clock.today(), count=7, last_document_id="H56,2026/11/22,1/UBND"
    )
    page = shown(operator.get(f"{PAGES}VN:GOV:H56:qlvb/"))
    for words in ("axis sendEdoc", "Sai mã băm tệp", "không có chữ ký số", "H56,2026/11/22,1/UBND"):
        assert words in page


def test_the_line_to_another_axis_and_what_waits_for_it(operator: Client) -> None:
    AxisTask.objects.create(
        kind="status", axis="truc-khac", sender_code="G22", receivers=["G10"], document_id="G10,2026/11/22,4/BNG",
        edxml=b"<x/>", state="failed", problem="Trục từ chối: không rõ (18)", next_at=clock.now(),
        created_at=clock.now(),
    )  # fmt: skip
    assert "truc.example.gov.vn" in shown(operator.get(PAGES))
    assert "G10,2026/11/22,4/BNG" in shown(operator.get(f"{PAGES}viec/"))
    assert operator.post(f"{PAGES}viec/thu-lai/").status_code == 302
    assert AxisTask.objects.get().state == "waiting"


def test_others_do_not_see_them(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = Actor(kind="officer", name="Văn thư", account_id=3, agency_code="G22", duties=frozenset({"clerk"}), level=2)
    for actor, status in ((clerk, 403), (None, 302)):
        sign_in(monkeypatch, actor)
        for path in ("", "moi/", "viec/"):
            assert operator.get(PAGES + path).status_code == status
        assert operator.post(f"{PAGES}moi/", FORM).status_code == status
    assert not Partner.objects.exists()
