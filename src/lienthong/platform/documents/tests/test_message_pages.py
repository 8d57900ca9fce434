"""Pages of the axis: recipients with filters that stay, evidence of each step, recall and answer; open to all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.kernel import clock, db
from lienthong.platform.documents import inbox, queries, services
from lienthong.platform.documents.models import Arrival, Delivery, Document
from lienthong.platform.documents.services import receipts
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import CLERK, HUB_CLERK, NOW, Circuit, document, paper
from lienthong.platform.documents.tests.desk_site import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.documents.tests.message_site")]
AXIS = "/van-ban/truc/"


@pytest.fixture
def province(loop: Circuit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The province's clerk."""
    sign_in(monkeypatch, CLERK)
    with loop.at("H36"), clock.frozen(NOW):
        yield Client()


def read(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[-2000:]
    return response.content.decode()


def send_widely(count: int = 3) -> UUID:
    communes = [f"H36.{place}" for place in range(101, 101 + count)]
    return services.send_document(document(), [paper()], receivers=["G22", *communes], actor=CLERK)


def test_recipients_are_filtered_and_show_both_states(province: Client) -> None:
    message = send_widely(2)
    page = read(province, f"{AXIS}{message}/")
    assert "Không cần bản giấy" in page
    assert "Chờ gửi" in page
    assert "H36.101" in page
    inbox.on_status([circuit.status("03", message), circuit.status("04", message)])
    only = read(province, f"{AXIS}{message}/?xu-ly=04&truyen=delivered")
    assert "G22" in only
    assert 'href="?truyen=delivered"' in only
    assert "H36.102 " not in only.split("<table", 1)[1]
    assert "Không có nơi nhận nào khớp" in read(province, f"{AXIS}{message}/?truyen=failed")
    read(province, f"{AXIS}{message}/?truyen=x&xu-ly=99&tra-loi=1&co-quan=%00&page=zzz")


def test_one_recipient_shows_each_step_with_its_proof(province: Client, loop: Circuit) -> None:
    message = send_widely(1)
    letter, envelope = circuit.status("02", message, reason="Văn bản gửi nhầm cơ quan")
    inbox.on_status([(letter, envelope)])
    row = Delivery.objects.get(agency_code="G22")
    page = read(province, f"{AXIS}noi-nhan/{row.pk}/")
    assert "Văn bản gửi nhầm cơ quan" in page
    assert str(envelope.id) in page
    assert str(loop.post.sent()[0][1].id) in page


def test_a_clerk_recalls_and_asks_back(province: Client, loop: Circuit) -> None:
    message = send_widely(1)
    pk = Document.objects.get().pk
    response = province.post(f"{AXIS}thu-hoi/{pk}/", {"reason": " "})
    assert response.status_code == 422
    assert "Hãy ghi lý do" in response.content.decode()
    row = Delivery.objects.get(agency_code="G22")
    assert province.post(f"{AXIS}noi-nhan/{row.pk}/lay-lai/", {"reason": "Gửi nhầm"}).status_code == 302
    assert "Yêu cầu lấy lại" in read(province, f"{AXIS}noi-nhan/{row.pk}/")
    sent = province.post(f"{AXIS}thu-hoi/{pk}/", {"reason": "Gửi nhầm phụ lục"})
    assert sent.status_code == 302
    assert "Gửi nhầm phụ lục" in read(province, sent["Location"])
    assert "Đã thu hồi" in read(province, f"{AXIS}{message}/")
    assert Arrival.objects.get().standing == "recalled"


def test_a_clerk_updates_and_replaces(province: Client) -> None:
    send_widely(1)
    pk = Document.objects.get().pk
    typed = {"subject": "V/v báo cáo năm", "added": "H36.102", "removed": "", "reason": "Sửa trích yếu"}
    sent = province.post(f"{AXIS}cap-nhat/{pk}/", typed)
    assert sent.status_code == 302, sent.content.decode()[-2000:]
    assert Document.objects.get().subject == "V/v báo cáo năm"
    assert Arrival.objects.count() == 2
    bad = province.post(f"{AXIS}thay-the/{pk}/", {"number": "x", "notation": "UBND-VX", "subject": "a", "reason": "b"})
    assert bad.status_code == 422
    none = {"number": "129", "notation": "UBND-VX", "subject": "V/v thay", "reason": "Thay công văn 128"}
    assert "Hãy kèm tệp" in province.post(f"{AXIS}thay-the/{pk}/", none).content.decode()
    whole = {**none, "attachments": SimpleUploadedFile("cv.pdf", circuit.PDF)}
    done = province.post(f"{AXIS}thay-the/{pk}/", whole)
    assert done.status_code == 302, done.content.decode()[-2000:]
    old = Document.objects.get(pk=pk)
    assert (old.standing, old.replaced_by) == ("replaced", "H36,2026/11/23,129/UBND-VX")


def test_what_failed_and_what_is_asked_shows_on_the_overview(
    province: Client, loop: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = send_widely(1)
    assert "Mọi văn bản đều đã đến" in read(province, AXIS)
    receipts.fail_deliveries(loop.post.sent()[0][1].id, "Nút nhận tạm ngừng")
    assert "1 trong 2 nơi nhận" in read(province, AXIS)
    assert province.post(f"{AXIS}{message}/gui-lai/").status_code == 302
    assert queries.list_failed("H36", CLERK) == []
    ward = circuit.officer("H36.101", "clerk", "leader")
    arrival = Arrival.objects.get()
    services.say_status(arrival.pk, "03", actor=ward)
    services.send_recall(Document.objects.get().pk, reason="Gửi nhầm", actor=CLERK)
    sign_in(monkeypatch, ward)
    assert "Bên gửi yêu cầu thu hồi" in read(province, AXIS)
    answer = f"{AXIS}tra-loi/{arrival.pk}/"
    assert province.post(answer, {"reason": "x"}).status_code == 422
    assert province.post(answer, {"agree": "16", "reason": "Đã giải quyết xong"}).status_code == 302
    assert Delivery.objects.get(message__kind="recall", agency_code="H36.101").answer == "16"


def test_strangers_and_other_duties_see_nothing(province: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    message = send_widely(1)
    row = Delivery.objects.get(agency_code="G22")
    for actor in (HUB_CLERK, circuit.officer("H36.102", "clerk")):
        sign_in(monkeypatch, actor)
        read(province, f"{AXIS}{message}/", 404)
        read(province, f"{AXIS}noi-nhan/{row.pk}/", 404)
        assert province.post(f"{AXIS}{message}/gui-lai/").status_code == 404
    sign_in(monkeypatch, circuit.officer("H36", "operator"))
    read(province, f"{AXIS}{message}/", 403)
    page = read(province, "/van-hanh/van-ban/luu-luong/")
    assert "chuyển đổi số" not in page
    assert "G22" in page


@pytest.fixture
def live(transactional_db: None, axis_homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Circuit]:
    post = circuit.Post()
    circuit.patch_post(monkeypatch, post)
    both = Circuit(axis_homes, post)
    sign_in(monkeypatch, circuit.officer("H36", "clerk", "leader", "operator"))
    with both.at("H36"):
        today = clock.today()
        receivers = ["G22", *(f"H36.{place}" for place in range(101, 104))]
        message = services.send_document(
            document(promulgated_on=today), [paper()], receivers=receivers, needs_paper=True, actor=CLERK
        )
        facts = {"document_id": f"H36,{today:%Y/%m/%d},128/UBND-VX"}
        with db.atomic():
            inbox.on_status([circuit.status("03", message, **facts), circuit.status("opened", message, **facts)])
        ward = circuit.officer("H36.101", "clerk")
        arrival = Arrival.objects.get(agency_code="H36.101")
        services.say_status(arrival.pk, "02", actor=ward, reason="Văn bản gửi nhầm cơ quan")
        yield both


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_open_to_all_and_fit(chromium: Any, live: Circuit, live_server: Any, look: Any, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url)
    page = context.new_page()
    message, row = Delivery.objects.get(agency_code="G22").message_id, Delivery.objects.get(agency_code="H36.101")
    pk = Document.objects.get().pk
    for name, path in (
        ("message", f"{AXIS}{message}/"),
        ("recipient", f"{AXIS}noi-nhan/{row.pk}/"),
        ("overview", AXIS),
        ("recall", f"{AXIS}thu-hoi/{pk}/"),
        ("update", f"{AXIS}cap-nhat/{pk}/"),
        ("replace", f"{AXIS}thay-the/{pk}/"),
        ("traffic", "/van-hanh/van-ban/luu-luong/"),
    ):
        page.goto(path)
        look(page, f"axis-{name}")
    context.close()
