"""A copy of a civil-status extract, 8,000 đ: filed by a browser without JavaScript, paid for at the gateway."""

import pytest

from lienthong.node.story.command import make_tale
from lienthong.node.story.tale import Filing
from lienthong.sources.population.demo.family import NAMED_PEOPLE
from tests.browser import desk
from tests.browser.conftest import DESK, PHONE, Stage
from tests.browser.filing import file_it, fill_form
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


FATHER = next(person.personal_number for person in NAMED_PEOPLE if person.key == "father")


@pytest.fixture(scope="module")
def father(stage: Stage) -> Visitor:
    return stage.enter("hub", FATHER, DESK)


@pytest.fixture(scope="module")
def filed_extract(stage: Stage) -> Filing:
    """His old telephone runs no scripts."""
    filing = make_tale(stage.country).extract
    father = stage.enter("hub", FATHER, PHONE, script=False)
    father.open("/thu-tuc/?q=trich+luc").look().follow("Cấp bản sao Trích lục hộ tịch")
    father.look().press("Bắt đầu").look("fee-start").press("Bắt đầu")
    fill_form(father, filing, picture="fee")
    father.look("fee-check")
    assert "8.000 đ" in father.text
    file_it(father, filing)
    father.look("fee-filed")
    return filing


def test_the_father_files_without_javascript(filed_extract: Filing):
    assert filed_extract.code.startswith("G22-")


@pytest.fixture(scope="module")
def paid_extract(stage: Stage, father: Visitor, filed_extract: Filing) -> Filing:
    reception = desk.open_from_list(desk.officer(stage, "tiepnhan"), filed_extract)
    reception.press("Tiếp nhận hồ sơ")
    reception.page.locator('main [name="officer"]').first.check()
    reception.press("Phân công xử lý")
    handler = desk.open_from_list(desk.officer(stage, "hotich"), filed_extract)
    handler.look("desk-fee").press("Yêu cầu nộp phí, lệ phí")
    assert handler.page.locator('[data-status="6"]').count()
    handler.look("desk-fee-asked")
    father.open(f"/ho-so/{filed_extract.dossier}/").await_sight('form[action$="/nop-phi/"] button')
    father.look("fee-asked").press("Nộp phí")
    father.look("gateway").press("Thanh toán")
    father.await_sight("text=Đã thanh toán")
    father.look("fee-paid")
    return filed_extract


def test_the_fee_reaches_the_officer(stage: Stage, father: Visitor, paid_extract: Filing):
    father.open(f"/ho-so/{paid_extract.dossier}/").await_sight("[data-status='2'], [data-status='4']")
    father.look()
    handler = desk.officer(stage, "hotich").open(f"/mot-cua/{paid_extract.dossier}/")
    handler.await_sight("text=8.000 đ, đã nộp lúc")


def test_the_result_follows_the_payment(stage: Stage, father: Visitor, paid_extract: Filing):
    desk.draft(desk.officer(stage, "hotich").open(f"/mot-cua/{paid_extract.dossier}/"))
    desk.sign_together(desk.officer(stage, "chutich"), paid_extract)
    desk.issue(desk.officer(stage, "vanthu"), paid_extract)
    father.open(f"/ho-so/{paid_extract.dossier}/").await_sight(f'a[href="/ho-so/{paid_extract.dossier}/ket-qua/"]')
    father.look("fee-result")
