"""Documents between two agencies on screens: through all states, a refusal with its reason, a recall, each with proof.

The province's specialist drafts, a colleague gives an opinion, the chairman signs on a telephone, the clerk numbers,
seals and sends; at the Government Office the clerk registers, the leader assigns on a telephone, a specialist works.
"""

import pytest

from tests.browser import office
from tests.browser.conftest import Stage
from tests.browser.office import Paper

pytestmark = pytest.mark.browser

OPINION = "Nêu rõ số liệu của từng sở"
REFUSAL = "Văn bản không thuộc thẩm quyền của Văn phòng Chính phủ"


@pytest.fixture(scope="module")
def papers(stage: Stage) -> list[Paper]:
    """Three papers before the chairman: one by way of a colleague, two at once."""
    first, second, third = (
        Paper(f"báo cáo kết quả {what}") for what in ("chuyển đổi số", "cải cách hành chính", "rà soát dữ liệu")
    )
    author = office.drafter(stage)
    office.write(author, first)
    office.ask_opinion(author, first, "Văn thư")
    office.give_opinion(office.clerk(stage), first, OPINION)
    office.present(author, first)
    assert OPINION in author.text
    for paper in (second, third):
        office.write(author, paper)
        office.present(author, paper)
    return [first, second, third]


@pytest.fixture(scope="module")
def sent(stage: Stage, papers: list[Paper]) -> list[Paper]:
    """Signed on the telephone, issued at the desk."""
    first, *others = papers
    office.sign_one(office.leader(stage), first)
    office.sign_together(office.leader(stage), *others)
    office.issue_step_by_step(office.clerk(stage), first)
    for paper in others:
        office.issue(office.clerk(stage), paper)
    return papers


def test_a_paper_passes_through_every_state_of_the_house(sent: list[Paper]):
    assert sent[0].seen == ["drafting", "in-review", "presented", "signed", "numbered", "sealed", "sent"]
    assert sent[0].code.startswith("01/")
    assert len({paper.code for paper in sent}) == 3


def test_its_sender_sees_every_state_of_the_other_side(stage: Stage, sent: list[Paper]):
    """Transport and handling in columns of their own, each step with its evidence."""
    paper, clerk = sent[0], office.clerk(stage)
    office.shows(clerk, paper, "transport", "Đã đến hệ thống nhận")
    office.shows(clerk, paper, "handling", "Đã đến")
    office.find_arrival(office.other_clerk(stage), paper)
    office.shows(clerk, paper, "transport", "Đã được lấy về")
    office.register(office.other_clerk(stage), paper)
    office.shows(clerk, paper, "handling", "Đã tiếp nhận")
    office.assign(office.other_leader(stage), paper, "Chuyên viên", "Tham mưu trả lời trước thứ Sáu")
    office.shows(clerk, paper, "handling", "Phân công xử lý")
    office.take_up(office.specialist(stage), paper)
    office.shows(clerk, paper, "handling", "Đang xử lý")
    office.finish(office.specialist(stage), paper, "Đã tổng hợp vào báo cáo chung")
    office.shows(clerk, paper, "handling", "Hoàn thành")
    assert office.steps_of(clerk, paper, "transport") == ["Đã được lấy về", "Đã đến hệ thống nhận", "Chờ gửi"]
    handled = ["Hoàn thành", "Đang xử lý", "Phân công xử lý", "Đã tiếp nhận", "Đã đến"]
    assert office.steps_of(clerk, paper, "handling") == handled
    office.stands_as(clerk, paper, "Hoàn thành")


def test_a_refusal_comes_back_with_its_reason(stage: Stage, sent: list[Paper]):
    paper, clerk = sent[1], office.clerk(stage)
    office.find_arrival(office.other_clerk(stage), paper)
    office.refuse(office.other_clerk(stage), paper, REFUSAL)
    office.shows(clerk, paper, "handling", "Từ chối tiếp nhận")
    assert REFUSAL in clerk.text
    office.stands_as(clerk, paper, "Từ chối tiếp nhận")


def test_a_recall_is_followed_where_the_work_had_begun(stage: Stage, sent: list[Paper]):
    """People agree, the work is called off, both sides keep the trace."""
    paper, clerk, there = sent[2], office.clerk(stage), office.other_clerk(stage)
    office.find_arrival(there, paper)
    office.register(there, paper)
    office.assign(office.other_leader(stage), paper, "Chuyên viên", "Xem và báo cáo")
    reason = "Gửi nhầm phụ lục số 2"
    recall = office.recall(clerk, paper, reason)
    office.agree(there, paper)
    clerk.open(recall).await_sight('main .govuk-tag:text-is("Đồng ý cập nhật, lấy lại")')
    office.look(clerk, "axis-recall-agreed")
    clerk.open(paper.message)
    assert clerk.page.locator("main .govuk-tag", has_text="Đã thu hồi").count(), clerk.text
    office.look(there.open(paper.arrival), "documents-arrival-recalled")
    assert "Đã thu hồi" in there.text
    assert reason in there.text
    worker = office.specialist(stage).open(paper.task)
    worker.page.locator("[data-status=called-off]").wait_for()
    office.look(worker, "office-called-off")


def test_a_file_that_was_sent_is_signed_and_sealed(stage: Stage, sent: list[Paper]):
    """The recipient reads on the page who signed: the leader, then the agency twice (number, seal)."""
    there = office.other_clerk(stage).open(sent[0].arrival)
    office.look(there.follow("ai đã ký"), "documents-signatures")
    assert "Chủ tịch Ủy ban nhân dân tỉnh" in there.text
    assert there.page.locator("main section").count() == 3
    assert there.page.locator("main .govuk-tag--red, main .govuk-tag--yellow").count() == 0, there.text
