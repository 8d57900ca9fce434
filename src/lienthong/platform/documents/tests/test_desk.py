"""The clerk's desk: what came is registered or refused, found again, printed; nobody sees what is not theirs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from lienthong.kernel import clock
from lienthong.kernel.errors import Conflict, NotAllowed, Refused
from lienthong.platform.documents import bench, queries, services, spreadsheets
from lienthong.platform.documents.models import Arrival, RegisterEntry
from lienthong.platform.documents.queries import desk
from lienthong.platform.documents.queries.desk import InboxFilters
from lienthong.platform.documents.services import indexing, numbering, registering, registers
from lienthong.platform.documents.tests import circuit
from lienthong.platform.documents.tests.circuit import CLERK, HUB_CLERK, HUB_LEADER, NOW, Circuit
from lienthong.platform.documents.tests.desk_site import sign_in
from lienthong.platform.documents.tests.test_search import SCAN, make_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.documents.tests.desk_site")]


@pytest.fixture
def hub(loop: Circuit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The hub's clerk at the desk; three documents came from the province, one of them urgent."""
    with clock.frozen(NOW):
        sends = [circuit.send(number, content=make_pdf(SCAN), priority=number % 4) for number in (126, 127, 128)]
        loop.land(loop.carried(*sends))
        sign_in(monkeypatch, HUB_CLERK)
        with loop.at("G22"):
            yield Client()


