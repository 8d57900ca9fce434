"""The main story on screens: a mother registers her child's birth on a telephone, officers handle it at their desks."""

from dataclasses import dataclass

import pytest

from lienthong.node.story.command import make_tale
from lienthong.node.story.tale import Filing, Tale
from tests.browser.conftest import DESK, PHONE, Stage
from tests.browser.filing import answer, file_it, fill_form, type_an_impossible_day
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def tale(stage: Stage) -> Tale:
    return make_tale(stage.country)


@pytest.fixture(scope="module")
def mother(stage: Stage) -> Visitor:
    """She comes with a telephone and is nobody yet."""
    return stage.newcomer("hub", PHONE)


@pytest.fixture(scope="module")
def filed_birth(mother: Visitor, tale: Tale) -> Filing:
    """Home, search without accents, the procedure, sign-in, one thing per page, check, file."""
    filing = tale.birth
    search(mother, "dang ky khai sinh")
    assert mother.page.locator(".portal-hit__name").first.inner_text() == "Đăng ký khai sinh"
    mother.look("search").follow("Đăng ký khai sinh")
    mother.look("procedure")
    begin(mother, tale)
    keys = fill_form(mother, filing, surprises={"ngay-sinh": type_an_impossible_day}, picture="birth")
    assert len(keys) > 8
    mother.look("birth-check")
    change_an_answer(mother)
    file_it(mother, filing)
    mother.look("birth-filed")
    return filing


def search(visitor: Visitor, words: str) -> None:
    visitor.open("/").look("home")
    visitor.page.locator("#q").press_sequentially(words, delay=5)
    visitor.page.locator(".portal-suggestions__item").first.wait_for()
    visitor.look("home-suggestions")
    visitor.page.locator("#q").press("Enter")
    visitor.page.wait_for_url("**/thu-tuc/?**")


def begin(visitor: Visitor, tale: Tale) -> None:
    """The start button leads a stranger to sign-in, and from there on to the form."""
    visitor.press("Bắt đầu")
    assert visitor.path == "/dang-nhap/"
    visitor.look("sign-in")
    visitor.page.locator(f'button[value="{tale.people.citizen}"]').click()
    assert visitor.path == "/nop-ho-so/1.001193/", visitor.text[:300]
    visitor.look("start").press("Bắt đầu")


def change_an_answer(visitor: Visitor) -> None:
    """From the check page to one question and straight back, the new answer standing there."""
    visitor.follow("Sửa Họ, chữ đệm và tên của trẻ")
    assert visitor.path.endswith("/ten-tre/")
    answer(visitor, {"child.name": "Nguyễn Minh Khang"})
    visitor.press("Tiếp tục")
    assert visitor.path.endswith("/kiem-tra/")
    assert "Nguyễn Minh Khang" in visitor.text


def test_the_mother_follows_her_dossier_by_its_code(stage: Stage, filed_birth: Filing):
    anyone = stage.newcomer("hub", PHONE)
    anyone.open("/").page.locator("#ma").fill(filed_birth.code)
    anyone.press("Tra cứu")
    assert anyone.page.locator("[data-status]").get_attribute("data-status") == "1"
    assert "Thu Hà" not in anyone.text
    anyone.look("tracking")
