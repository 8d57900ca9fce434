import unicodedata

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel import clock, ids, text


@pytest.mark.parametrize(
    "typed",
    [
        "Đăng ký khai sinh",
        "dang ky khai sinh",
        "ĐĂNG KÝ  KHAI SINH",
        unicodedata.normalize("NFD", "Đăng ký khai sinh"),
    ],
)
def test_one_search_word_however_it_is_typed(typed):
    assert text.fold(typed) == "dang ky khai sinh"


@given(st.text())
def test_folding_is_stable(typed):
    assert text.fold(text.fold(typed)) == text.fold(typed)


def test_a_sentence_follows_the_language_of_the_screen():
    sentence = text.tr("Còn {n} ngày", "{n} days left").format(n=3)
    with translation.override("en"):
        assert str(sentence) == "3 days left"
    with translation.override("vi"):
        assert str(sentence) == "Còn 3 ngày"


def test_figures_and_dates_are_written_as_people_write_them():
    moment = clock.at(2026, 11, 21, 15, 4)
    assert (text.show_date(moment), text.show_moment(moment), text.show_dong(8000)) == (
        "21/11/2026",
        "15:04 21/11/2026",
        "8.000 đ",
    )


def test_ids_sort_by_the_time_they_were_made_and_never_repeat():
    made = [ids.new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert [i.int >> 80 for i in made] == sorted(i.int >> 80 for i in made)
    assert {i.version for i in made} == {7}
