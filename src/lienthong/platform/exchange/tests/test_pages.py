"""Operator's pages: what is there, why something waits, and the button that helps."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponseBase
from django.test import Client, RequestFactory

from lienthong.kernel import clock, http
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.platform.exchange import queries, services, views
from lienthong.platform.exchange.directory_views import directory
from lienthong.platform.exchange.models import DirectoryCopy, LogEntry, OutgoingLetter
from lienthong.platform.exchange.proof_views import message_log
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
    for view in (views.letters, views.letter, views.resend, views.questions, directory, message_log):
        assert getattr(view, "access_rule", "") == "duty:operator"


def test_the_directory_page_warns_before_it_is_too_late(operator: Client) -> None:
    now = clock.now()
    assert "đã qua" not in read(operator, "danh-ba/")
    with clock.frozen(now + timedelta(hours=19)):
        assert "đã qua 79% thời hạn" in read(operator, "danh-ba/")
    with clock.frozen(now + timedelta(hours=30)):
        assert "bản gần nhất còn được dùng đến" in read(operator, "danh-ba/")
    with clock.frozen(now + timedelta(hours=100)):
        assert "ngừng trao đổi" in read(operator, "danh-ba/")
    DirectoryCopy.objects.update(trouble="exchange.directory-fork")
    assert "Có hai danh bạ khác nhau" in read(operator, "danh-ba/")


def test_lives_of_certificates_are_shown_at_75_and_90_percent(operator: Client) -> None:
    (certificate,) = queries.list_certificates("G01")
    life = certificate.not_after - certificate.not_before
    for share, word in ((0.5, ""), (0.76, "đã dùng 76%"), (0.91, "đã dùng 91%")):
        moment = certificate.not_before + life * share
        DirectoryCopy.objects.update(issued_at=moment, expires_at=moment + timedelta(hours=24))
        with clock.frozen(moment + timedelta(minutes=1)):
            assert word in read(operator, "danh-ba/")
    assert "đã dùng 50%" not in read(operator, "danh-ba/")


def test_the_self_test_page_names_what_failed_and_what_to_do(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Kiểm tra với nút" in read(operator, "tu-kiem-tra/")

    def silent(*_: object, **__: object) -> http.Response:
        raise http.Unreachable("refused")

    monkeypatch.setattr(http, "request", silent)
    page = operator.post("/van-hanh/trao-doi/tu-kiem-tra/", {"peer": "G01"})
    told = page.content.decode()
    assert page.status_code == 200
    assert "Không kết nối được: refused." in told
    assert "Gợi ý:" in told
    assert operator.post("/van-hanh/trao-doi/tu-kiem-tra/", {"peer": "Z99"}).status_code == 422
