"""Pages beside the main road: other deeds of officers, second thoughts of citizens, doors that stay shut."""

import pytest

from lienthong.node.story.command import make_tale
from lienthong.node.story.tale import Tale
from lienthong.node.story.teller import Teller
from tests.browser import desk
from tests.browser.conftest import DESK, PHONE, Stage

pytestmark = pytest.mark.browser

_UNTIL_ASSIGNED = 5


@pytest.fixture(scope="module")
def tale(stage: Stage) -> Tale:
    """A birth that is being handled."""
    made = make_tale(stage.country)
    Teller(lambda _told: None).tell(made.steps()[:_UNTIL_ASSIGNED])
    return made


@pytest.mark.parametrize("post", ["tiepnhan", "hotich"])
def test_every_other_deed_has_a_page(stage: Stage, tale: Tale, post: str):
    officer = desk.officer(stage, post).open(f"/mot-cua/{tale.birth.dossier}/")
    deeds = officer.page.locator('main a[href*="/viec/"]').evaluate_all("links => links.map(a => a.pathname)")
    assert deeds
    for path in deeds:
        officer.open(path).look(f"desk-deed-{path.strip('/').rsplit('/', 1)[1]}")


def test_a_supplement_is_asked_for_and_handed_in(stage: Stage, tale: Tale):
    handler = desk.officer(stage, "hotich").open(f"/mot-cua/{tale.birth.dossier}/viec/ask_supplement/")
    with handler.refused(422):
        handler.press("Yêu cầu bổ sung").look("desk-deed-error")
    handler.page.locator('main [name="papers"]').fill("Bản chụp rõ hơn của giấy chứng sinh")
    handler.page.locator('main [name="reason"]').fill("Ảnh đã nộp bị mờ ở góc dưới.")
    handler.press("Yêu cầu bổ sung").look()
    mother = stage.enter("hub", tale.people.citizen, PHONE).open(f"/ho-so/{tale.birth.dossier}/")
    mother.await_sight('a[href$="/bo-sung/"]')
    mother.look("supplement-asked").press("Bổ sung giấy tờ").look("supplement")
    with mother.refused(422):
        mother.press("Gửi bổ sung").look("supplement-error")
    paper = {
        "name": "giay-chung-sinh.png",
        "mimeType": "image/png",
        "buffer": tale.birth.uploads["birth_paper.file"].content,
    }
    mother.page.locator('main input[type="file"]').first.set_input_files(paper)
    mother.press("Gửi bổ sung").look("supplement-sent")
    handler.open(f"/mot-cua/{tale.birth.dossier}/").await_sight("[data-status='4']")
    handler.look("desk-supplemented")


def test_second_thoughts_are_asked_about(stage: Stage, tale: Tale):
    mother = stage.enter("hub", tale.people.citizen, PHONE)
    mother.open(f"/ho-so/{tale.birth.dossier}/rut/").look("withdraw")
    with mother.refused(422):
        mother.press("Rút hồ sơ").look()
    mother.open("/nop-ho-so/1.001193/").press("Bắt đầu")
    mother.open("/ho-so/").look("my-drafts")
    mother.page.get_by_role("link", name="Xóa").first.click()
    mother.look("discard").press("Xóa bản nháp").look()
    assert "Đã xóa bản nháp" in mother.text


@pytest.mark.parametrize(
    ("path", "status"), [("/khong-co-trang-nay/", 404), ("/dieu-hanh/", 403), ("/tra-cuu/?ma=X", 404)]
)
def test_a_shut_door_says_so_in_plain_words(stage: Stage, path: str, status: int):
    citizen = stage.enter("hub", "068088000104", DESK)
    with citizen.refused(status):
        citizen.open(path).look(f"shut-{status}")
    assert citizen.page.locator("main a[href='/'], main form").count()


def test_wrong_signatures_are_told_apart(stage: Stage):
    anyone = stage.newcomer("hub", PHONE).open("/xac-minh/")
    with anyone.refused(422):
        anyone.press("Kiểm tra").look("verify-error")
    wrong = {"name": "thu.pdf", "mimeType": "application/pdf", "buffer": b"not a PDF at all"}
    anyone.page.locator('input[name="file"]').set_input_files(wrong)
    with anyone.refused(422):
        anyone.press("Kiểm tra").look("verify-not-a-pdf")
    assert not anyone.page.locator('[data-signature="good"]').count()
