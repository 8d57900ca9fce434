"""Deeds of the document office as its pages offer them: draft, review, present, sign, issue, register, work, recall."""

from dataclasses import dataclass, field

from playwright.sync_api import Locator

from lienthong.platform.identity.types import DEMO_PIN
from tests.browser.conftest import DESK, PHONE, Stage
from tests.browser.visitor import Visitor

BODY = (
    "Ủy ban nhân dân tỉnh Lâm Đồng báo cáo kết quả triển khai trong quý III.",
    "Đề nghị quý cơ quan xem xét, có ý kiến trước ngày 30 tháng 11./.",
)
RECEIVER = "G22"
_READ_BY_AXE: set[tuple[str, int]] = set()


@dataclass
class Paper:
    """A document on its way, and where its pages are."""

    subject: str
    draft: str = ""
    message: str = ""
    recipient: str = ""
    arrival: str = ""
    task: str = ""
    code: str = ""
    seen: list[str] = field(default_factory=list)


def drafter(stage: Stage) -> Visitor:
    return stage.enter("province", "h36.vanphong", DESK)


def clerk(stage: Stage) -> Visitor:
    return stage.enter("province", "h36.vanthu", DESK)


def leader(stage: Stage) -> Visitor:
    """The chairman has his telephone with him and nothing else."""
    return stage.enter("province", "h36.chutich", PHONE)


def other_clerk(stage: Stage) -> Visitor:
    return stage.enter("hub", "g22.vanthu", DESK)


def other_leader(stage: Stage) -> Visitor:
    return stage.enter("hub", "g22.lanhdao", PHONE)


def specialist(stage: Stage) -> Visitor:
    return stage.enter("hub", "g22.chuyenvien", DESK)


def do(visitor: Visitor, words: str) -> Visitor:
    """Press what leads to the next page, and be there."""
    visitor.leaving(visitor.button(words).click)
    return visitor


def look(visitor: Visitor, picture: str) -> Visitor:
    """See whether the page is in order; axe reads each kind of page once, on each kind of device."""
    kind = (picture, visitor.page.viewport_size["width"] if visitor.page.viewport_size else 0)
    is_new = kind not in _READ_BY_AXE
    _READ_BY_AXE.add(kind)
    return visitor.look(picture, axe=is_new)


# Before it leaves


def is_in(visitor: Visitor, paper: Paper, status: str) -> None:
    """The draft's page shows this state, in order."""
    if visitor.path != paper.draft:
        visitor.open(paper.draft)
    shown = visitor.page.locator("main [data-status]").first.get_attribute("data-status")
    assert shown == status, f"{shown}, not {status}: {visitor.text[:600]}"
    paper.seen.append(status)
    look(visitor, f"office-{status}")


def write(visitor: Visitor, paper: Paper) -> None:
    """Begin a letter to the Government Office, find it by typing without accents, write the text."""
    look(visitor.open("/van-phong/"), "office-desk")
    look(do(visitor, "Soạn văn bản"), "office-facts")
    page = visitor.page
    page.get_by_label("Trích yếu").fill(paper.subject)
    page.get_by_label("Lãnh đạo ký").select_option(label=option(page.get_by_label("Lãnh đạo ký"), "Chủ tịch"))
    page.get_by_label("Tìm cơ quan theo tên hoặc mã").press_sequentially("van phong chinh phu")
    page.locator(f'#found input[value="{RECEIVER}"]').check()
    do(visitor, "Tiếp tục")
    page.get_by_label("Nội dung văn bản").fill("\n".join(BODY))
    do(look(visitor, "office-write"), "Lưu thành phiên bản mới")
    paper.draft = visitor.path
    assert page.locator("img.office-page").first.evaluate("one => one.decode().then(() => one.naturalWidth)") > 500
    is_in(visitor, paper, "drafting")


def option(select: Locator, words: str) -> str:
    """What the choice that holds these words says in full."""
    told = select.locator("option").all_inner_texts()
    return next(text for text in told if words in text)


