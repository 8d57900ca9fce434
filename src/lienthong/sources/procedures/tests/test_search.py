"""Search that forgives: accents, capitals, decomposed letters, word order, small slips."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.sources.procedures import queries
from lienthong.sources.procedures.rules import searching
from lienthong.sources.procedures.tests.conftest import sure

pytestmark = pytest.mark.usefixtures("catalogue")

BIRTH = "1.001193"


def first(text, **filters):
    hits = queries.search_procedures(text, **filters).hits
    return hits[0].code if hits else None


@pytest.mark.parametrize(
    "text",
    [
        "dang ky khai sinh",
        "Đăng ký khai sinh",
        "ĐĂNG KÝ KHAI SINH",
        unicodedata.normalize("NFD", "Đăng ký khai sinh"),
        "khai sinh dang ky",
        "dang ki khai sinh",
        "đăng ký khai sih",
        "dang ky khai sin",
        "thủ tục làm giấy khai sinh",
        "1.001193",
        " 1.001193.H36 ",
        "1.001193.000.00.00.H36",
        "register a birth",
        "newborn",
        "em be moi sinh",
    ],
)
def test_ways_to_ask_for_birth_registration(text):
    assert first(text) == BIRTH


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("trich luc", "2.000635"),
        ("mat giay khai sinh", "2.000635"),
        ("nhap ho khau", "1.004222"),
        ("thuong tru", "1.004222"),
        ("cuoi", "1.000894"),
        ("ket hon", "1.000894"),
        ("doc than", "1.004873"),
        ("hộ chiếu", "1.001456"),
        ("passport", "1.001456"),
        ("bang lai xe", "3.000347"),
        ("sao y", "2.000815"),
        ("mo quan", "1.001612"),
        ("so do", "1.012753"),
        ("ket hôn đăng ký", "1.000894"),
    ],
)
def test_words_of_the_people_find_the_official_name(text, code):
    assert first(text) == code


@pytest.mark.parametrize("text", ["xyzzy", "qwrtp", "\x00", "%", "_", "'; DROP TABLE procedures_entry; --", "☃" * 500])
def test_nothing_to_find_is_no_error(text):
    queries.search_procedures(text)
    assert queries.count_procedures() == 27


def test_a_wildcard_is_only_a_letter():
    assert queries.search_procedures("k%i sinh").total != queries.count_procedures()


def test_without_text_everything_in_pages():
    one, two = queries.search_procedures(size=20), queries.search_procedures(size=20, page=2)
    assert (one.total, one.pages, one.has_next, two.has_next) == (27, 2, True, False)
    assert len({hit.code for hit in one.hits + two.hits}) == 27
    far = queries.search_procedures("khai sinh", page=99)
    assert far.hits == ()
    assert far.total > 0


def test_filters():
    civil = queries.search_procedures(field="ho-tich", size=100)
    assert {hit.field.en for hit in civil.hits} == {"Civil status"}
    assert {hit.code for hit in queries.search_procedures(life_event="bereavement").hits} == {"1.000656"}
    assert all("business" in _audiences(hit.code) for hit in queries.search_procedures(audience="business").hits)
    assert first("dang ky", level="province", audience="business") == "2.001610"
    assert queries.search_procedures("khai sinh", field="dat-dai").total == 0
    assert queries.search_procedures(with_form=True).total == 27


def _audiences(code):
    return queries.get_procedure(code).subjects


def test_suggest_while_typing():
    assert queries.suggest("đă") != []
    assert queries.suggest("đ") == []
    assert queries.suggest("dang ky khai si")[0].code == BIRTH
    assert len(queries.suggest("dang ky", limit=3)) == 3


def test_a_hit_says_what_a_list_needs():
    hit = queries.search_procedures("2.000635").hits[0]
    assert hit.name.en.startswith("Copy of a civil-status extract")
    assert (hit.fee_direct, hit.fee_online, hit.online, hit.has_form) == (8000, 8000, "full", True)
    assert sure(hit.time_limit).as_words().vi == "Trong ngày làm việc"
    assert hit.channels == ("direct", "online", "postal")


def test_fields_and_life_events_with_counts():
    fields = {field.key: field for field in queries.list_fields()}
    assert fields["ho-tich"].count >= 9
    assert fields["ho-tich"].name.en == "Civil status"
    events = {event.key: event.count for event in queries.list_life_events("citizen")}
    assert len(events) == 11
    assert events["child"] >= 4
    assert [event.key for event in queries.list_life_events()][:2] == ["child", "study"]


def test_search_is_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.search_procedures("dang ky khai snh", audience="citizen")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=300))
def test_any_text_can_be_searched(text):
    asked = searching.read_question(text)
    assert len(asked.text) <= searching.MAX_LETTERS
    assert queries.search_procedures(text).total >= 0
