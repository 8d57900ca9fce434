"""Deeds of the commune's officers at their desks, as their pages offer them."""

from lienthong.node.story.tale import COMMUNE, Filing
from tests.browser.conftest import Stage
from tests.browser.visitor import Visitor


def officer(stage: Stage, post: str) -> Visitor:
    """The officer of this post at the story's commune."""
    return stage.enter("province", f"{COMMUNE.lower()}.{post}")


def take_in_by_keyboard(visitor: Visitor, filing: Filing) -> None:
    """From the work list to “received” and “assigned” with Tab, Space and Enter alone."""
    keys = visitor.page.keyboard
    visitor.open("/mot-cua/")
    link = visitor.await_sight(f'main a[href="/mot-cua/{filing.dossier}/"]')
    visitor.look("desk-work-list").tab_to(link)
    visitor.leaving(lambda: keys.press("Enter"))
    visitor.look("desk-dossier-new").tab_to(visitor.button("Tiếp nhận hồ sơ"))
    visitor.leaving(lambda: keys.press("Enter"))
    assert visitor.page.locator('[data-status="2"]').count(), visitor.text[:400]
    visitor.look("desk-dossier-received").tab_to(visitor.page.locator('main [name="officer"]').first)
    keys.press("Space")
    visitor.tab_to(visitor.button("Phân công xử lý"))
    visitor.leaving(lambda: keys.press("Enter"))
    assert visitor.page.locator('[data-status="4"]').count(), visitor.text[:400]
    visitor.look("desk-dossier-assigned")


def open_from_list(visitor: Visitor, filing: Filing) -> Visitor:
    """Find the dossier in one's work list and open it."""
    visitor.open("/mot-cua/")
    visitor.await_sight(f'main a[href="/mot-cua/{filing.dossier}/"]').click()
    return visitor


def look_up(visitor: Visitor, number: str) -> None:
    """Ask the population register, through the exchange, about a person whom the dossier names."""
    visitor.page.locator(f'main [name="number"][value="{number}"]').check()
    visitor.press("Tra cứu").look("desk-look-up")
    assert "14/03/1996" in visitor.text


def request_number(visitor: Visitor) -> str:
    """Ask for the child's number and wait until the holder has sent it."""
    visitor.press("Xin cấp số định danh").look()
    mark = visitor.await_sight("[data-personal-number]")
    return mark.get_attribute("data-personal-number") or ""


def draft(visitor: Visitor, picture: str = "") -> None:
    """Put the result before the leader."""
    visitor.look(picture)
    visitor.page.locator('main [name="verdict"][value="granted"]').check()
    visitor.press("Trình lãnh đạo").look()


def sign_together(visitor: Visitor, *filings: Filing) -> None:
    """The leader finds the page by its menu, ticks what is agreed and signs once."""
    visitor.open("/").page.get_by_role("navigation").get_by_role("link", name="Chờ ký").click()
    for filing in filings:
        visitor.page.locator(f'main [name="dossier"][value="{filing.dossier}"]').check()
    visitor.look("desk-signing").press("Ký các hồ sơ đã chọn")
    visitor.look("desk-signed")
    assert f"Đã ký {len(filings)} hồ sơ" in visitor.text


def issue(visitor: Visitor, filing: Filing) -> None:
    """The clerk seals the signed result and issues it."""
    open_from_list(visitor, filing).look("desk-clerk").press("Đóng dấu, phát hành")
    visitor.look("desk-issued")
