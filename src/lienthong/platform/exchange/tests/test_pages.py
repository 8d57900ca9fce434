"""Operator's pages: what is there, why something waits, and the button that helps."""

from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponseBase
from django.test import Client, RequestFactory

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.platform.exchange import services, views
from lienthong.platform.exchange.models import LogEntry, OutgoingLetter
from lienthong.platform.exchange.tests.country import LAN, Homes, Note, allow, at_node, sealed_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(province: Homes, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Lan is signed in as the operator."""

    def act(self: Any, request: HttpRequest) -> HttpResponseBase:
        request.actor = LAN  # type: ignore[attr-defined]  # as the middleware does
        response: HttpResponseBase = self.get_response(request)
        return response

    monkeypatch.setattr("lienthong.platform.identity.middleware.ActingPerson.__call__", act)
    return Client()


def read(client: Client, path: str) -> str:
    response = client.get(f"/van-hanh/trao-doi/{path}")
    assert response.status_code == 200
    return response.content.decode()


def post_one() -> UUID:
    return services.post_letter(Note(subject="a", number=1), recipient="G01", about="dossier:1")


def test_letters_stand_with_their_state(operator: Client) -> None:
    post_one()
    page = read(operator, "")
    assert "test-note.v1" in page
    assert "Chờ gửi" in page
    assert "test-note.v1" not in read(operator, "?state=refused")


def test_an_empty_outbox_says_what_would_stand_here(operator: Client) -> None:
    assert "Chưa có thông điệp nào" in read(operator, "")


def test_a_refused_letter_shows_why_and_can_be_sent_anew(operator: Client) -> None:
    letter_id = post_one()
    OutgoingLetter.objects.update(
        state="refused", code="test.unwanted", reason_vi="Không nhận.", reason_en="Not wanted.", receipt=b"x"
    )
    page = read(operator, f"thong-diep/{letter_id}/")
    assert "Không nhận." in page
    assert "Gửi lại" in page
    response = operator.post(f"/van-hanh/trao-doi/thong-diep/{letter_id}/gui-lai/")
    assert response.status_code == 302
    assert set(OutgoingLetter.objects.values_list("state", flat=True)) == {"replaced", "waiting"}


def test_the_directory_page_shows_nodes_certificates_and_grants(operator: Client, homes: Homes) -> None:
    allow(homes)
    page = read(operator, "danh-ba/")
    for text in ("Còn hiệu lực", "Bộ Công an", "H36", "Luật Hộ tịch 2014, Điều 16"):
        assert text in page


def test_the_questions_page_does_not_show_whom_a_question_concerned(operator: Client) -> None:
    from lienthong.kernel import clock
    from lienthong.platform.exchange.models import QuestionRecord

    QuestionRecord.objects.create(
        message_id=UUID(int=1),
        direction="in",
        peer="G22",
        service="population.person-lookup",
        purpose="Đăng ký khai sinh",
        legal_ground="Luật Hộ tịch",
        actor_name="x",
        about="068090000123",
        at=clock.now(),
        outcome="exchange.denied",
        body=b"",
        digest=b"",
        signature="",
        answer_digest=b"",
    )
    page = read(operator, "yeu-cau/")
    assert "Đăng ký khai sinh" in page
    assert "exchange.denied" in page
    assert "068090000123" not in page


def test_the_log_is_checked_on_demand(operator: Client, homes: Homes) -> None:
    body, signature, _ = sealed_letter(homes, Note(subject="a", number=1))
    services.receive_letter(body, signature, {})
    assert "Kiểm tra nhật ký" in read(operator, "nhat-ky/")
    assert "nguyên vẹn" in operator.post("/van-hanh/trao-doi/nhat-ky/").content.decode()
    LogEntry.objects.update(outcome="x")
    page = operator.post("/van-hanh/trao-doi/nhat-ky/").content.decode()
    assert "Dòng 1 đã bị sửa." in page


def test_only_the_operator_comes_in(homes: Homes) -> None:
    request = RequestFactory().get("/van-hanh/trao-doi/")
    request.actor = Actor(kind="officer", name="x", duties=frozenset({"handling"}))  # type: ignore[attr-defined]
    with at_node(homes, "H36"), pytest.raises(NotAllowed):
        views.letters(request)
    for view in (views.letters, views.letter, views.resend, views.questions, views.directory, views.message_log):
        assert getattr(view, "access_rule", "") == "duty:operator"
