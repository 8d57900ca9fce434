"""The office in Chromium: the leader's phone, the way of a letter from the drafter to the clerk, what axe finds."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from lienthong.casework.office.models import Draft, SigningBatch
from lienthong.casework.office.services import comments, drafts, leading, reviews, work_files
from lienthong.casework.office.tests import stories
from lienthong.casework.office.tests.conftest import OTHER, PIN, Cast
from lienthong.kernel import files
from lienthong.kernel.profile import node, playing
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("lienthong.casework.office.tests.urls"),
]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def people(committed_people: Cast) -> Cast:
    """Everybody: the server has threads of its own."""
    return committed_people


@pytest.fixture
def sit(chromium: Any, live_server: Any, people: Any) -> Any:
    """A page of somebody's browser: `sit(people.chair, PHONE)`."""

    def open_page(actor: Any, size: dict[str, int], **more: Any) -> Any:
        client = Client()
        client.force_login(get_user_model().objects.get(pk=actor.account_id))
        context = chromium.new_context(viewport=size, base_url=live_server.url, **more)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page

    return open_page


def test_a_leader_reads_and_signs_one_paper_on_the_phone(sit, people, look):
    draft_id = stories.presented(people, priority=2)
    page = sit(people.chair, PHONE)
    page.goto("/van-phong/ky/")
    look(page)
    assert "Thượng khẩn" in page.inner_text("main")
    page.get_by_role("link", name="Đọc và ký").click()
    assert page.locator("img.office-page").first.evaluate("one => one.decode().then(() => one.naturalWidth)") > 500
    look(page)
    page.locator(".office-bar summary").click()
    page.get_by_label("Mã PIN ký số").fill(PIN)
    look(page, "sign-read-pin")
    page.get_by_role("button", name="Ký văn bản này").click()
    page.wait_for_url("**/van-phong/ky/")
    assert "Đã ký số" in page.inner_text("main") or "đã ký số" in page.inner_text("main")
    draft = Draft.objects.get(pk=draft_id)
    assert draft.status == "signed"
    assert signing_queries.judge_pdf(files.read(draft.signed_sha256)).good
    page.get_by_role("button", name="Hoàn tác chữ ký").click()
    page.get_by_role("link", name="Đọc và ký").wait_for()
    assert Draft.objects.get(pk=draft_id).status == "presented"


