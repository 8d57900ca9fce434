"""Letters that do not arrive: found, explained, sent anew or given up; and the lines to their recipients."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponseBase
from django.test import Client

from lienthong.kernel import clock, events
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.models import AuditEntry
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.events import LetterRefused
from lienthong.platform.exchange.models import OutgoingLetter
from lienthong.platform.exchange.services.lines import Lines
from lienthong.platform.exchange.tests.country import LAN, Homes, Note

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


def posted(recipient: str = "G01", **changes: Any) -> UUID:
    letter_id = services.post_letter(Note(subject="a", number=1), recipient=recipient, about="dossier:1")
    OutgoingLetter.objects.filter(id=letter_id).update(**changes)
    return letter_id


def refused(recipient: str = "G01", code: str = "test.unwanted") -> UUID:
    return posted(
        recipient, state="refused", code=code, reason_vi="Không nhận.", reason_en="Not wanted.", receipt=b"{}"
    )


def late(recipient: str = "G01") -> UUID:
    return posted(recipient, posted_at=clock.now() - timedelta(days=8), code="exchange.unreachable")


def read(client: Client, path: str) -> str:
    response = client.get(f"/van-hanh/trao-doi/{path}")
    assert response.status_code == 200
    return response.content.decode()


def test_dead_are_the_refused_and_those_that_wait_too_long(province: Homes) -> None:
    dead = {refused(), late(), refused("H36")}
    posted()
    assert {row.id for row in queries.DeadLetters().rows()} == dead
    assert queries.DeadLetters(kind="late").count() == 1
    assert queries.DeadLetters(kind="refused", recipient="G01").count() == 1
    assert queries.DeadLetters(code="test.unwanted").count() == 2
    assert queries.DeadLetters(name="never-heard-of.v1").count() == 0


def test_the_page_filters_and_the_filters_stay(operator: Client) -> None:
    refused("G01", "test.one")
    refused("H36", "test.two")
    page = read(operator, "khong-gui-duoc/?noi-nhan=G01&loai=refused")
    assert page.count("test-note.v1</a>") == 1
    assert 'value="G01" selected' in page
    assert "noi-nhan=G01" in page.split("tai-ve.csv")[1][:60]
    assert "Không có thông điệp nào bị mắc lại" in read(operator, "khong-gui-duoc/?loai=late")
    assert read(operator, "khong-gui-duoc/?loai=%27%3Bdrop&page=99")


def test_the_sheet_holds_what_the_page_shows(operator: Client) -> None:
    letter_id = refused(code="=cmd")
    answer = operator.get("/van-hanh/trao-doi/khong-gui-duoc/tai-ve.csv?noi-nhan=G01")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert str(letter_id) in lines[1]
    assert ",'=cmd," in lines[1]


def test_everything_for_one_recipient_goes_again(operator: Client) -> None:
    first, second, waiting, other = refused(), refused(), late(), refused("H36")
    OutgoingLetter.objects.filter(id=waiting).update(next_attempt_at=clock.now() + timedelta(hours=1))
    response = operator.post("/van-hanh/trao-doi/khong-gui-duoc/gui-lai/", {"recipient": "G01"})
    assert response.status_code == 302
    assert response["Location"].endswith("?noi-nhan=G01")
    states = dict(OutgoingLetter.objects.values_list("id", "state"))
    assert [states[one] for one in (first, second, waiting, other)] == ["replaced", "replaced", "waiting", "refused"]
    assert len(states) == 6
    assert OutgoingLetter.objects.filter(id=waiting, next_attempt_at__lt=clock.now()).exists()
    assert AuditEntry.objects.filter(action="exchange.resend-all").count() == 1


def test_a_dead_letter_is_given_up_with_a_reason(province: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(events, "publish", told.append)
    waiting, rejected = late(), refused()
    for letter_id in (waiting, rejected):
        services.discard_letter(letter_id=letter_id, reason="  Cơ quan đã giải thể.  ", actor=LAN)
        row = queries.get_letter(letter_id)
        assert (row.state, row.code) == ("discarded", "exchange.discarded")
        assert row.reason
        assert row.reason.vi == "Cơ quan đã giải thể."
    (event,) = told
    assert isinstance(event, LetterRefused)
    assert event.letter_id == waiting
    assert AuditEntry.objects.filter(action="exchange.discard").count() == 2
    assert queries.count_letters()["discarded"] == 2
    with pytest.raises(Conflict, match=r"already-ended"):
        services.discard_letter(letter_id=waiting, reason="Lần nữa", actor=LAN)


def test_what_still_has_a_chance_is_not_given_up(province: Homes) -> None:
    letter_id = posted()
    with pytest.raises(Conflict, match=r"not-dead"):
        services.discard_letter(letter_id=letter_id, reason="Sốt ruột", actor=LAN)
    with pytest.raises(Refused, match=r"reason-missing"):
        services.discard_letter(letter_id=letter_id, reason=" ", actor=LAN)
    with pytest.raises(NotFound):
        services.discard_letter(letter_id=UUID(int=1), reason="Không có", actor=LAN)
    assert queries.get_letter(letter_id).state == "waiting"


def test_the_letters_page_offers_to_give_up_only_what_is_dead(operator: Client) -> None:
    dead, alive = refused(), posted()
    assert "Bỏ thông điệp này" in read(operator, f"thong-diep/{dead}/")
    assert "Bỏ thông điệp này" not in read(operator, f"thong-diep/{alive}/")
    answer = operator.post(f"/van-hanh/trao-doi/thong-diep/{dead}/bo/", {"reason": ""}, follow=True)
    assert "Hãy ghi lý do." in answer.content.decode()
    answer = operator.post(f"/van-hanh/trao-doi/thong-diep/{dead}/bo/", {"reason": "Trùng lặp"}, follow=True)
    assert "Đã bỏ" in answer.content.decode()


def test_lines_open_half_open_and_close(province: Homes) -> None:
    posted("G01")
    lines = Lines()
    lines.refresh()
    assert lines.places("G01", 4) == 4
    lines.failed("G01", "exchange.unreachable", tr("Không tới được.", "Cannot be reached."))
    (row,) = [one for one in queries.list_lines() if one.recipient == "G01"]
    assert (row.state, row.failures, row.waiting, row.code) == ("open", 1, 1, "exchange.unreachable")
    assert lines.places("G01", 4) == 0
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert queries.list_lines()[0].state == "half-open"
        assert lines.places("G01", 4) == 1
        fresh = Lines()
        fresh.refresh()
        assert fresh.places("G01", 4) == 1
        fresh.succeeded(["G01"])
    (row,) = [one for one in queries.list_lines() if one.recipient == "G01"]
    assert (row.state, row.failures, row.reason) == ("closed", 0, None)
    assert row.last_success_at


def test_an_operator_sees_a_line_and_tries_it_again(operator: Client) -> None:
    letter_id = posted("G01", next_attempt_at=clock.now() + timedelta(hours=1), code="exchange.unreachable")
    with clock.frozen(clock.now()):  # a first failure may close the line for a fraction of a second only
        Lines().failed("G01", "exchange.unreachable", tr("Không tới được.", "Cannot be reached."))
        page = read(operator, "duong-gui/")
    assert "Tạm ngừng" in page
    assert "Thử lại G01" in page
    operator.post("/van-hanh/trao-doi/duong-gui/thu-lai/", {"recipient": "G01"})
    assert queries.list_lines()[0].state == "half-open"
    assert OutgoingLetter.objects.filter(id=letter_id, next_attempt_at__lte=clock.now()).exists()


def test_an_empty_page_of_lines_says_what_would_stand_here(operator: Client) -> None:
    assert "Chưa gửi cho nơi nào" in read(operator, "duong-gui/")