def ask_opinion(visitor: Visitor, paper: Paper, reviewer: str) -> None:
    look(visitor.follow("Xin ý kiến"), "office-ask")
    visitor.page.locator(".govuk-checkboxes__item", has_text=reviewer).get_by_role("checkbox").check()
    do(visitor, "Gửi xin ý kiến")
    is_in(visitor, paper, "in-review")


def give_opinion(visitor: Visitor, paper: Paper, words: str) -> None:
    """The colleague finds the draft in the box of what is asked, and answers."""
    look(visitor.open("/van-phong/?o=asked"), "office-asked").follow(paper.subject)
    visitor.page.get_by_label("Đồng ý, có góp ý").check()
    visitor.page.locator("textarea[name=remarks]").fill(words)
    look(do(visitor, "Gửi ý kiến"), "office-opinion")


def present(visitor: Visitor, paper: Paper) -> None:
    do(visitor.open(paper.draft), "Trình ký")
    is_in(visitor, paper, "presented")


def sign_one(visitor: Visitor, paper: Paper) -> None:
    """The leader reads the pages as they are and signs, on the phone."""
    look(visitor.open("/van-phong/ky/"), "office-to-sign")
    card = visitor.page.locator(".office-card", has_text=paper.subject)
    visitor.leaving(card.get_by_role("link", name="Đọc và ký").click)
    picture = visitor.page.locator("img.office-page").first
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 500
    look(visitor, "office-read").page.locator(".office-bar summary").click()
    visitor.page.get_by_label("Mã PIN ký số").fill(DEMO_PIN)
    visitor.leaving(visitor.button("Ký văn bản này").click)
    look(visitor, "office-signed")


def sign_together(visitor: Visitor, *papers: Paper) -> None:
    """Tick several, agree once, and see each of them signed."""
    visitor.open("/van-phong/ky/")
    for paper in papers:
        visitor.page.locator(".office-card", has_text=paper.subject).get_by_role("checkbox").check()
    look(do(visitor, "Ký các văn bản đã chọn"), "office-batch")
    visitor.page.get_by_label("Mã PIN ký số").fill(DEMO_PIN)
    visitor.button(f"Xác nhận ký {len(papers)} văn bản").click()
    visitor.page.get_by_role("link", name="Quay lại danh sách chờ ký").wait_for()
    look(visitor, "office-batch-done")
    assert f"Đã ký {len(papers)} trong {len(papers)}" in visitor.text


def issue_step_by_step(visitor: Visitor, paper: Paper) -> None:
    """The clerk gives the number, sets the seal, sends: each by itself."""
    look(visitor.open("/van-phong/?o=issuing"), "office-issuing").follow(paper.subject)
    is_in(visitor, paper, "signed")
    open_and_press(visitor, "Chỉ cấp số", "Cấp số")
    is_in(visitor, paper, "numbered")
    open_and_press(visitor, "Chỉ đóng dấu", "Chỉ đóng dấu")
    is_in(visitor, paper, "sealed")
    do(visitor, "Phát hành")
    is_in(visitor, paper, "sent")
    go_to_message(visitor, paper)


def issue(visitor: Visitor, paper: Paper) -> None:
    do(visitor.open(paper.draft), "Cấp số, đóng dấu và phát hành")
    is_in(visitor, paper, "sent")
    go_to_message(visitor, paper)


def open_and_press(visitor: Visitor, summary: str, button: str) -> None:
    visitor.page.locator("summary", has_text=summary).click()
    do(visitor, button)


def go_to_message(visitor: Visitor, paper: Paper) -> None:
    paper.code = visitor.page.locator("main .lt-code").first.inner_text()
    look(visitor.follow("Theo dõi gửi, nhận"), "axis-message")
    paper.message = visitor.path
    paper.recipient = visitor.page.locator('main td a[href*="/noi-nhan/"]').first.get_attribute("href") or ""


# At the other side


def find_arrival(visitor: Visitor, paper: Paper) -> None:
    """The document stands in the other clerk's list, and is opened."""
    visitor.open("/van-ban/").await_sight(f'main a:text-is("{paper.subject}"), main a:has-text("{paper.subject}")')
    look(visitor, "documents-incoming").follow(paper.subject)
    paper.arrival = visitor.path
    look(visitor, "documents-arrival")


