"""After filing: the status for anybody with the code, the whole dossier for its owner, and what the owner can do."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.channels.portal.tests import answering
from lienthong.channels.portal.tests.conftest import BIRTH, EXTRACT, LAN, NOW, photo, signed_in
from lienthong.channels.portal.tests.walk import errors_of, file
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.payments import services as payments
from lienthong.sources.population.types import LookSeen

Dossier = apps.get_model("dossiers", "Dossier")


def words(answer):
    return answer.content.decode()


def code_of(dossier):
    row = Dossier.objects.get(pk=dossier)
    return row.code or row.reference_code


# --- for anybody ------------------------------------------------------------------------------------------------


def test_anybody_with_the_code_sees_the_status_and_nothing_personal(browser):
    dossier = file(browser)
    answering.ask_papers(dossier)
    page = words(Client().get("/tra-cuu/", {"ma": f" {code_of(dossier).lower()} "}))
    assert 'data-status="5"' in page
    assert "Yêu cầu bổ sung giấy tờ" in page
    assert "Đăng ký khai sinh" in page
    for personal in ("Lan", "Minh An", LAN, "Ảnh mờ", "0912345678", dossier):
        assert personal not in page.split("<main", 1)[1].split("</main>", 1)[0]


def test_an_unknown_code_says_where_to_find_the_right_one():
    answer = Client().get("/tra-cuu/", {"ma": "H36.101.01-261123-9999"})
    assert answer.status_code == 404
    assert "giấy tiếp nhận" in errors_of(answer)[0]
    assert 'value="H36.101.01-261123-9999"' in words(answer)


def test_an_empty_or_strange_code_is_answered_kindly():
    assert Client().get("/tra-cuu/", {"ma": ""}).status_code == 422
    assert Client().get("/tra-cuu/", {"ma": "\x00'; drop <b>" * 50}).status_code == 404


def test_guessing_codes_is_stopped_after_a_while():
    client = Client()
    statuses = [client.get("/tra-cuu/", {"ma": f"H36.101.01-261123-{n:04d}"}).status_code for n in range(41)]
    assert statuses == [404] * 40 + [429]
    assert client.get("/api/v1/dossiers/H36.101.01-261123-0001/status").status_code == 429


def test_the_public_json_has_the_status_without_names(browser):
    dossier = file(browser)
    answering.assign(dossier)
    answer = Client().get(f"/api/v1/dossiers/{code_of(dossier)}/status")
    body = answer.json()
    assert (body["status"], body["agency"]["code"]) == (4, "H36.101")
    assert body["due_at"].endswith("+07:00")
    assert [entry["status"] for entry in body["timeline"]] == [1, 2, 4]
    assert "Lan" not in words(answer)


def test_the_public_json_answers_an_unknown_code_with_a_problem_body():
    answer = Client().get("/api/v1/dossiers/khong-co/status")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "dossiers.unknown"


# --- for its owner ----------------------------------------------------------------------------------------------


def test_somebody_elses_dossier_is_not_there(browser, binh):
    dossier = file(browser)
    answering.give_result(dossier)
    paper = Dossier.objects.get(pk=dossier).attachments.get().pk
    other = signed_in(binh)
    for path in ("", "bo-sung/", "rut/", "ket-qua/", f"giay-to/{paper}/"):
        assert other.get(f"/ho-so/{dossier}/{path}").status_code == 404
    for path in ("nop-phi/", "bo-sung/", "rut/"):
        assert other.post(f"/ho-so/{dossier}/{path}").status_code == 404
    assert other.get(f"/nop-ho-so/da-nop/{dossier}/").status_code == 404
    assert "Đăng ký khai sinh" not in words(other.get("/ho-so/")).split("<main")[1]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("deed", ["", "receive", "assign", "ask_fee", "ask_papers", "refuse", "give_result"])
def test_the_dossier_page_can_be_shown_in_every_state(browser, deed, language):
    browser.post("/ngon-ngu/", {"language": language, "next": "/"})
    dossier = file(browser, EXTRACT)
    if deed:
        getattr(answering, deed)(dossier)
    page = words(browser.get(f"/ho-so/{dossier}/"))
    assert f'data-status="{Dossier.objects.get(pk=dossier).status}"' in page
    for path in ("/ho-so/", "/", f"/nop-ho-so/da-nop/{dossier}/", f"/tra-cuu/?ma={code_of(dossier)}"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in words(answer)


def test_the_result_is_given_as_a_file_to_keep(browser):
    dossier = file(browser)
    assert browser.get(f"/ho-so/{dossier}/ket-qua/").status_code == 404
    answering.give_result(dossier)
    page = words(browser.get(f"/ho-so/{dossier}/"))
    assert "Tải kết quả" in page
    assert "/xac-minh/" in page
    answer = browser.get(f"/ho-so/{dossier}/ket-qua/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_handed_in_paper_can_be_looked_at(browser):
    dossier = file(browser)
    paper = Dossier.objects.get(pk=dossier).attachments.get().pk
    answer = browser.get(f"/ho-so/{dossier}/giay-to/{paper}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_the_list_is_filtered_and_takes_the_same_queries_for_many(browser, django_assert_num_queries):
    first = file(browser, EXTRACT)
    answering.receive(first)
    browser.get("/ho-so/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/ho-so/")
    queries = len(few)
    for _ in range(4):
        file(browser, EXTRACT)
    with django_assert_num_queries(queries):
        page = words(browser.get("/ho-so/"))
    assert page.count('class="portal-dossier"') == 5
    assert words(browser.get("/ho-so/?tinh-trang=2")).count('class="portal-dossier"') == 1
    assert "Không có hồ sơ ở tình trạng này" in words(browser.get("/ho-so/?tinh-trang=10"))
    for nonsense in ("?tinh-trang=99", "?tinh-trang=x", "?page=zzz", "?page=999"):
        assert browser.get(f"/ho-so/{nonsense}").status_code == 200


def test_nothing_filed_yet_leads_to_the_catalogue(browser):
    assert "Bạn chưa nộp hồ sơ nào" in words(browser.get("/ho-so/"))


# --- pay --------------------------------------------------------------------------------------------------------


def test_the_fee_leads_to_the_gateway(browser, monkeypatch):
    started: list[str] = []

    def start(order_id, *, actor, ip):
        started.append(ip)
        return "https://cong.example/tra/1"

    monkeypatch.setattr(payments, "start_payment", start)
    dossier = file(browser, EXTRACT)
    answering.ask_fee(dossier)
    page = words(browser.get(f"/ho-so/{dossier}/"))
    assert "16.000 đ" in page
    assert f'action="/ho-so/{dossier}/nop-phi/"' in page
    assert "Nộp phí" in words(browser.get("/"))
    answer = browser.post(f"/ho-so/{dossier}/nop-phi/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://cong.example/tra/1")
    assert started == ["127.0.0.1"]


def test_a_gateway_that_does_not_answer_is_told_on_the_page(browser, monkeypatch):
    def silent(order_id, *, actor, ip):
        raise Refused("payments.gateway-silent", tr("Cổng thanh toán không trả lời.", "No answer."), status=503)

    monkeypatch.setattr(payments, "start_payment", silent)
    dossier = file(browser, EXTRACT)
    answering.ask_fee(dossier)
    answer = browser.post(f"/ho-so/{dossier}/nop-phi/")
    assert answer.status_code == 503
    assert "Cổng thanh toán không trả lời." in words(answer)
    assert f'action="/ho-so/{dossier}/nop-phi/"' in words(answer)


def test_a_fee_without_an_order_and_no_fee_at_all_are_told_too(browser):
    dossier = file(browser, EXTRACT)
    assert browser.post(f"/ho-so/{dossier}/nop-phi/").status_code == 409
    answering.ask_fee(dossier, with_order=False)
    assert "đang được lập" in words(browser.post(f"/ho-so/{dossier}/nop-phi/"))


# --- supplement and withdraw ------------------------------------------------------------------------------------


def test_a_supplement_is_sent_with_everything_that_was_asked_for(browser, posted):
    dossier = file(browser)
    answering.ask_papers(dossier)
    page = words(browser.get(f"/ho-so/{dossier}/bo-sung/"))
    assert "Ảnh mờ, không đọc được ngày sinh." in page
    assert "Giấy &lt;kết hôn&gt;" in page
    answer = browser.post(f"/ho-so/{dossier}/bo-sung/", {"paper-1": photo(), "paper-2": photo(), "note": "Đã chụp lại"})
    assert answer.headers["Location"] == f"/ho-so/{dossier}/?bao=bo-sung"
    assert type(posted[-1]).NAME == "dossier-supplemented.v1"
    assert [paper["component_code"] for paper in posted[-1].papers] == ["GT-CHUNGSINH", ""]
    assert "đang chờ cơ quan xác nhận" in words(browser.get(f"/ho-so/{dossier}/")).casefold()
    assert browser.get(f"/ho-so/{dossier}/bo-sung/").status_code == 302


def test_a_good_file_stays_when_the_other_one_is_refused(browser):
    dossier = file(browser)
    answering.ask_papers(dossier)
    answer = browser.post(f"/ho-so/{dossier}/bo-sung/", {"paper-1": photo(), "paper-2": photo(content=b"MZ")})
    assert answer.status_code == 422
    assert 'href="#paper-2"' in words(answer)
    assert "giay-chung-sinh.pdf" in words(answer)
    assert browser.post(f"/ho-so/{dossier}/bo-sung/", {"paper-2": photo()}).status_code == 302
    assert Dossier.objects.get(pk=dossier).attachments.filter(round=1).count() == 2


def test_a_supplement_without_files_is_refused_at_the_field(browser):
    dossier = file(browser)
    answering.ask_papers(dossier)
    answer = browser.post(f"/ho-so/{dossier}/bo-sung/", {"note": "không có gì"})
    assert answer.status_code == 422
    assert 'href="#paper-1"' in words(answer)


def test_withdrawing_asks_for_a_reason_and_says_what_it_means(browser, posted):
    dossier = file(browser)
    assert "không mở lại được" in words(browser.get(f"/ho-so/{dossier}/rut/"))
    answer = browser.post(f"/ho-so/{dossier}/rut/", {"reason": " "})
    assert answer.status_code == 422
    assert 'href="#reason"' in words(answer)
    answer = browser.post(f"/ho-so/{dossier}/rut/", {"reason": "Khai nhầm nơi"}, follow=True)
    assert "Đã gửi yêu cầu rút hồ sơ." in words(answer)
    assert type(posted[-1]).NAME == "dossier-withdrawn.v1"
    assert browser.get(f"/ho-so/{dossier}/rut/").status_code == 302


def test_a_closed_dossier_cannot_be_withdrawn(browser):
    dossier = file(browser)
    answering.give_result(dossier)
    assert f"/ho-so/{dossier}/rut/" not in words(browser.get(f"/ho-so/{dossier}/"))
    assert browser.get(f"/ho-so/{dossier}/rut/").status_code == 302


# --- who looked -------------------------------------------------------------------------------------------------


def look(**changes):
    facts: dict[str, Any] = {
        "at": NOW,
        "agency_code": "H36.101",
        "agency_name": "UBND phường Xuân Hương - Đà Lạt",
        "purpose": "birth-registration",
        "purpose_title": tr("Giải quyết hồ sơ đăng ký khai sinh", "Handle a birth registration"),
        "legal_ground": "Luật Hộ tịch 60/2014/QH13",
        "outcome": "answered",
        "fields": ("name", "birth_date"),
    }
    return LookSeen(**facts | changes)


def test_i_see_who_looked_at_my_data_and_why(browser, register):
    register.looks = [look(), look(outcome="denied", fields=())]
    page = words(browser.get("/ho-so/ai-da-xem/"))
    assert "UBND phường Xuân Hương - Đà Lạt" in page
    assert "Đã xem: họ tên, ngày sinh" in page
    assert "Luật Hộ tịch 60/2014/QH13" in page
    assert "Đã từ chối" in page


def test_many_looks_are_paged(browser, register):
    register.looks = [look()] * 40
    assert words(browser.get("/ho-so/ai-da-xem/?page=3")).count('class="portal-look"') == 10


def test_an_unreachable_register_is_told_kindly(browser, register):
    register.silent = True
    answer = browser.get("/ho-so/ai-da-xem/")
    assert answer.status_code == 503
    assert "hãy thử lại sau ít phút" in words(answer)


def test_nobody_looked_yet(browser):
    assert "Chưa ai xem thông tin của bạn" in words(browser.get("/ho-so/ai-da-xem/"))


def test_deeds_are_done_by_post_only(browser):
    dossier = file(browser, BIRTH)
    assert browser.get(f"/ho-so/{dossier}/nop-phi/").status_code == 405
    assert browser.post(f"/ho-so/{dossier}/").status_code == 405
