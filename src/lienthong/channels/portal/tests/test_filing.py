"""Lan files a birth registration; everything that can go wrong on the way says so and loses nothing."""

import unicodedata

import pytest
from django.apps import apps
from django.test import Client

from lienthong.channels.portal import places, queries, services
from lienthong.channels.portal.models import Draft
from lienthong.channels.portal.tests.conftest import BIRTH, EXTRACT, LAN, open_account, photo, signed_in
from lienthong.channels.portal.tests.walk import BIRTH_ANSWERS, begin, errors_of, file, fill
from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.sources.procedures import queries as procedures_queries

Dossier = apps.get_model("dossiers", "Dossier")


def words(answer):
    return answer.content.decode()


def the_draft():
    return Draft.objects.get()


# --- who may ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        f"/nop-ho-so/{BIRTH}/",
        "/nop-ho-so/nhap/0199aaaa-0000-7000-8000-000000000001/",
        "/nop-ho-so/nhap/0199aaaa-0000-7000-8000-000000000001/kiem-tra/",
        "/ho-so/",
        "/ho-so/ai-da-xem/",
        "/ho-so/0199aaaa-0000-7000-8000-000000000001/",
    ],
)
def test_a_stranger_is_led_to_sign_in_and_back(path):
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/dang-nhap/?next=%2F")


def test_level_1_is_refused_with_the_way_to_level_2():
    client = signed_in(open_account(level=1))
    answer = client.get(f"/nop-ho-so/{BIRTH}/")
    assert answer.status_code == 403
    assert "Cần tài khoản định danh mức độ 2" in words(answer)
    assert "công an xã, phường" in words(answer)
    assert client.post(f"/nop-ho-so/{BIRTH}/").status_code == 403
    assert not Draft.objects.exists()


def test_somebody_elses_draft_is_not_there(browser, binh):
    draft = begin(browser)
    other = signed_in(binh)
    for path in (draft, f"{draft}noi-nop/", f"{draft}kiem-tra/", f"{draft}xoa/", f"{draft}tep/birth_paper.file/"):
        assert other.get(path).status_code == 404
    for path in (f"{draft}noi-nop/", f"{draft}kiem-tra/", f"{draft}xoa/"):
        assert other.post(path).status_code == 404
    assert Draft.objects.count() == 1


# --- the way through --------------------------------------------------------------------------------------------


def test_a_birth_is_filed_page_by_page(browser, lan, posted):
    dossier = file(browser)
    row = Dossier.objects.get(pk=dossier)
    assert (row.agency_code, row.reception_code, row.applicant_number) == ("H36.101", "H36.101.01", LAN)
    assert row.answers["child"]["name"] == "Trần Minh An"
    assert [type(letter).NAME for letter in posted] == ["dossier-submitted.v1"]
    page = words(browser.get(f"/nop-ho-so/da-nop/{dossier}/"))
    assert f'id="dossier-code">{row.reference_code}<' in page
    assert "Việc tiếp theo" in page
    assert queries.list_drafts(lan) == []


def test_pressing_twice_files_once(browser, posted):
    check = fill(browser, begin(browser))
    first, second = browser.post(check), browser.post(check)
    assert first.headers["Location"] == second.headers["Location"]
    assert (Dossier.objects.count(), len(posted)) == (1, 1)
    assert browser.get(check).headers["Location"] == first.headers["Location"]


def test_the_check_page_says_that_nothing_is_filed_yet_and_leads_back_from_changes(browser):
    check = fill(browser, begin(browser))
    page = words(browser.get(check))
    assert "Hồ sơ chưa được nộp" in page
    assert "Phường Xuân Hương - Đà Lạt" in page
    assert "Miễn phí" in page
    assert "Nộp hồ sơ" in page
    change = check.replace("kiem-tra/", "ten-tre/?ve=kiem-tra")
    assert change in page
    assert browser.post(change, {"child.name": "Trần Minh Anh"}).headers["Location"] == check
    assert "Trần Minh Anh" in words(browser.get(check))


def test_a_changed_answer_that_asks_for_more_leads_to_the_new_page(browser):
    check = fill(browser, begin(browser))
    change = check.replace("kiem-tra/", "co-cha/?ve=kiem-tra")
    browser.post(change, {"father.declared": "yes"})
    answer = browser.get(check)
    assert answer.headers["Location"].endswith("/so-dinh-danh-cha/?ve=kiem-tra")


