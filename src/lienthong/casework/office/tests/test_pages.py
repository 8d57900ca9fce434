"""Pages without a browser: who may come in, what forms answer, filters, sheets, files, and few questions asked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.casework.office.models import Draft, RecipientGroup, WorkFile
from lienthong.casework.office.queries import recipients
from lienthong.casework.office.services import drafts, leading, work
from lienthong.casework.office.tests import stories
from lienthong.casework.office.tests.conftest import OTHER, PIN
from lienthong.casework.office.views import work as work_views
from lienthong.kernel import files
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.documents import services as documents
from lienthong.platform.exchange import queries as exchange_queries

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.casework.office.tests.urls")]


def sits(actor: Any) -> Any:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.account_id))
    return client


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def form_of(people, **more):
    return {
        "type_code": "CV", "subject": "Mời họp", "signer_id": people.chair.account_id, "unit": "VP", "priority": "0",
        "receivers": [OTHER], **more,
    }  # fmt: skip


def test_strangers_sign_in_first_and_others_are_kept_out(office, people):
    draft_id = stories.written(people)
    own = f"/van-phong/du-thao/{draft_id}/"
    for path in ("/van-phong/", own, "/van-phong/ky/", "/van-phong/viec/", "/van-phong/ho-so/"):
        assert Client().get(path).status_code == 302
    assert sits(people.drafter).get("/van-phong/ky/").status_code == 403
    assert sits(people.drafter).get("/van-phong/van-ban-den/").status_code == 403
    for path in ("", "van-ban.pdf", "trang-1.png", "soan/", "phien-ban/1/", "so-sanh/", "xin-y-kien/"):
        for actor in (people.legal, people.other_clerk, people.other_chair):
            assert sits(actor).get(own + path).status_code == 404, (path, actor.name)
    for deed in ("present", "withdraw", "sign", "issue"):
        assert sits(people.other_chair).post(f"{own}viec/{deed}/", {"reason": "x"}).status_code == 404
    assert sits(people.drafter).post(f"{own}viec/nonsense/").status_code == 404


def test_a_very_long_subject_stands_whole_among_the_facts_and_short_in_headings(office, people):
    subject = ("rà soát, làm sạch dữ liệu hộ tịch, dân cư " * 60)[:2000].strip()
    page = said(sits(people.drafter).get(f"/van-phong/du-thao/{stories.started(people, subject=subject)}/"))
    heading = page.split("<h1")[1].split(">", 1)[1].split("</h1>")[0]
    assert (len(heading), heading[-1]) == (250, "…")
    assert page.count(subject) == 1


def test_a_new_officer_is_told_how_to_begin_and_a_searcher_to_search_wider(office, people):
    client = sits(people.drafter)
    first = said(client.get("/van-phong/"))
    assert "để bắt đầu" in first
    assert 'role="search"' not in first
    stories.started(people)
    nothing = said(client.get("/van-phong/?q=khong-co&status=drafting"))
    assert "Bỏ bớt điều kiện tìm" in nothing
    assert 'value="khong-co"' in nothing
    assert 'href="?q=khong-co"' in nothing
    assert "Phối hợp rà soát" in said(client.get("/van-phong/?q=ra+soat"))


def test_a_draft_is_begun_with_groups_and_its_mistakes_are_named(office, people):
    client = sits(people.drafter)
    wrong = client.post("/van-phong/du-thao/moi/", form_of(people, subject="", signer_id="x"))
    assert wrong.status_code == 422
    assert "Hãy ghi rõ nội dung này" in said(wrong)
    found = client.post("/van-phong/du-thao/moi/", form_of(people, find="cam ly", find_now="1"))
    assert (found.status_code, Draft.objects.count()) == (200, 0)
    done = client.post("/van-phong/du-thao/moi/", form_of(people, group=["all-communes"], way="file"))
    draft = Draft.objects.get()
    assert done.headers["Location"] == f"/van-phong/du-thao/{draft.pk}/tai-len/"
    assert len(draft.receivers) > 5
    assert "H36.101" not in draft.receivers


def test_every_way_of_bringing_a_text_answers_on_the_page(office, people):
    draft_id = stories.started(people)
    own, client = f"/van-phong/du-thao/{draft_id}/", sits(people.drafter)
    kept = client.post(own + "luu-tam/", {"body": "Đang gõ"})
    assert "Đã lưu tạm lúc" in said(kept)
    assert client.get(own + "xem-truoc-1.png").content.startswith(b"\x89PNG")
    assert client.get(own + "xem-truoc-9.png").status_code == 404
    assert client.post(own + "soan/", {"body": " "}).status_code == 422
    assert client.post(own + "soan/", {"body": stories.BODY, "note": "Bản đầu"}).status_code == 302
    wrong = client.post(own + "tai-len/", {"pdf": SimpleUploadedFile("a.pdf", b"GIF89a")})
    assert (wrong.status_code, "Tệp không đúng loại" in said(wrong)) == (422, True)
    pdf = client.get(own + "van-ban.pdf")
    content = b"".join(pdf.streaming_content)
    assert client.post(own + "tai-len/", {"pdf": SimpleUploadedFile("a.pdf", content)}).status_code == 302
    assert client.post(own + "phien-ban/1/").status_code == 302
    assert Draft.objects.get().versions.count() == 3
    assert client.post(own + "kem-theo/", {"attachment": SimpleUploadedFile("b.pdf", content)}).status_code == 302
    sha = Draft.objects.get().attachments.get().sha256
    assert b"".join(client.get(f"{own}kem-theo/{sha}/").streaming_content) == content
    client.post(own + "kem-theo/", {"remove": sha})
    assert not Draft.objects.get().attachments.exists()
    assert client.get(own + "trang-1.png").content.startswith(b"\x89PNG")
    assert client.get(own + "trang-7.png").status_code == 404


def test_places_are_given_in_millimetres(office, people):
    pdf = files.read(Draft.objects.get(pk=stories.written(people)).versions.get().pdf_sha256)
    draft_id = stories.started(people)
    drafts.bring_version(draft_id, pdf=("a.pdf", pdf), word=None, actor=people.drafter)
    path, client = f"/van-phong/du-thao/{draft_id}/vi-tri/", sits(people.drafter)
    names = ("sign", "number", "day", "month")
    spots = {f"{name}-{part}": value for name in names for part, value in (("page", 1), ("left", 40), ("top", 50))}
    assert client.post(path, {**spots, "sign-left": "x"}).status_code == 422
    assert client.post(path, {**spots, "sign-page": 9}).status_code == 422
    assert client.post(path, spots).status_code == 302
    sign = Draft.objects.get(pk=draft_id).versions.get().places["sign"]
    assert sign[1] == pytest.approx(40 * 72 / 25.4)
    assert client.get(f"/van-phong/du-thao/{draft_id}/trang-1.png?vi-tri=1").status_code == 200


@pytest.mark.parametrize(("query", "found"), [
    ("q=ra+soat", True), ("q=nobody", False), ("status=drafting", True), ("status=sent", False), ("type=QĐ", False),
    ("priority=0", True), ("priority=3", False), ("o=done", False), ("o=agency", True), ("o=asked", False),
    ("status=nonsense&page=99999999999&priority=x&o=?", True),
])  # fmt: skip
def test_filters_narrow_the_list_and_stay_in_the_address(office, people, query, found):
    stories.written(people)
    client = sits(people.drafter)
    assert ("Phối hợp rà soát" in said(client.get(f"/van-phong/?{query}"))) is found
    sheet = b"".join(client.get(f"/van-phong/du-thao.csv?{query}").streaming_content).decode()
    assert ("Phối hợp rà soát" in sheet) is found


def test_pages_of_the_list_keep_the_filters(office, people):
    for _ in range(31):
        stories.started(people)
    assert "q=ra+soat&amp;page=2" in said(sits(people.drafter).get("/van-phong/?q=ra+soat"))


def test_lists_ask_the_database_few_questions(office, people, django_assert_max_num_queries):
    for _ in range(12):
        stories.presented(people)
    desk, phone = sits(people.drafter), sits(people.chair)
    with django_assert_max_num_queries(14):
        desk.get("/van-phong/")
    with django_assert_max_num_queries(14):
        phone.get("/van-phong/ky/")


def test_the_leader_signs_everything_with_one_press(office, people):
    for _ in range(3):
        stories.presented(people)
    client = sits(people.chair)
    every = [f"{one.pk}:{one.version}" for one in Draft.objects.all()]
    batch = client.post("/van-phong/ky/", {"every": every, "all": "1"}).headers["Location"]
    assert "Xác nhận ký 3 văn bản" in said(client.get(batch))
    assert "Đã ký 3 trong 3" in said(client.post(batch, {"confirm": "1", "pin": PIN}))
    assert client.post("/van-phong/ky/", {"draft": ["nonsense", "x:y"]}).status_code == 422
    assert sits(people.other_chair).get(batch).status_code == 404


def test_a_refused_deed_says_why_and_changes_nothing(office, people):
    draft_id = stories.presented(people)
    answer = sits(people.chair).post(f"/van-phong/du-thao/{draft_id}/viec/return/", {"reason": ""}, follow=True)
    assert "Hãy ghi rõ nội dung này" in said(answer)
    old = sits(people.chair).post(f"/van-phong/ky/{draft_id}/", {"seen": "1", "pin": PIN})
    assert (old.status_code, "vừa thay đổi" in said(old)) == (409, True)
    assert Draft.objects.get().status == "presented"


def test_groups_and_files_are_kept_on_their_pages(office, people):
    client = sits(people.drafter)
    assert client.post("/van-phong/nhom/", {"name": "", "members": [OTHER]}).status_code == 422
    client.post("/van-phong/nhom/", {"name": "Phường bạn", "members": [OTHER]})
    group = RecipientGroup.objects.get()
    assert "Phường Cam Ly" in said(client.get(f"/van-phong/nhom/?sua={group.pk}")).replace("phường", "Phường")
    client.post("/van-phong/nhom/", {"drop": group.pk})
    assert not RecipientGroup.objects.exists()
    assert client.post("/van-phong/ho-so/", {"title": "", "retention": "10"}).status_code == 422
    client.post("/van-phong/ho-so/", {"title": "Việc chung", "retention": "10"})
    file, draft_id = WorkFile.objects.get(), stories.written(people)
    client.post("/van-phong/ho-so/them/", {"file": file.pk, "kind": "draft", "reference": draft_id})
    own = f"/van-phong/ho-so/{file.pk}/"
    assert "Phối hợp rà soát" in said(client.get(own))
    assert client.get(own + "muc-luc.pdf").content.startswith(b"%PDF")
    client.post(own, {"deed": "close"})
    assert WorkFile.objects.get().status == "closed"
    assert sits(people.other_clerk).get(own).status_code == 404


def test_other_rooms_pages_lead_into_the_office(office, people):
    arrival_id = stories.registered(people)
    clerk, handler = sits(people.other_clerk), sits(people.other_handler)
    path = f"/van-phong/van-ban-den/{arrival_id}/"
    assert clerk.get(path).headers["Location"] == path + "giao/"
    assert handler.get(path).headers["Location"] == "/van-phong/viec/"
    work.assign_arrival(arrival_id, people.other_handler.account_id, actor=people.other_chair)
    assert handler.get(path).headers["Location"].startswith("/van-phong/viec/")
    put = f"/van-phong/ho-so/them/?kind=arrival&reference={arrival_id}"
    assert "Chưa có hồ sơ đang mở" in said(handler.get(put))
    handler.post("/van-phong/ho-so/", {"title": "Việc chung", "retention": "10"})
    assert "01/2026 Việc chung" in said(handler.get(put))
    assert handler.get("/van-phong/ho-so/them/?kind=x&reference=y").status_code == 302


def test_the_picture_of_a_finished_paper_shows_number_and_signature(office, people):
    draft_id = stories.signed(people)
    own = f"/van-phong/du-thao/{draft_id}/trang-1.png"
    before = sits(people.clerk).get(own).content
    sits(people.clerk).post(f"/van-phong/du-thao/{draft_id}/viec/issue/")
    assert sits(people.clerk).get(own).content != before


def test_english_is_there_for_who_wants_it(office, people):
    draft_id = stories.presented(people)
    for actor, path in ((people.drafter, "/van-phong/"), (people.chair, f"/van-phong/ky/{draft_id}/")):
        client = sits(actor)
        from django.conf import settings

        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        answer = client.get(path)
        assert answer.headers["Content-Language"] == "en"
        assert "Before the leader" in said(answer)


def test_people_hear_of_what_waits_for_them(office, people):
    from lienthong.platform.notices import queries as notice_queries

    draft_id = stories.presented(people)
    leading.return_draft(draft_id, "Sửa lại", actor=people.chair)
    assert notice_queries.count_unread(people.chair.account_id or 0) == 1
    assert notice_queries.count_unread(people.drafter.account_id or 0) == 1


def test_who_may_not_be_reached_is_told_before_presenting_signing_and_sending(office, people, monkeypatch):
    warning, away = "Danh bạ chưa có nút nào nhận văn bản điện tử cho", ("G22", "H56")
    monkeypatch.setattr(
        exchange_queries, "nodes_for", lambda codes: {code: "H36" for code in codes if code not in away}
    )
    reached = stories.written(people)
    assert warning not in said(sits(people.drafter).get(f"/van-phong/du-thao/{reached}/"))
    draft_id = stories.written(people, receivers=(OTHER, *away))
    own = f"/van-phong/du-thao/{draft_id}/"
    page = said(sits(people.drafter).get(own))
    assert f"{warning} 2 trong 3 nơi nhận." in page
    assert '<p class="govuk-body">Văn phòng Chính phủ; Ủy ban nhân dân tỉnh Thanh Hóa.</p>' in page
    assert "Đánh dấu gửi thêm bản giấy" in page
    leading.present_draft(draft_id, actor=people.drafter)
    assert warning not in said(sits(people.drafter).get(own))
    assert warning in said(sits(people.chair).get(f"/van-phong/ky/{draft_id}/"))
    leading.sign_draft(draft_id, seen=stories.seen(draft_id), proof=stories.proof(people.chair), actor=people.chair)
    page = said(sits(people.clerk).get(own))
    assert warning in page
    assert "Hãy gửi bản giấy cho nơi đó." in page
    ministries = next(one.members for one in recipients.list_groups(people.drafter) if one.key == "all-ministries")
    monkeypatch.setattr(exchange_queries, "nodes_for", lambda codes: {})
    paper = stories.written(people, receivers=ministries, needs_paper=True)
    page = said(sits(people.drafter).get(f"/van-phong/du-thao/{paper}/"))
    assert "Bản giấy đã được đánh dấu gửi kèm." in page
    assert page.partition("Xem những nơi nhận đó")[2].partition("</ul>")[0].count("<li>") == len(ministries) > 4


def test_a_node_without_a_directory_doubts_nobody(office, people, monkeypatch):
    def missing(codes):
        raise Refused("exchange.no-directory", tr("Chưa có danh bạ.", "No directory."))

    monkeypatch.setattr(exchange_queries, "nodes_for", missing)
    page = said(sits(people.drafter).get(f"/van-phong/du-thao/{stories.written(people)}/"))
    assert "Danh bạ chưa có nút nào" not in page
    assert "Trình ký" in page


def test_a_search_that_finds_nothing_tells_to_search_wider(office, people):
    client = sits(people.drafter)
    assert "Mở hồ sơ cho từng việc" in said(client.get("/van-phong/ho-so/"))
    for path in ("/van-phong/ho-so/?q=khong-co", "/van-phong/ho-so/?status=closed", "/van-phong/viec/?q=khong-co"):
        page = said(client.get(path))
        assert "Bỏ bớt điều kiện tìm" in page
        assert "Mở hồ sơ cho từng việc" not in page


def test_more_arrivals_than_a_page_holds_are_found_on_the_next(office, people, monkeypatch):
    monkeypatch.setattr(work_views, "_LISTED", 2)
    for number in range(5):
        stories.sent(people, subject=f"Văn bản thứ {number}")
    for one in document_queries.list_arrivals(OTHER, actor=people.other_clerk):
        documents.register_arrival(one.id, actor=people.other_clerk)
    client, path, seen = sits(people.other_chair), "/van-phong/van-ban-den/", []
    for _ in range(3):
        page = said(client.get(path))
        seen.append(re.findall(r"Văn bản thứ \d", page))
        link = re.search(r'href="([^"]*)" rel="next"', page)
        path = f"/van-phong/van-ban-den/{link[1]}" if link else ""
    assert [len(one) for one in seen] == [2, 2, 1]
    assert len({subject for one in seen for subject in one}) == 5
    assert not path
    assert 'href="?tu=2" rel="prev"' in page