def register(visitor: Visitor, paper: Paper) -> None:
    look(do(visitor.open(paper.arrival), "Đăng ký"), "documents-registered")


def refuse(visitor: Visitor, paper: Paper, reason: str) -> None:
    """Without a reason nothing is refused."""
    visitor.open(paper.arrival).page.locator("summary", has_text="Từ chối tiếp nhận").click()
    with visitor.refused(422):
        look(do(visitor, "Từ chối tiếp nhận"), "documents-refuse-error")
    visitor.page.locator("main [name=reason]").fill(reason)
    look(do(visitor, "Từ chối tiếp nhận"), "documents-refused")
    assert reason in visitor.text


def assign(visitor: Visitor, paper: Paper, position: str, words: str) -> None:
    look(visitor.open("/van-phong/van-ban-den/"), "office-arrivals").follow(paper.subject)
    leads = visitor.page.get_by_label("Chủ trì")
    leads.select_option(label=option(leads, position))
    visitor.page.get_by_label("Ý kiến chỉ đạo").fill(words)
    do(look(visitor, "office-assign"), "Giao việc")
    visitor.page.locator("[data-status=assigned]").wait_for()
    look(visitor, "office-assigned")
    paper.task = visitor.path


def take_up(visitor: Visitor, paper: Paper) -> None:
    look(visitor.open("/van-phong/viec/"), "office-work").follow(paper.subject)
    do(visitor, "Nhận việc").page.locator("[data-status=in-progress]").wait_for()
    look(visitor, "office-in-progress")


def finish(visitor: Visitor, paper: Paper, result: str) -> None:
    visitor.open(paper.task).page.get_by_label("Kết quả xử lý").fill(result)
    do(visitor, "Báo hoàn thành").page.locator("[data-status=finished]").wait_for()
    look(visitor, "office-finished")


# What the sender sees

_COLUMNS = {"transport": "truyen", "handling": "xu-ly"}


def shows(visitor: Visitor, paper: Paper, column: str, state: str) -> None:
    """The sender's page of this recipient comes to show the state in its own column, dated and with its proof."""
    visitor.open(paper.recipient)
    place = f'main section[aria-labelledby="{_COLUMNS[column]}"] li:has(h3:text-is("{state}"))'
    step = visitor.await_sight(place)
    assert "Bằng chứng:" in step.inner_text(), f"“{state}” stands there without proof: {step.inner_text()}"
    assert step.locator("time[datetime]").count() == 1, step.inner_text()
    other = next(name for key, name in _COLUMNS.items() if key != column)
    assert not visitor.page.locator(f'main section[aria-labelledby="{other}"] h3:text-is("{state}")').count()
    paper.seen.append(state)
    look(visitor, f"axis-recipient-{column}")


def steps_of(visitor: Visitor, paper: Paper, column: str) -> list[str]:
    """All steps of one column as the sender's page tells them, the latest first."""
    visitor.open(paper.recipient)
    return visitor.page.locator(f'main section[aria-labelledby="{_COLUMNS[column]}"] h3').all_inner_texts()


def stands_as(visitor: Visitor, paper: Paper, state: str) -> None:
    """The message's page counts the recipient under this state now, and the list of recipients says so."""
    visitor.open(paper.message).await_sight(f'main .axis-picture__label:text-is("{state}")')
    assert visitor.page.locator("main table .govuk-tag", has_text=state).count() >= 1, visitor.text
    look(visitor, "axis-message")


def recall(visitor: Visitor, paper: Paper, reason: str) -> str:
    """Ask a document back; gives the page of the recall."""
    look(do(visitor.open(paper.message), "Thu hồi"), "axis-recall")
    visitor.page.locator("main [name=reason]").fill(reason)
    look(do(visitor, "Thu hồi"), "axis-recalled")
    return visitor.path


def agree(visitor: Visitor, paper: Paper) -> None:
    """The recipient's people agree to give it back."""
    visitor.open("/van-ban/truc/").await_sight(f'main a:has-text("{paper.subject}")')
    look(visitor, "axis-asked").follow(paper.subject)
    look(visitor, "axis-answer").page.locator('main [name="agree"][value="15"]').check()
    look(do(visitor, "Gửi trả lời"), "axis-answered")