def test_a_leader_returns_a_paper_with_words(sit, people):
    draft_id = stories.presented(people)
    page = sit(people.chair, PHONE)
    page.goto(f"/van-phong/ky/{draft_id}/")
    page.locator("summary", has_text="Trả lại để sửa").click()
    page.get_by_label("Cần sửa điều gì").fill("Ghi rõ thời hạn")
    page.get_by_role("button", name="Trả lại để sửa").click()
    page.wait_for_url("**/van-phong/ky/")
    assert Draft.objects.get(pk=draft_id).returned_reason == "Ghi rõ thời hạn"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_leader_signs_many_at_once_and_sees_each_result(sit, people, scripts, look):
    ids = [stories.presented(people, subject=f"Văn bản thứ {n}") for n in range(8)]
    page = sit(people.chair, PHONE, java_script_enabled=scripts)
    page.goto("/van-phong/ky/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    leading.take_back(ids[3], actor=people.drafter)
    leading.present_draft(ids[3], actor=people.drafter)
    page.get_by_role("button", name="Ký các văn bản đã chọn").click()
    page.get_by_label("Mã PIN ký số").fill("999111")
    page.get_by_role("button", name="Xác nhận ký 8 văn bản").click()
    page.get_by_text("Còn 4 lần thử").first.wait_for()
    look(page) if scripts else None
    page.get_by_label("Mã PIN ký số").fill(PIN)
    page.get_by_role("button", name="Xác nhận ký 8 văn bản").click()
    if not scripts:
        page.get_by_role("button", name="Ký tiếp").click()
    page.get_by_role("link", name="Quay lại danh sách chờ ký").wait_for()
    said = page.inner_text("main")
    assert "Đã ký 7 trong 8" in said
    assert "vừa thay đổi" in said
    if scripts:
        look(page)
    assert Draft.objects.filter(status="signed").count() == 7
    assert SigningBatch.objects.get().finished_at is not None


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_leader_signs_with_the_phone_one_consent_for_all(sit, people, live_server, look, scripts):
    service = {"csc_url": f"{live_server.url}/signing/csc/v2"}
    with playing(node(), parameters={**node().parameters, "signing": service}):
        signing.choose_place("remote", actor=people.chair)
        ids = [stories.presented(people, subject=f"Văn bản thứ {n}") for n in range(3)]
        page = sit(people.chair, PHONE, java_script_enabled=scripts)
        page.goto(f"/van-phong/ky/{ids[0]}/")
        page.get_by_role("button", name="Ký bằng điện thoại").wait_for()
        if scripts:
            look(page, "sign-read-remote")
        page.goto("/van-phong/ky/")
        page.get_by_role("button", name="Ký cả 3 văn bản").click()
        page.get_by_text("Mã băm của 3 văn bản đã gửi tới điện thoại").wait_for()
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Mở điện thoại thử nghiệm").click()
        phone = opened.value
        phone.get_by_label("Mã PIN ký số").fill("999111")
        phone.get_by_role("button", name="Ký 3 văn bản").click()
        phone.get_by_text("Còn 4 lần thử").first.wait_for()
        if scripts:
            look(page, "sign-remote-waiting")
            look(phone, "sign-phone")
        phone.get_by_label("Mã PIN ký số").fill(PIN)
        phone.get_by_role("button", name="Ký 3 văn bản").click()
        phone.get_by_text("Chữ ký được gửi đi").wait_for()
        if not scripts:
            page.get_by_role("button", name="Xem lại kết quả").click()
        page.get_by_role("link", name="Quay lại danh sách chờ ký").wait_for()
        assert "Đã ký 3 trong 3" in page.inner_text("main")
        if scripts:
            look(page)
    assert Draft.objects.filter(status="signed").count() == 3


def test_a_letter_from_the_drafters_desk_to_the_clerks(sit, people, look):
    page = sit(people.drafter, DESK)
    page.goto("/van-phong/")
    look(page)
    page.get_by_role("button", name="Soạn văn bản").click()
    look(page)
    page.get_by_label("Trích yếu").fill("Đề nghị phối hợp tuyên truyền")
    page.get_by_label("Lãnh đạo ký").select_option(str(people.chair.account_id))
    page.get_by_label("Tìm cơ quan theo tên hoặc mã").press_sequentially("cam ly")
    page.locator("#found").get_by_label("Ủy ban nhân dân phường Cam Ly").check()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Nội dung văn bản").press_sequentially("Đề nghị phường bạn phối hợp.")
    page.locator("#kept", has_text="Đã lưu tạm").wait_for()
    look(page)
    page.get_by_role("button", name="Lưu thành phiên bản mới").click()
    page.locator("img.office-page").first.wait_for()
    look(page)
    draft_id = Draft.objects.get().pk
    page.get_by_role("link", name="Xin ý kiến", exact=True).click()
    page.get_by_label("Đặng Minh Châu").check()
    look(page)
    page.get_by_role("button", name="Gửi xin ý kiến").click()

    reviewer = sit(people.legal, PHONE)
    reviewer.goto("/van-phong/?o=asked")
    look(reviewer)
    reviewer.get_by_role("link", name="Đề nghị phối hợp tuyên truyền").click()
    reviewer.get_by_label("Đồng ý, có góp ý").check()
    reviewer.locator("textarea[name=remarks]").fill("Nêu thời gian cụ thể")
    look(reviewer)
    reviewer.get_by_role("button", name="Gửi ý kiến").click()
    reviewer.get_by_text("Đã gửi ý kiến của bạn").wait_for()

    page.goto(f"/van-phong/du-thao/{draft_id}/")
    page.get_by_role("button", name="Trình ký").click()
    page.locator("[data-status=presented]").wait_for()

    leader = sit(people.chair, PHONE)
    leader.goto(f"/van-phong/ky/{draft_id}/")
    assert "Nêu thời gian cụ thể" in leader.inner_text("main")
    leader.locator(".office-bar summary").click()
    leader.get_by_label("Mã PIN ký số").fill(PIN)
    leader.get_by_role("button", name="Ký văn bản này").click()
    leader.wait_for_url("**/van-phong/ky/")

    clerk = sit(people.clerk, DESK)
    clerk.goto("/van-phong/?o=issuing")
    look(clerk)
    clerk.get_by_role("link", name="Đề nghị phối hợp tuyên truyền").click()
    look(clerk)
    clerk.get_by_role("button", name="Cấp số, đóng dấu và phát hành").click()
    clerk.locator("[data-status=sent]").wait_for()
    assert "01/UBND-VP" in clerk.inner_text("main")
    assert document_queries.list_arrivals(OTHER, actor=people.other_clerk)[0].document.code == "01/UBND-VP"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_of_the_office_is_in_order(sit, people, size, look):
    draft_id = stories.written(people)
    drafts.save_text(draft_id, stories.BODY.replace("Thống nhất", "Nhất trí"), actor=people.drafter)
    one = comments.add_comment(draft_id, "Nêu rõ căn cứ", page=1, actor=people.drafter)
    comments.add_comment(draft_id, "Đã thêm", answers_to=one, actor=people.drafter)
    reviews.ask_review(draft_id, [people.legal.account_id], order="serial", actor=people.drafter)
    reviews.close_review(draft_id, actor=people.drafter)
    file_id = work_files.open_file("Rà soát dữ liệu", "10", actor=people.drafter)
    work_files.add_draft(file_id, draft_id, actor=people.drafter)
    page = sit(people.drafter, size)
    for path, caption in (
        ("/van-phong/", "Người ký: Trần Thị Kim Oanh"),
        ("/van-phong/ho-so/", "Văn bản: 1"),
        (f"/van-phong/ho-so/{file_id}/", "Ngày: "),
    ):
        page.goto(path)
        assert (caption in page.locator("tbody tr").first.inner_text()) is (size is PHONE), path
    own = f"/van-phong/du-thao/{draft_id}/"
    for path in (
        own, own + "thong-tin/", own + "soan/", own + "tai-len/", own + "vi-tri/", own + "so-sanh/",
        own + "phien-ban/1/", "/van-phong/du-thao/moi/", "/van-phong/viec/", "/van-phong/ho-so/",
        f"/van-phong/ho-so/{file_id}/", "/van-phong/nhom/", "/van-phong/?o=agency&q=du+lieu&status=drafting",
    ):  # fmt: skip
        assert page.goto(path).status == 200, path
        look(page)


def test_work_is_given_and_finished_on_the_phone(sit, people, look):
    arrival_id = stories.registered(people)
    leader = sit(people.other_chair, PHONE)
    leader.goto("/van-phong/van-ban-den/")
    look(leader)
    leader.get_by_role("link", name="Phối hợp rà soát").click()
    leader.get_by_label("Chủ trì").select_option(str(people.other_handler.account_id))
    leader.get_by_label("Ý kiến chỉ đạo").fill("Tham mưu trả lời trước thứ Sáu")
    look(leader)
    leader.get_by_role("button", name="Giao việc").click()
    leader.locator("[data-status=assigned]").wait_for()
    look(leader)
    worker = sit(people.other_handler, PHONE)
    worker.goto("/van-phong/viec/")
    look(worker)
    worker.get_by_role("link", name="Phối hợp rà soát").click()
    worker.get_by_role("button", name="Nhận việc").click()
    worker.locator("[data-status=in-progress]").wait_for()
    worker.get_by_label("Kết quả xử lý").fill("Đã cung cấp số liệu")
    worker.get_by_role("button", name="Báo hoàn thành").click()
    worker.locator("[data-status=finished]").wait_for()
    look(worker)
    assert document_queries.get_arrival(arrival_id, people.other_clerk).status == "06"