def test_nothing_can_be_filed_before_every_page_was_seen(browser, posted):
    draft = begin(browser)
    assert browser.get(f"{draft}kiem-tra/").status_code == 302
    answer = browser.post(f"{draft}kiem-tra/")
    assert answer.status_code == 422
    assert errors_of(answer)
    assert posted == []


def test_the_fee_of_two_copies_is_shown(browser):
    page = words(browser.get(fill(browser, begin(browser, EXTRACT), EXTRACT)))
    assert "16.000 đ" in page
    assert "Chưa phải trả bây giờ" in page


def test_drafts_are_offered_again_and_go_on_where_they_stopped(browser):
    draft = begin(browser)
    fill(browser, draft, upto="ten-tre")
    assert browser.get(draft).headers["Location"] == f"{draft}ten-tre/"
    assert draft in words(browser.get(f"/nop-ho-so/{BIRTH}/"))
    assert draft in words(browser.get("/ho-so/"))
    assert draft in words(browser.get("/"))


def test_a_draft_is_deleted_only_after_asking(browser):
    draft = begin(browser)
    assert "Xóa bản nháp này?" in words(browser.get(f"{draft}xoa/"))
    assert Draft.objects.exists()
    answer = browser.post(f"{draft}xoa/", follow=True)
    assert "Đã xóa bản nháp" in words(answer)
    assert not Draft.objects.exists()
    assert browser.get(draft).status_code == 404


# --- what the state fills in ------------------------------------------------------------------------------------


def test_the_applicants_facts_are_filled_in_and_marked(browser, register):
    page = words(browser.get(f"{begin(browser)}nguoi-nop/"))
    assert 'value="Nguyễn Thị Lan"' in page
    assert "12 Hồ Tùng Mậu" in page
    assert "Từ dữ liệu dân cư" in page
    assert "Điền sẵn lúc 09:30 23/11/2026 từ Cơ sở dữ liệu quốc gia về dân cư" in page


def test_i_am_the_mother_fills_in_the_mothers_page(browser, register):
    draft = begin(browser)
    fill(browser, draft, upto="so-dinh-danh-me")
    assert f'value="{LAN}"' in words(browser.get(f"{draft}so-dinh-danh-me/"))
    page = words(browser.get(f"{draft}me/"))
    assert 'value="1995"' in page
    assert set(register.asked) == {LAN}


def test_a_corrected_fact_is_no_longer_said_to_come_from_the_register(browser):
    draft = begin(browser)
    browser.post(f"{draft}nguoi-nop/", BIRTH_ANSWERS["nguoi-nop"] | {"applicant.address": "Nơi khác, Đà Lạt"})
    page = words(browser.get(f"{draft}nguoi-nop/"))
    before = words(browser.get(f"{begin(browser)}nguoi-nop/"))
    assert before.count("Từ dữ liệu dân cư") - page.count("Từ dữ liệu dân cư") == 1


def test_somebody_elses_number_opens_nothing(browser, register):
    draft = begin(browser)
    fill(browser, draft, upto="quan-he")
    browser.post(f"{draft}quan-he/", {"requester.relation": "grandparent"})
    before = list(register.asked)
    browser.post(f"{draft}so-dinh-danh-me/", {"mother.number": "068195000999"})
    assert register.asked == before
    assert the_draft().answers.get("mother", {}).get("name") is None


def test_a_man_who_says_mother_gets_nothing_filled_in(binh):
    client = signed_in(binh)
    draft = begin(client)
    client.post(f"{draft}quan-he/", {"requester.relation": "mother"})
    assert "number" not in the_draft().answers.get("mother", {})


def test_an_emptied_answer_is_not_filled_in_again(browser):
    draft = begin(browser)
    browser.post(f"{draft}quan-he/", {"requester.relation": "mother"})
    browser.post(f"{draft}me/", BIRTH_ANSWERS["me"] | {"mother.residence": ""})
    browser.post(f"{draft}quan-he/", {"requester.relation": "mother"})
    assert "residence" not in the_draft().answers["mother"]


def test_the_silence_of_the_register_is_no_obstacle(browser, register):
    register.silent = True
    page = words(browser.get(f"{begin(browser)}nguoi-nop/"))
    assert 'value="Nguyễn Thị Lan"' in page
    assert "Từ tài khoản của bạn" in page
    assert file(browser)


# --- what goes wrong --------------------------------------------------------------------------------------------