def read(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[-2000:]
    return response.content.decode()


def send(client: Client, path: str, status: int = 302, /, **typed: Any) -> str:
    response = client.post(path, typed)
    assert response.status_code == status, response.content.decode()[-3000:]
    return response.content.decode()


def whole(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def arrivals() -> dict[int, UUID]:
    return {row.document.number: row.pk for row in Arrival.objects.select_related("document")}


def test_a_very_long_subject_stands_whole_among_the_facts_and_short_in_headings(hub: Client, loop: Circuit) -> None:
    subject = ("V/v rà soát, làm sạch dữ liệu hộ tịch, dân cư " * 50)[:2000].strip()
    loop.land(loop.carried(circuit.send(129, subject=subject)))
    with loop.at("G22"):
        page = read(hub, f"/van-ban/den/{arrivals()[129]}/")
    heading = page.split("<h1")[1].split(">", 1)[1].split("</h1>")[0]
    assert len(heading) == 250
    assert heading.endswith("…")
    assert page.count(subject) == 1
    with loop.at("G22"):
        assert "Trích yếu" not in read(hub, f"/van-ban/den/{arrivals()[128]}/")


def test_the_inbox_shows_urgent_ones_first_and_registers_what_is_ticked(hub: Client) -> None:
    page = read(hub, "/van-ban/")
    assert page.index("127/UBND-VX") < page.index("126/UBND-VX") < page.index("128/UBND-VX")
    assert "Hỏa tốc" in page
    known = arrivals()
    send(hub, "/van-ban/dang-ky/", arrival=[str(known[126]), str(known[127]), "nonsense"])
    page = read(hub, "/van-ban/")
    assert "Đã đăng ký 2 văn bản, số đến 1–2" in page
    assert "126/UBND-VX" not in page
    entries = {row.code: row.number for row in RegisterEntry.objects.all()}
    assert entries == {"127/UBND-VX": 1, "126/UBND-VX": 2}
    assert queries.get_arrival(known[127], HUB_CLERK).status == "03"
    assert "126/UBND-VX" in read(hub, "/van-ban/?muc=registered")
    send(hub, "/van-ban/dang-ky/", arrival=[str(known[126])])
    assert "đã có số đến 02" in read(hub, "/van-ban/")


def test_one_document_is_opened_registered_and_shows_its_steps_with_proof(hub: Client, loop: Circuit) -> None:
    one = arrivals()[128]
    page = read(hub, f"/van-ban/den/{one}/")
    assert "Chữ ký số" in page
    assert loop.post.states()[-1] == "opened"
    message = queries.get_arrival(one, HUB_CLERK).message_id
    paper = hub.get(f"/van-ban/tep/{message}/0/")
    assert (paper["Content-Type"], paper["Content-Disposition"][:6]) == ("application/pdf", "inline")
    assert whole(paper)[:5] == b"%PDF-"
    assert hub.get(f"/van-ban/tep/{message}/0/?tai=1")["Content-Disposition"].startswith("attachment")
    read(hub, f"/van-ban/tep/{message}/9/", 404)
    with pytest.MonkeyPatch.context() as patched:
        # Read here: a process of its own has seconds only, and this machine may be busy.
        patched.setattr("lienthong.kernel.roles.is_open", lambda _name: False)
        shown = read(hub, f"/van-ban/tep/{message}/0/chu-ky/")
    assert "Chưa tin cậy" in shown
    assert "không phải số giữ chỗ" in send(hub, f"/van-ban/den/{one}/dang-ky/", 409, number="7")
    assert RegisterEntry.objects.count() == 0
    send(hub, f"/van-ban/den/{one}/dang-ky/", receivers="Vụ Văn xã", note="Chuyển gấp")
    page = read(hub, f"/van-ban/den/{one}/")
    assert "Số đến <strong>01</strong>" in page
    assert "Vụ Văn xã" in page
    assert "Bằng chứng" in page
    assert loop.post.states()[-1] == "03"


def test_a_refusal_needs_a_reason_and_gives_no_number(hub: Client, loop: Circuit) -> None:
    one = arrivals()[128]
    assert "lý do" in send(hub, f"/van-ban/den/{one}/tu-choi/", 422, reason=" ")
    send(hub, f"/van-ban/den/{one}/tu-choi/", reason="Gửi nhầm cơ quan")
    assert loop.post.said()[-1][0].reason == "Gửi nhầm cơ quan"
    assert RegisterEntry.objects.count() == 0
    with pytest.raises(Conflict):
        registering.register_arrival(one, actor=HUB_CLERK)
    assert RegisterEntry.objects.count() == 0
    assert "128/UBND-VX" in read(hub, "/van-ban/?muc=refused")


def test_a_reserved_number_of_arrival_is_used_once(hub: Client) -> None:
    known = arrivals()
    registers.reserve_arrival_numbers("G22", count=2, reason="Văn bản giấy đang chuyển", actor=HUB_CLERK)
    given = registering.register_arrival(known[126], number="02", actor=HUB_CLERK)
    assert given.number == 2
    with pytest.raises(Conflict):
        registering.register_arrival(known[127], number="2", actor=HUB_CLERK)
    assert registering.register_arrival(known[127], actor=HUB_CLERK).number == 3


def test_numbers_of_arrival_are_reserved_on_the_page_and_a_paper_takes_one(hub: Client) -> None:
    page = "/van-ban/so/giay/"
    assert "Số đến đã giữ chỗ" not in read(hub, page)
    assert "từ 1 đến 50" in send(hub, page, 422, viec="reserve", count="51", reason="Họp")
    assert "lý do" in send(hub, page, 422, viec="reserve", count="2", reason=" ")
    made = hub.post(page, {"viec": "reserve", "count": "2", "reason": "Văn bản giấy đang chuyển"})
    assert made.headers["Location"].endswith("?tinh_trang=reserved")
    first, second = RegisterEntry.objects.filter(reserved=True).order_by("number")
    shown = read(hub, page)
    assert "Số đến đã giữ chỗ" in shown
    assert "Văn bản giấy đang chuyển" in shown
    assert "đăng ký văn bản giấy" in read(hub, f"/van-ban/so/dong/{first.pk}/")
    facts = {
        "author": "UBND xã Hiệp Thạnh", "code": "5/UBND", "document_date-day": "20",
        "document_date-month": "11", "document_date-year": "2026", "subject": "V/v đề nghị hỗ trợ",
    }  # fmt: skip
    assert "không phải số giữ chỗ" in send(hub, page, 409, **facts, number="3")
    taken = hub.post(page, {**facts, "number": "2"})
    assert taken.headers["Location"] == f"/van-ban/so/dong/{second.pk}/"
    second.refresh_from_db()
    assert (second.number, second.reserved, second.author) == (2, False, "UBND xã Hiệp Thạnh")
    with pytest.raises(Conflict):
        numbering.use_reserved(first.pk, actor=HUB_CLERK, subject="Không phải văn bản đi")
    assert registering.register_arrival(arrivals()[126], actor=HUB_CLERK).number == 3
    assert "Văn bản giấy đang chuyển" not in read(hub, "/van-ban/so/lay-so/")


def test_a_recalled_document_leaves_the_list_and_cannot_be_registered(loop: Circuit) -> None:
    with clock.frozen(NOW):
        loop.land(loop.carried(circuit.send(), circuit.recall))
        with loop.at("G22"):
            assert desk.list_inbox("G22", "waiting", InboxFilters(), HUB_CLERK).arrivals == ()
            (one,) = desk.list_inbox("G22", "recalled", InboxFilters(), HUB_CLERK).arrivals
            with pytest.raises(Conflict):
                registering.register_arrival(one.id, actor=HUB_CLERK)


def test_only_the_own_agency_sees_and_only_a_clerk_registers(hub: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    one = arrivals()[128]
    for actor in (HUB_LEADER, circuit.officer("G22", "handling")):
        sign_in(monkeypatch, actor)
        assert "Đăng ký vào sổ đến" not in read(hub, f"/van-ban/den/{one}/")
        send(hub, f"/van-ban/den/{one}/dang-ky/", 403)
        send(hub, "/van-ban/so/lay-so/", 403)
        read(hub, "/van-ban/so/")
    for actor in (circuit.officer("G09", "clerk"), circuit.officer("G22.01", "clerk")):
        sign_in(monkeypatch, actor)
        assert "128/UBND-VX" not in read(hub, "/van-ban/")
        read(hub, f"/van-ban/den/{one}/", 404)
        read(hub, f"/van-ban/tep/{Arrival.objects.get(pk=one).message_id}/0/", 404)
        send(hub, f"/van-ban/den/{one}/dang-ky/", 404)
    sign_in(monkeypatch, circuit.officer("G22", "operator"))
    read(hub, "/van-ban/", 403)
    with pytest.raises(NotAllowed):
        desk.list_inbox("G22", "all", InboxFilters(), CLERK)


def test_what_came_is_found_by_the_text_of_its_attachment(hub: Client) -> None:
    assert indexing.index_waiting() == 3
    page = read(hub, "/van-ban/tim/?q=deo+bao+loc")
    assert "Tìm thấy 3 văn bản" in page
    assert "<mark>đèo</mark>" in page.replace("</mark> <mark>", " ").replace("<mark>đèo Bảo Lộc", "<mark>đèo</mark>")
    assert "Không tìm thấy" in read(hub, "/van-ban/tim/?q=deo+bao+loc&loai=QĐ&tu=x&trang=99")
    assert "Nhập từ cần tìm" in read(hub, "/van-ban/tim/")


def test_numbers_are_given_kept_and_struck_out_by_the_pages(hub: Client) -> None:
    number: dict[str, Any] = {"viec": "give", "type_code": "TB", "subject": "Thông báo nghỉ lễ"}
    assert "Hãy ghi trích yếu" in send(hub, "/van-ban/so/lay-so/", 422, **number | {"subject": ""})
    assert "chữ viết tắt" in send(hub, "/van-ban/so/lay-so/", 422, **number | {"type_code": "CV"})
    assert "Ngày không đúng" in send(hub, "/van-ban/so/lay-so/", 422, **number | {"on-day": "31", "on-month": "2"})
    send(hub, "/van-ban/so/lay-so/", **number)
    entry = RegisterEntry.objects.get()
    assert entry.code == "01/TB-VPCP"
    made = hub.post("/van-ban/so/lay-so/", {"viec": "reserve", "type_code": "TB", "count": "2", "reason": "Họp"})
    assert "Đã giữ chỗ: 02/TB-VPCP – 03/TB-VPCP" in read(hub, made["Location"])
    kept = RegisterEntry.objects.get(number=2)
    assert "02/TB-VPCP" in read(hub, "/van-ban/so/lay-so/")
    send(hub, f"/van-ban/so/dong/{kept.pk}/ghi/", viec="use", subject="Kết luận", copies="5")
    assert "nhiều" not in send(hub, f"/van-ban/so/dong/{entry.pk}/ghi/", 422, viec="strike", reason="")
    send(hub, f"/van-ban/so/dong/{entry.pk}/ghi/", viec="strike", reason="In sai")
    page = read(hub, f"/van-ban/so/{entry.register_id}/?tinh_trang=struck")
    assert "In sai" in page
    assert "Kết luận" not in page
    assert "03/TB-VPCP" in read(hub, "/van-ban/di/")


def test_paper_documents_come_in_with_their_scan(hub: Client) -> None:
    typed: dict[str, Any] = {
        "author": "Công ty Cầu Đường", "code": "12/TB-CTY", "subject": "Báo cáo sự cố", "priority": "0",
        "document_date-day": "20", "document_date-month": "11", "document_date-year": "2026",
    }  # fmt: skip
    page = send(hub, "/van-ban/so/giay/", 422, **typed | {"author": "", "subject": ""})
    assert "Hãy ghi cơ quan ban hành" in page
    assert "Hãy ghi trích yếu" in page
    assert "Ngày văn bản chưa đến" in send(hub, "/van-ban/so/giay/", 422, **typed | {"document_date-year": "2027"})
    wrong = SimpleUploadedFile("a.pdf", b"MZ program")
    send(hub, "/van-ban/so/giay/", 422, **typed, scan=wrong)
    assert RegisterEntry.objects.count() == 0
    send(hub, "/van-ban/so/giay/", **typed, scan=SimpleUploadedFile("quét.pdf", make_pdf(SCAN)))
    entry = RegisterEntry.objects.get()
    assert hub.get(f"/van-ban/so/dong/{entry.pk}/quet/")["Content-Type"] == "application/pdf"
    assert "đã có số đến 01" in send(hub, "/van-ban/so/giay/", 409, **typed)


def test_the_register_is_printed_and_saved(hub: Client) -> None:
    for one in arrivals().values():
        registering.register_arrival(one, actor=HUB_CLERK, receivers="=Vụ Văn xã")
    register = RegisterEntry.objects.first().register_id  # type: ignore[union-attr]  # there are three
    pdf = hub.get(f"/van-ban/so/{register}/so.pdf?ky=2026-q4")
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN" in text
    assert "127/UBND-VX" in text
    rows = list(spreadsheets.rows_of(io.BytesIO(whole(hub.get(f"/van-ban/so/{register}/so.xlsx")))))
    assert [row[1] for row in rows] == ["Số đến", "01", "02", "03"]
    csv = whole(hub.get(f"/van-ban/so/{register}/so.csv?ky=2026-11")).decode()
    assert csv.count("\n") == 4
    assert "'=Vụ Văn xã" in csv
    read(hub, f"/van-ban/so/{register}/so.pdf?ky=1999", 404)
    read(hub, f"/van-ban/so/{register}/so.exe", 404)


def test_an_import_goes_through_its_pages(hub: Client) -> None:
    assert "Hãy chọn một tệp" in send(hub, "/van-ban/nhap/", 422, direction="in")
    rows = "Số đến,Ngày đến,Tác giả,Trích yếu\n1,05/01/2026,Bộ Nội vụ,Báo cáo\nhai,06/01/2026,Bộ Nội vụ,Báo cáo\n"
    made = hub.post("/van-ban/nhap/", {"direction": "in", "file": SimpleUploadedFile("so.csv", rows.encode())})
    page = made["Location"]
    assert "Cột nào là gì" in read(hub, page)
    columns = {"number": "0", "registered_on": "1", "author": "2", "subject": "3"}
    assert "Chọn cột cho" in send(hub, page, 422, viec="check", number="0")
    send(hub, page, viec="check", **columns)
    shown = read(hub, page)
    assert "không phải là số đến" in shown
    assert "Dòng" in shown
    assert "Có dòng cần sửa" in shown
    assert "Đã kiểm tra" not in shown
    assert "tải tệp lên lại" in shown
    send(hub, page, 409, viec="start")
    send(hub, page, 409, viec="undo")
    read(hub, "/van-ban/nhap/00000000-0000-7000-8000-000000000000/", 404)


def test_the_sender_sees_what_became_of_it(loop: Circuit, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.frozen(NOW), loop.at("H36"):
        number = numbering.give_number(
            "H36", "CV", unit="VX", on=NOW.date(), subject="V/v báo cáo", actor=circuit.CLERK
        )
        sent = services.send_document(
            circuit.document(number.number), [circuit.paper()], receivers=["G22"], actor=circuit.CLERK
        )
        indexing.index_waiting()
        sign_in(monkeypatch, circuit.CLERK)
        client = Client()
        page = read(client, "/van-ban/di/")
        assert "01/UBND-VX" in page or "1/UBND-VX" in page
        document = queries.get_message(sent, circuit.CLERK).document
        shown = read(client, f"/van-ban/di/{document.id}/")
        assert "Các lần gửi" in shown
        assert RegisterEntry.objects.get().document_id == document.id
        with pytest.raises(Refused):
            numbering.strike_number(number.entry_id, "Không gửi nữa", circuit.CLERK)


def test_pages_go_by_key_and_cost_the_same_at_any_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    bench.seed("G22", 1000, waiting=130)
    seen: list[UUID] = []
    after, sizes = "", []
    while True:
        with CaptureQueriesContext(connection) as told:
            page = desk.list_inbox("G22", "waiting", InboxFilters(), HUB_CLERK, after)
        sizes.append(len(told))
        seen += [one.id for one in page.arrivals]
        if not (after := page.following):
            break
    assert len(seen) == len(set(seen)) == 130
    assert set(sizes) == {1}
    first = desk.list_inbox("G22", "waiting", InboxFilters(), HUB_CLERK).arrivals
    assert [one.document.priority for one in first] == sorted((one.document.priority for one in first), reverse=True)
    sign_in(monkeypatch, HUB_CLERK)
    with CaptureQueriesContext(connection) as told:
        read(Client(), "/van-ban/?muc=all")
    assert len(told) < 12
    for tab in desk.TABS:
        for key in ("", "nonsense", "1_2_3", "0_nan_00000000-0000-7000-8000-000000000000", "9" * 400):
            desk.list_inbox("G22", tab, InboxFilters(urgent=True), HUB_CLERK, key)
    assert queries.list_entries(RegisterEntry.objects.first().register_id, HUB_CLERK).following  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tab", "filters", "index"),
    [
        ("waiting", InboxFilters(), "arrival_to_register"),
        ("all", InboxFilters(), "arrival_list"),
        ("recalled", InboxFilters(), "arrival_taken_back"),
        ("all", InboxFilters(sender_code="G09"), "arrival_of_sender"),
        ("refused", InboxFilters(), "arrival_work"),
    ],
)
def test_each_list_is_read_in_the_order_of_an_index(tab: Any, filters: InboxFilters, index: str) -> None:
    bench.seed("G22", 3000, waiting=300)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    with CaptureQueriesContext(connection) as told:
        desk.list_inbox("G22", tab, filters, HUB_CLERK)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + told.captured_queries[-1]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"using {index}" in plan
    assert "Sort" not in plan
