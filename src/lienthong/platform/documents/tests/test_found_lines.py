"""Lines of a register that were looked for: conditions shown, kept from page to page, saved as a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from lienthong.kernel import clock
from lienthong.platform.documents import spreadsheets
from lienthong.platform.documents.models import Register
from lienthong.platform.documents.queries import entries
from lienthong.platform.documents.services import numbering
from lienthong.platform.documents.tests.circuit import HUB_CLERK, NOW, Circuit, officer
from lienthong.platform.documents.tests.desk_site import sign_in
from lienthong.platform.documents.tests.test_desk import read, whole
from lienthong.platform.documents.views import books

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lienthong.platform.documents.tests.desk_site")]
COUNT = entries.PAGE + 5


@pytest.fixture
def book(loop: Circuit, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A register of one series with more notices than a page holds, one decision and one number kept for later."""
    with clock.frozen(NOW), loop.at("G22"):
        sign_in(monkeypatch, HUB_CLERK)
        for number in range(COUNT):
            numbering.give_number("G22", "TB", on=NOW.date(), subject=f"Thông báo thứ {number}", actor=HUB_CLERK)
        numbering.reserve_numbers("G22", "TB", on=NOW.date(), count=1, reason="Kỳ họp", actor=HUB_CLERK)
        yield f"/van-ban/so/{Register.objects.get().pk}/"


def test_conditions_are_shown_can_be_taken_off_and_go_along_to_the_next_page(book: str) -> None:
    page = read(Client(), f"{book}?loai=TB&tinh_trang=unsent")
    tags = re.findall(r'<a class="moj-filter__tag" href="([^"]*)">.*?</span>([^<]*)</a>', page)
    assert tags == [("?tinh_trang=unsent", "Thông báo"), ("?loai=TB", "Chưa gửi qua trục")]
    following = re.search(r'href="([^"]*)" rel="next"', page)
    assert following
    second = read(Client(), book + following[1].replace("&amp;", "&"))
    assert second.count("<td") == 5 * 5
    assert "Kỳ họp" not in second
    assert len(re.findall("moj-filter__tag", second)) == 2
    assert 'rel="next"' not in second


def test_a_register_without_conditions_offers_none_to_take_off(book: str) -> None:
    page = read(Client(), book)
    assert "moj-filter__tag" not in page
    assert "Lưu các dòng tìm thấy" not in page
    empty = read(Client(), f"{book}?loai=LT")
    assert "Không có dòng nào khớp bộ lọc" in empty
    assert "Lưu các dòng tìm thấy" not in empty


def test_numbers_not_sent_do_not_push_what_was_sent_off_the_page(book: str) -> None:
    page = read(Client(), "/van-ban/di/")
    shown, _, folded = page.partition("<details")
    assert shown.count("/TB-VPCP") == 5
    assert "Số giữ chỗ" in shown
    assert "Xem 25 số nữa" in folded
    assert folded.partition("</details>")[0].count("/TB-VPCP") == 25
    assert "<h2" in folded.partition("</details>")[2]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_found_lines_are_saved_all_of_them_and_no_other(book: str, form: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(books, "_READ_AT_ONCE", 20)
    link = re.search(rf'href="([^"]*so\.{form}\?[^"]*ky=loc[^"]*)"', read(Client(), f"{book}?tinh_trang=unsent"))
    assert link
    saved = whole(Client().get(link[1].replace("&amp;", "&")))
    if form == "csv":
        subjects = re.findall(r"Thông báo thứ \d+", saved.decode())
        assert "Kỳ họp" not in saved.decode()
    else:
        rows = list(spreadsheets.rows_of(io.BytesIO(saved)))[1:]
        subjects = [cell for row in rows for cell in row if "thứ" in cell]
        assert len(rows) == len(subjects)
    assert len(subjects) == COUNT
    assert {one.rpartition(" ")[2] for one in subjects} == {str(number) for number in range(COUNT)}


def test_found_lines_are_neither_printed_as_a_book_nor_given_to_strangers(book: str, monkeypatch: Any) -> None:
    read(Client(), f"{book}so.pdf?ky=loc", 404)
    sign_in(monkeypatch, officer("H36", "clerk"))
    assert Client().get(f"{book}so.csv?ky=loc").status_code in (403, 404)