def test_thirty_february_is_named_at_its_field_and_the_rest_is_kept(browser):
    draft = begin(browser)
    answer = browser.post(
        f"{draft}ngay-sinh/",
        {
            "child.birth_date-day": "30",
            "child.birth_date-month": "2",
            "child.birth_date-year": "2026",
            "child.sex": "male",
        },
    )
    assert answer.status_code == 422
    assert errors_of(answer) == ["Tháng 2 năm 2026 chỉ có 28 ngày. Hãy sửa “Ngày sinh của trẻ”."]
    assert 'href="#child-birth_date"' in words(answer)
    assert 'id="child-birth_date-error"' in words(answer)
    assert 'value="30"' in words(answer)
    assert the_draft().answers["child"] == {"nationality": "Việt Nam", "sex": "male"}


@pytest.mark.parametrize(
    ("page", "values", "path"),
    [
        ("nguoi-nop", {"applicant.number": "12345"}, "applicant-number"),
        ("nguoi-nop", {"applicant.number": "068095000002"}, "applicant-number"),
        ("nguoi-nop", {"applicant.phone": "không có"}, "applicant-phone"),
        ("nguoi-nop", {"applicant.email": "lan@@"}, "applicant-email"),
        ("nguoi-nop", {"applicant.name": ""}, "applicant-name"),
        ("nguoi-nop", {"applicant.name": "Lan \ufffd"}, "applicant-name"),
        ("noi-nop", {"receiver.commune": "99999"}, "receiver-commune"),
        ("noi-nop", {"receiver.commune": ""}, "receiver-commune"),
        ("noi-nop", {"receiver.commune": "00004"}, "receiver-commune"),
        ("quan-he", {"requester.relation": "neighbour"}, "requester-relation"),
        ("goc-gac", {"child.ethnicity": "Sao Hỏa"}, "child-ethnicity"),
    ],
)
def test_each_wrong_answer_is_named_at_its_field(browser, page, values, path):
    answer = browser.post(f"{begin(browser)}{page}/", {**BIRTH_ANSWERS[page], **values})
    assert answer.status_code == 422
    assert f'href="#{path}"' in words(answer)
    assert f'id="{path}-error"' in words(answer)
    assert "<title>Lỗi:" in words(answer)


def test_decomposed_letters_are_stored_composed(browser):
    browser.post(f"{begin(browser)}ten-tre/", {"child.name": unicodedata.normalize("NFD", "Trần Thị Bích Ngọc")})
    stored = the_draft().answers["child"]["name"]
    assert stored == "Trần Thị Bích Ngọc"
    assert unicodedata.is_normalized("NFC", stored)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MZ\x90\x00 a program", "Tệp không đúng loại"),
        (b"", "trống"),
        (b"%PDF-1.4 cut off", "bị hỏng"),
        (b"%PDF-" + b"0" * (10 * 2**20), "lớn hơn 10 MB"),
        (b"<svg onload=alert(1)>", "Tệp không đúng loại"),
    ],
)
def test_a_bad_file_is_named_at_once_and_the_answers_beside_it_are_kept(browser, content, said):
    draft = begin(browser)
    browser.post(f"{draft}noi-sinh/", BIRTH_ANSWERS["noi-sinh"])
    answer = browser.post(
        f"{draft}giay-chung-sinh/", BIRTH_ANSWERS["giay-chung-sinh"] | {"birth_paper.file": photo(content=content)}
    )
    assert answer.status_code == 422
    assert any(said in line for line in errors_of(answer)), errors_of(answer)
    assert 'href="#birth_paper-file"' in words(answer)
    assert the_draft().answers["birth_paper"]["number"] == "GCS-1"


