"""Finding a service, with and without accents, and the page of a procedure."""

import unicodedata

import pytest
from django.test import Client

from lienthong.channels.portal import services
from lienthong.channels.portal.tests.conftest import BIRTH, EXTRACT, open_account, signed_in


def page(path, client=None, **query):
    return (client or Client()).get(path, query)


def words(response):
    return response.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "dang ky khai sinh",
        "ĐĂNG KÝ KHAI SINH",
        "Đăng ký khai sinh",
        unicodedata.normalize("NFD", "đăng ký khai sinh"),
        "  khai   sinh ",
        "khai\u0000 sinh",
        BIRTH,
        "birth registration",
    ],
)
def test_search_forgives_accents_capitals_and_decomposed_letters(typed):
    answer = page("/thu-tuc/", q=typed)
    assert answer.status_code == 200
    assert f"/thu-tuc/{BIRTH}/" in words(answer)


def test_filters_stay_in_the_address_and_can_be_taken_off_one_by_one():
    text = words(page("/thu-tuc/", q="cấp", **{"cap": "commune", "truc-tuyen": "1"}))
    assert 'href="?q=c%E1%BA%A5p&amp;truc-tuyen=1"' in text
    assert 'href="?q=c%E1%BA%A5p&amp;cap=commune"' in text
    assert '<option value="commune" selected>' in text


def test_a_search_without_hits_helps_on():
    text = words(page("/thu-tuc/", q="qqqq zzzz xxxx"))
    assert "Không tìm thấy thủ tục nào" in text
    assert "Thử cách khác" in text


@pytest.mark.parametrize(
    "query",
    [
        {"page": "99999"},
        {"page": "-1"},
        {"page": "0"},
        {"page": "hai"},
        {"page": "9" * 30},
        {"cap": "'; drop"},
        {"doi-tuong": "nobody"},
        {"su-kien": "\x00"},
        {"linh-vuc": "x" * 5000},
        {"q": "%_\\"},
        {"q": "\ud7ff\u202e" * 50},
        {"q": "a" * 9000},
    ],
)
def test_nonsense_in_the_address_does_no_harm(query):
    assert page("/thu-tuc/", **query).status_code == 200


def test_type_ahead_gives_a_fragment_of_links():
    text = words(page("/thu-tuc/goi-y/", q="khai si"))
    assert f'href="/thu-tuc/{BIRTH}/"' in text
    assert "<html" not in text
    assert words(page("/thu-tuc/goi-y/", q="k")).strip() == ""


def test_a_text_with_markup_stays_text():
    text = words(page("/thu-tuc/", q="<script>alert(1)</script>"))
    assert "<script>alert" not in text
    assert "<b>" not in words(page("/thu-tuc/goi-y/", q="khai sinh<b>"))


def test_the_procedure_page_says_what_it_takes():
    text = words(page(f"/thu-tuc/{EXTRACT}/"))
    assert "8.000 đ mỗi bản" in text
    assert "Bắt đầu" in text
    assert f"/nop-ho-so/{EXTRACT}/" in text
    assert "Không phải nộp: cơ quan tự tra cứu" in text
    assert "Luật Hộ tịch" in text
    assert "Phường Xuân Hương - Đà Lạt" in text


def test_codes_of_provinces_lead_to_the_national_page():
    answer = page(f"/thu-tuc/{BIRTH}.000.00.00.H36/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/thu-tuc/{BIRTH}/")


def test_an_unknown_procedure_is_not_found():
    assert page("/thu-tuc/9.999999/").status_code == 404
    assert page("/thu-tuc/abc/").status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/thu-tuc/",
        "/thu-tuc/?q=khai+sinh",
        f"/thu-tuc/{BIRTH}/",
        f"/thu-tuc/{EXTRACT}/",
        "/tra-cuu/",
        "/tro-giup/",
    ],
)
def test_public_pages_speak_both_languages(path, language):
    client = Client()
    client.post("/ngon-ngu/", {"language": language, "next": "/"})
    answer = client.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in words(answer)


def test_the_home_page_takes_the_same_number_of_queries_however_many_drafts_there_are(django_assert_max_num_queries):
    lan = open_account()
    client = signed_in(lan)
    client.get("/")
    for _ in range(3):
        services.begin_draft(procedure_code=BIRTH, actor=lan)
    with django_assert_max_num_queries(14):
        assert "Hồ sơ đang chờ bạn" in words(client.get("/"))


def test_search_takes_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        page("/thu-tuc/", q="khai sinh")
