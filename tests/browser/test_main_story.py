"""The main story on screens: a mother registers her child's birth on a telephone, officers handle it at their desks."""

from pathlib import Path

import pytest

from lienthong.node.story.command import make_tale
from lienthong.node.story.tale import Filing, Tale
from tests.browser import desk
from tests.browser.conftest import PHONE, Stage
from tests.browser.filing import answer, file_it, fill_form, type_an_impossible_day
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


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
    visitor.look("home-suggestions", within=".portal-search")
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


@pytest.fixture(scope="module")
def issued_birth(stage: Stage, filed_birth: Filing, tale: Tale) -> Filing:
    """Received, looked up, numbered, drafted, signed and sealed."""
    desk.take_in_by_keyboard(desk.officer(stage, "tiepnhan"), filed_birth)
    handler = desk.open_from_list(desk.officer(stage, "hotich"), filed_birth)
    desk.look_up(handler, tale.people.citizen)
    filed_birth.child_number = desk.request_number(handler)
    desk.draft(handler, "desk-draft")
    desk.sign_together(desk.officer(stage, "chutich"), filed_birth)
    desk.issue(desk.officer(stage, "vanthu"), filed_birth)
    return filed_birth


def test_the_officers_bring_the_birth_to_its_result(issued_birth: Filing, tale: Tale):
    """068: registered in Lâm Đồng; 2: a boy of this century; then the year."""
    assert len(issued_birth.child_number) == 12
    assert issued_birth.child_number.startswith(f"0682{tale.child['birth_date'][2:4]}")


def test_the_mother_reads_both_signatures_of_the_result(mother: Visitor, issued_birth: Filing, tmp_path: Path):
    mother.open("/ho-so/").look("my-dossiers")
    mother.page.locator(f'main a[href="/ho-so/{issued_birth.dossier}/"]').click()
    mother.await_sight("[data-status='9'], [data-status='10']")
    mother.await_sight(f'a[href="/ho-so/{issued_birth.dossier}/ket-qua/"]')
    mother.look("my-dossier")
    with mother.page.expect_download() as download:
        mother.press("Tải kết quả")
    paper = tmp_path / "ket-qua.pdf"
    download.value.save_as(paper)
    assert paper.read_bytes().startswith(b"%PDF")
    mother.open("/xac-minh/").look("verify")
    mother.page.locator('input[name="file"]').set_input_files(paper)
    mother.press("Kiểm tra").look("verified")
    assert mother.page.locator('[data-signature="good"]').count() == 2
    assert mother.page.locator('[data-signature="bad"]').count() == 0


def test_the_mother_sees_who_looked_at_her_data(mother: Visitor, issued_birth: Filing):
    mother.open("/ho-so/ai-da-xem/").look("looks")
    assert "Lâm Đồng" in mother.text
    assert "Luật Hộ tịch" in mother.text


def test_the_mother_is_told_of_every_step(mother: Visitor, issued_birth: Filing):
    mother.open("/thong-bao/").look("notices")
    assert mother.page.locator(".lt-notices__item--unread").count() >= 2
    mother.page.get_by_role("button", name="Xem chi tiết").first.click()
    assert mother.path == f"/ho-so/{issued_birth.dossier}/"