def test_a_good_file_is_kept_shown_and_can_be_taken_away(browser):
    draft = begin(browser)
    browser.post(f"{draft}noi-sinh/", BIRTH_ANSWERS["noi-sinh"])
    wrong = BIRTH_ANSWERS["giay-chung-sinh"] | {"birth_paper.number": "", "birth_paper.file": photo()}
    answer = browser.post(f"{draft}giay-chung-sinh/", wrong)
    assert "giay-chung-sinh.pdf" in words(answer)
    shown = browser.get(f"{draft}tep/birth_paper.file/")
    assert (shown.headers["Content-Type"], shown.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    answer = browser.post(f"{draft}giay-chung-sinh/", BIRTH_ANSWERS["giay-chung-sinh"])
    assert answer.status_code == 302
    answer = browser.post(
        f"{draft}giay-chung-sinh/", BIRTH_ANSWERS["giay-chung-sinh"] | {"birth_paper.file-remove": "1"}
    )
    assert answer.status_code == 422
    assert browser.get(f"{draft}tep/birth_paper.file/").status_code == 404


def test_the_draft_is_kept_when_the_directory_is_gone(browser, monkeypatch, posted):
    check = fill(browser, begin(browser))

    def gone(agency_code: str):
        raise Refused("exchange.directory-expired", tr("Danh bạ đã hết hạn.", "Expired."), status=503)

    monkeypatch.setattr(exchange_queries, "node_for", gone)
    answer = browser.post(check)
    assert answer.status_code == 422
    assert "chưa nhận hồ sơ trực tuyến" in errors_of(answer)[0]
    assert f'href="{check.replace("kiem-tra/", "noi-nop/?ve=kiem-tra")}"' in words(answer)
    assert the_draft().filed_at is None
    monkeypatch.undo()


def test_a_new_version_of_the_form_is_shown_before_it_is_filed(browser, posted):
    check = fill(browser, begin(browser))
    Draft.objects.update(procedure_version=7)
    assert browser.get(check).status_code == 404
    Draft.objects.update(procedure_version=1)
    version = apps.get_model("procedures", "Version")
    now = version.objects.get(code=BIRTH)
    later = now.definition | {"version": 2}
    version.objects.filter(pk=now.pk).update(valid_to="2026-11-01")
    fields = {f.name: getattr(now, f.name) for f in version._meta.fields if f.name != "id"}
    version.objects.create(
        **fields | {"version": 2, "definition": later, "digest": "2" * 64, "valid_from": "2026-11-01", "valid_to": None}
    )
    answer = browser.post(check)
    assert answer.status_code == 409
    assert "Biểu mẫu của thủ tục vừa thay đổi" in errors_of(answer)[0]
    assert browser.post(check).status_code == 302
    assert posted[0].procedure_version == 2


def test_thirty_drafts_are_enough(browser):
    for _ in range(30):
        begin(browser)
    assert browser.post(f"/nop-ho-so/{BIRTH}/").status_code == 422


def test_two_windows_do_not_overwrite_each_others_pages(browser, lan):
    begin(browser)
    draft_id = the_draft().pk
    stale = queries.get_draft(draft_id, lan)
    services.save_page(draft_id=draft_id, page_key="ten-tre", posted={"child.name": "Trần An"}, uploads={}, actor=lan)
    assert stale.answers["child"].get("name") is None
    services.save_page(
        draft_id=draft_id, page_key="quan-he", posted={"requester.relation": "father"}, uploads={}, actor=lan
    )
    assert the_draft().answers["child"]["name"] == "Trần An"


# --- every form -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_every_form_can_be_shown(browser, lan, language):
    browser.post("/ngon-ngu/", {"language": language, "next": "/"})
    listed = procedures_queries.search_procedures(with_form=True, size=100).hits
    assert len(listed) >= 19
    for hit in listed:
        assert browser.get(f"/thu-tuc/{hit.code}/").status_code == 200
        assert browser.get(f"/nop-ho-so/{hit.code}/").status_code == 200
        draft = begin(browser, hit.code)
        keys = {page.key for page in procedures_queries.get_form(hit.code).pages}
        assert not keys & {"kiem-tra", "xoa"}
        for page in queries.get_draft(the_draft().pk, lan).pages:
            answer = browser.get(f"{draft}{page.key}/")
            assert (hit.code, page.key, answer.status_code) == (hit.code, page.key, 200)
            assert words(answer).count("<h1") == 1
        Draft.objects.all().delete()


def test_old_drafts_are_reminded_and_then_thrown_away(browser, lan):
    begin(browser)
    with clock.frozen(clock.at(2026, 11, 25, 9)):
        assert services.remind_drafts() == 1
        assert services.remind_drafts() == 0
    assert "chưa nộp" in words(browser.get("/thong-bao/"))
    with clock.frozen(clock.at(2026, 12, 25, 9)):
        services.remind_drafts()
    assert not Draft.objects.exists()


def test_the_list_of_places_takes_the_same_few_queries_for_a_whole_country(browser, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        listed = places.list_places()
    assert ("24781", "H36.101", "Phường Xuân Hương - Đà Lạt, Tỉnh Lâm Đồng") in [
        (place.gso_code, place.agency_code, place.full_name) for place in listed
    ]
    assert [place.full_name for place in places.list_places("province")] == ["Tỉnh Lâm Đồng"]
