"""Post of people: letters written on a page or put into a folder arrive once, whatever is killed in between."""

import json
import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.test import Client

from lienthong.kernel import files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.platform.agencies import services as agencies_services
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.letters import FreeLetter
from lienthong.platform.exchange.models import IncomingLetter, OutgoingLetter, PostItem
from lienthong.platform.exchange.services import folder, trust
from lienthong.platform.exchange.tests.country import Homes, at_node, sealed_letter
from lienthong.platform.exchange.types import Envelope

pytestmark = pytest.mark.django_db

CLERK = Actor(
    kind="officer", name="Phạm Văn Thư", account_id=9, agency_code="H36.101", duties=frozenset({"clerk"}), level=1
)
OTHER = Actor(kind="officer", name="Lê Khác", account_id=10, agency_code="H36.102", duties=frozenset({"clerk"}))
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def base(province: Homes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The watched folder of H36, ready, in a place of its own."""
    monkeypatch.setattr(folder, "folder", lambda: tmp_path)
    services.work_folder()
    return tmp_path


@pytest.fixture
def clerk(province: Homes, monkeypatch: pytest.MonkeyPatch) -> Client:
    def act(self: Any, request: HttpRequest) -> HttpResponseBase:
        request.actor = CLERK  # type: ignore[attr-defined]  # as the middleware does
        response: HttpResponseBase = self.get_response(request)
        return response

    monkeypatch.setattr("lienthong.platform.identity.middleware.ActingPerson.__call__", act)
    agencies_services.load_demo_agencies()
    return Client()


def arrive(**changes: Any) -> PostItem:
    facts: dict[str, Any] = {
        "subject": "Xin ý kiến",
        "text": "Kính gửi,\nmong sớm trả lời.",
        "sender_code": "G01",
        "recipient_code": "H36.101",
        "signed_by": "Trần Văn A",
        "reply_to": None,
    }
    letter = FreeLetter(**{**facts, **changes})
    part = files.store(PDF, name="to trinh.pdf")
    envelope = Envelope(new_id(), FreeLetter.NAME, "G01", "H36", node_time(), (part,))
    services.keep_arrival(letter, envelope)
    return PostItem.objects.get(letter_id=envelope.id)


def node_time() -> Any:
    from lienthong.kernel import clock

    return clock.now()


def put(base: Path, name: str, content: bytes, *, to: str = "G01", quiet: bool = True) -> Path:
    path = base / "outbox" / to / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if quiet:
        age(path)
    return path


def age(path: Path) -> None:
    before = time.time() - 60  # noqa: TID251 (the disk's clock, not the program's)
    for one in (path, *path.rglob("*")):
        os.utime(one, (before, before))


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir() if not one.name.startswith("."))


# Folder


def test_a_text_file_becomes_a_letter_and_its_receipt_a_file(base: Path) -> None:
    put(base, "cong van.txt", "\ufeffĐề nghị phối hợp\n\nKính gửi quý cơ quan.\n".encode())
    assert services.work_folder() == 1
    item = PostItem.objects.get()
    assert (item.recipient, item.subject, item.text) == ("G01", "Đề nghị phối hợp", "Kính gửi quý cơ quan.")
    assert names(base / "sent") == ["cong van.txt"]
    assert names(base / "outbox" / "G01") == names(base / "sending") == names(base / "receipts") == []
    OutgoingLetter.objects.filter(id=item.letter_id).update(
        state="accepted", receipt=b'{"verdict":"accepted"}', receipt_signature="x..y", answered_at=item.at
    )
    services.work_folder()
    told = names(base / "receipts")
    assert [name.split(".")[-1] for name in told] == ["json", "sig", "txt"]
    assert services.work_folder() == 0


def test_a_folder_becomes_a_letter_with_files(base: Path) -> None:
    inside = base / "outbox" / "G01" / "Hồ sơ dự án"
    inside.mkdir(parents=True)
    (inside / "thu.txt").write_text("Gửi hồ sơ\nXem tệp kèm.", encoding="utf-8")
    (inside / "to trinh.pdf").write_bytes(PDF)
    age(inside)
    services.work_folder()
    item = PostItem.objects.get()
    assert (item.subject, item.text, [part["name"] for part in item.parts]) == (
        "Gửi hồ sơ",
        "Xem tệp kèm.",
        ["to trinh.pdf"],
    )


def test_what_is_still_being_written_waits(base: Path) -> None:
    put(base, "a.txt", b"x", quiet=False)
    put(base, "b.txt.tmp", b"x")
    put(base, ".c.txt", b"x")
    (base / "outbox" / "G01" / "d.txt").symlink_to("/etc/hostname")
    assert services.work_folder() == 0
    assert not PostItem.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "to", "word"),
    [
        ("a.txt", b"Chao", "H99", "H99"),
        ("a.txt", b"Chao", "khong-phai-ma", "danh sách"),
        ("a.exe", b"MZ\x00\x00", "G01", "PDF"),
        ("rong.pdf", b"", "G01", "trống"),
        ("a.txt", b"\xff\xfe\x00", "G01", "UTF-8"),
        ("a.txt", b"Chao", "H36", "chính nút này"),
    ],
)
def test_what_cannot_be_sent_is_explained_beside_it(base: Path, name: str, content: bytes, to: str, word: str) -> None:
    put(base, name, content, to=to)
    services.work_folder()
    assert names(base / "failed") == [name, f"{name}.ly-do.txt"]
    assert word in (base / "failed" / f"{name}.ly-do.txt").read_text("utf-8")
    assert (base / "failed" / name).read_bytes() == content
    assert names(base / "sending") == []
    assert not OutgoingLetter.objects.exists()


def test_killed_after_taking_the_file_it_is_sent_at_the_next_start(base: Path) -> None:
    claim = folder._take(base, put(base, "a.txt", b"Chao\nban"))
    assert claim.exists()
    assert services.work_folder() == 1
    assert PostItem.objects.get().claim == UUID(claim.name)
    assert names(base / "sent") == ["a.txt"]


def test_killed_after_posting_it_is_not_sent_twice(base: Path) -> None:
    claim = folder._take(base, put(base, "a.txt", b"Chao\nban"))
    folder._post("G01", next(claim.glob("*/*")), UUID(claim.name))
    services.work_folder()
    services.work_folder()
    assert OutgoingLetter.objects.count() == PostItem.objects.count() == 1
    assert names(base / "sent") == ["a.txt"]
    assert names(base / "sending") == []


def test_killed_between_the_folder_of_a_claim_and_the_rename_nothing_is_lost(base: Path) -> None:
    (base / "sending" / str(new_id()) / "G01").mkdir(parents=True)
    put(base, "a.txt", b"Chao\nban")
    services.work_folder()
    assert PostItem.objects.count() == 1
    assert names(base / "sending") == []


def test_two_files_of_one_name_do_not_cover_each_other(base: Path) -> None:
    for text in (b"Mot", b"Hai"):
        put(base, "a.txt", text)
        services.work_folder()
    assert names(base / "sent") == ["a (2).txt", "a.txt"]
    assert {(base / "sent" / name).read_bytes() for name in names(base / "sent")} == {b"Mot", b"Hai"}


def test_a_letter_that_came_is_laid_down_whole_and_once(base: Path) -> None:
    item = arrive(subject="Mời họp ../../x")
    (base / "inbox" / f".{item.letter_id}").mkdir()
    assert services.work_folder() == 1
    (name,) = names(base / "inbox")
    laid = base / "inbox" / name
    assert laid.parent == base / "inbox"
    assert names(laid) == ["thu.json", "thu.txt", "to trinh.pdf"]
    assert (laid / "to trinh.pdf").read_bytes() == PDF
    assert json.loads((laid / "thu.json").read_text("utf-8"))["sender"] == "G01"
    PostItem.objects.update(told_at=None)
    services.work_folder()
    assert names(base / "inbox") == [name]


def test_a_letter_that_was_refused_is_explained(base: Path) -> None:
    put(base, "a.txt", b"Chao\nban")
    services.work_folder()
    OutgoingLetter.objects.update(
        state="refused", receipt=b"{}", receipt_signature="x", reason_vi="Sai địa chỉ", reason_en="Wrong address"
    )
    services.work_folder()
    (reason,) = names(base / "failed")
    assert "Sai địa chỉ" in (base / "failed" / reason).read_text("utf-8")


# Arrival


def test_a_node_cannot_write_in_the_name_of_another(province: Homes) -> None:
    with pytest.raises(Refused) as refusal:
        arrive(sender_code="G22")
    assert (refusal.value.code, refusal.value.field) == ("exchange.foreign-sender", "sender_code")
    with pytest.raises(Refused) as refusal:
        arrive(recipient_code="H37")
    assert refusal.value.field == "recipient_code"
    assert not PostItem.objects.exists()


def test_a_free_letter_over_the_wire_lands_in_the_post_once(province: Homes) -> None:
    letter = FreeLetter.sample().model_copy(update={"sender_code": "G22", "recipient_code": "H36.101"})
    body, signature, _ = sealed_letter(province, letter)
    with at_node(province, "H36"):
        first = services.receive_letter(body, signature, {})
        again = services.receive_letter(body, signature, {})
    assert (first.status, again.body) == (200, first.body)
    assert PostItem.objects.get().subject == letter.subject
    assert IncomingLetter.objects.get().verdict == "accepted"
    assert trust is not None


# Page


def test_a_clerk_writes_and_sees_how_far_it_is(clerk: Client) -> None:
    answer = clerk.post(
        "/thu-dien-tu-lien-thong/soan/",
        {
            "recipient": "bo cong an",
            "subject": "Đề nghị",
            "text": "Kính gửi",
            "parts": SimpleUploadedFile("a.pdf", PDF, "application/pdf"),
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    item = PostItem.objects.get()
    assert (item.recipient, item.sender, item.signed_by) == ("G01", "H36.101", CLERK.name)
    page = clerk.get("/thu-dien-tu-lien-thong/da-gui/").content.decode()
    assert "Đề nghị" in page
    assert "Đang gửi" in page
    read = clerk.get(f"/thu-dien-tu-lien-thong/thu/{item.letter_id}/").content.decode()
    assert "a.pdf" in read
    part = clerk.get(f"/thu-dien-tu-lien-thong/thu/{item.letter_id}/tep/{item.parts[0]['sha256']}/")
    assert b"".join(part.streaming_content) == PDF  # type: ignore[attr-defined]  # a file answer streams


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({"recipient": ""}, "Không tìm thấy cơ quan"),
        ({"recipient": "không có đâu"}, "Không tìm thấy cơ quan"),
        ({"subject": " "}, "Cần ghi tiêu đề"),
        ({"text": ""}, "nội dung hoặc tệp"),
        ({"text": "a\u202eb"}, "không đọc được"),
        ({"subject": "x" * 301}, "Dài quá"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(
    clerk: Client, typed: dict[str, str], word: str
) -> None:
    facts = {"recipient": "G01", "subject": "Một tiêu đề", "text": "Một nội dung"}
    answer = clerk.post("/thu-dien-tu-lien-thong/soan/", {**facts, **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert word in page
    assert "Một" in page
    assert not PostItem.objects.exists()


def test_a_part_of_a_name_gives_a_choice_and_sends_nothing(clerk: Client) -> None:
    facts = {"recipient": "cong an", "subject": "x", "text": "y"}
    answer = clerk.post("/thu-dien-tu-lien-thong/soan/", facts)
    assert answer.status_code == 422
    assert 'value="G01"' in answer.content.decode()
    assert not PostItem.objects.exists()
    assert clerk.post("/thu-dien-tu-lien-thong/soan/", {**facts, "chosen": "G01"}).status_code == 302
    assert PostItem.objects.get().recipient == "G01"


def test_opening_marks_as_read_and_answering_knows_whom(clerk: Client) -> None:
    item = arrive()
    assert "1 chưa đọc" in clerk.get("/thu-dien-tu-lien-thong/").content.decode()
    assert "Trần Văn A" in clerk.get(f"/thu-dien-tu-lien-thong/thu/{item.letter_id}/").content.decode()
    item.refresh_from_db()
    assert item.read_by == CLERK.name
    form = clerk.get("/thu-dien-tu-lien-thong/soan/", {"tra-loi": str(item.letter_id)}).content.decode()
    assert 'value="G01"' in form
    clerk.post(
        "/thu-dien-tu-lien-thong/soan/",
        {"recipient": "G01", "subject": "V/v", "text": "Đồng ý", "tra-loi": str(item.letter_id)},
    )
    assert PostItem.objects.get(direction="out").reply_to == item.letter_id


def test_letters_of_another_agency_are_not_there(province: Homes) -> None:
    item = arrive()
    assert queries.list_post(CLERK, "in")
    assert queries.list_post(OTHER, "in") == []
    with pytest.raises(NotFound):
        queries.get_post(item.letter_id, OTHER)
    services.mark_read(letter_id=item.letter_id, actor=OTHER)
    item.refresh_from_db()
    assert item.read_at is None


def test_a_letter_sent_anew_shows_its_last_state(province: Homes) -> None:
    row = services.send_post(recipient="G01", subject="a", text="b", actor=CLERK)
    OutgoingLetter.objects.update(state="refused", receipt=b"{}", receipt_signature="x", code="c")
    services.resend_letter(letter_id=row.letter_id, actor=CLERK)
    assert queries.get_post(row.letter_id, CLERK).state == "waiting"
    assert node().agency_code == "H36"
