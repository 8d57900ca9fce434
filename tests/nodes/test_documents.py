"""The axis between real nodes: documents arrive with proof, states come back, a recall is followed, none is lost."""

from collections.abc import Callable

import pytest

from lienthong.node.demo.country import Country
from lienthong.node.story.browser import Browser, PageProblem
from lienthong.node.story.command import wait_until

pytestmark = pytest.mark.nodes

SUBJECT = "V/v báo cáo kết quả chuyển đổi số quý III"
AXIS = "/van-ban/truc/"
DIRECTORY = "/van-hanh/trao-doi/danh-ba/"


@pytest.fixture(scope="module")
def sent(country: Country) -> Country:
    """The demo's documents were sent while the hub was dead, which comes back afterwards."""
    wait_until(lambda: "H36" in officer(country, "province", "h36.vanhanh").get(DIRECTORY).text, 60)
    country.kill("hub")
    country.send_documents("province")
    country.restart("hub")
    country.send_documents("hub")
    return country


def officer(country: Country, name: str, username: str) -> Browser:
    browser = Browser(country.url(name), timeout=60)
    browser.get("/dang-nhap/").submit({"username": username}, form="thu")
    return browser


def until(browser: Browser, path: str, holds: Callable[[Browser], bool]) -> None:
    """Wait for what letters bring."""

    def look() -> bool:
        try:
            return holds(browser.get(path))
        except PageProblem:
            return False

    wait_until(look, 60)
    assert holds(browser.get(path)), browser.text


def test_documents_travel_and_their_states_come_back(sent: Country) -> None:
    hub, province = officer(sent, "hub", "g22.vanthu"), officer(sent, "province", "h36.vanthu")
    until(hub, "/van-ban/", lambda page: SUBJECT in page.text)
    assert hub.text.count(SUBJECT) == 1
    until(province, "/van-ban/di/", lambda page: SUBJECT in page.text)
    province.follow(SUBJECT)
    province.follow("Gửi mới")
    message = province.path
    until(province, message, lambda page: "Đã đến hệ thống nhận" in page.text or "Đã được lấy về" in page.text)
    until(province, message, lambda page: "Đã đến" in page.text)
    hub.get("/van-ban/").follow(SUBJECT)
    until(province, message, lambda page: "Đã được lấy về" in page.text)
    hub.submit(button="Đăng ký")
    until(province, message, lambda page: "Đã tiếp nhận" in page.text)
    province.follow("G22")
    assert "biên nhận" in province.text


def test_a_recall_of_a_registered_document_is_answered_by_people(sent: Country) -> None:
    hub, province = officer(sent, "hub", "g22.vanthu"), officer(sent, "province", "h36.vanthu")
    province.get("/van-ban/di/").follow(SUBJECT)
    province.follow("Gửi mới")
    province.follow("Thu hồi")
    province.submit({"reason": "Gửi nhầm phụ lục"}, button="Thu hồi")
    recall = province.path
    until(hub, AXIS, lambda page: "Gửi nhầm" not in page.text and SUBJECT in page.text)
    hub.follow(SUBJECT)
    hub.submit({"agree": "15", "reason": ""}, button="Gửi trả lời")
    until(province, recall, lambda page: "Đồng ý cập nhật, lấy lại" in page.text)
    assert "Đã thu hồi" in province.text
    operator = officer(sent, "hub", "g22.vanhanh")
    assert "Lưu lượng trục văn bản" in operator.get("/van-hanh/van-ban/luu-luong/").text
