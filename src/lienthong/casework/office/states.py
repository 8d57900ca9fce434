"""The lives of drafts, of work on arrivals and of work files as tables: which deed leads where, and who may do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lienthong.kernel.text import Bilingual, tr

DRAFTER: Final = "drafter"
REVIEWER: Final = "reviewer"
SIGNER: Final = "signer"
CLERK: Final = "clerk"


@dataclass(frozen=True, slots=True)
class State:
    """A state: label, colour, and deed → next state."""

    key: str
    label: Bilingual
    colour: str
    deeds: dict[str, str]


@dataclass(frozen=True, slots=True)
class Deed:
    """A deed: its label on buttons, what stands in the story, and whose part it is."""

    key: str
    label: Bilingual
    told: Bilingual
    by: tuple[str, ...]


def _states(*states: State) -> dict[str, State]:
    return {state.key: state for state in states}


def _deeds(*deeds: Deed) -> dict[str, Deed]:
    return {deed.key: deed for deed in deeds}


_WORKING = {
    "edit": "drafting", "comment": "drafting", "ask_review": "in-review", "present": "presented",
    "withdraw": "withdrawn",
}  # fmt: skip

DRAFTS: Final = _states(
    State("drafting", tr("Đang soạn", "Being drafted"), "grey", _WORKING),
    State("in-review", tr("Đang xin ý kiến", "In review"), "blue", {
        "comment": "in-review", "review": "in-review", "close_review": "drafting", "present": "presented",
        "withdraw": "withdrawn",
    }),
    State("presented", tr("Trình ký", "Before the leader"), "purple", {
        "comment": "presented", "take_back": "drafting", "return": "returned", "sign": "signed",
    }),
    State("returned", tr("Lãnh đạo trả lại", "Returned"), "orange", _WORKING | {"comment": "returned"}),
    State("signed", tr("Đã ký, chờ số", "Signed, waits for its number"), "teal", {
        "unsign": "presented", "number": "numbered", "withdraw": "withdrawn",
    }),
    State("numbered", tr("Đã cấp số", "Numbered"), "teal", {"seal": "sealed", "strike": "withdrawn"}),
    State("sealed", tr("Đã đóng dấu", "Sealed"), "teal", {"send": "sent", "strike": "withdrawn"}),
    State("sent", tr("Đã phát hành", "Sent"), "green", {}),
    State("withdrawn", tr("Đã hủy", "Withdrawn"), "red", {}),
)  # fmt: skip
"""Draft (dự thảo văn bản), by NĐ 30/2020/NĐ-CP: drafted, looked at, signed, then number and date, seal, sent."""

DRAFT_DEEDS: Final = _deeds(
    Deed("start", tr("Bắt đầu soạn", "Begin"), tr("Bắt đầu soạn thảo", "Began drafting"), (DRAFTER,)),
    Deed("edit", tr("Sửa", "Edit"), tr("Lưu phiên bản mới", "Saved a new version"), (DRAFTER,)),
    Deed("comment", tr("Góp ý", "Comment"), tr("Góp ý", "Commented"), (DRAFTER, REVIEWER, SIGNER)),
    Deed("ask_review", tr("Xin ý kiến", "Ask for review"), tr("Xin ý kiến", "Asked for review"), (DRAFTER,)),
    Deed("review", tr("Cho ý kiến", "Give an opinion"), tr("Cho ý kiến", "Gave an opinion"), (REVIEWER,)),
    Deed("close_review", tr("Kết thúc xin ý kiến", "Close the review"),
         tr("Kết thúc lượt xin ý kiến", "Closed the review"), (DRAFTER,)),
    Deed("present", tr("Trình ký", "Present to the leader"), tr("Trình lãnh đạo ký", "Presented to the leader"),
         (DRAFTER,)),
    Deed("take_back", tr("Rút lại để sửa", "Take back"), tr("Rút lại để sửa", "Took it back"), (DRAFTER,)),
    Deed("return", tr("Trả lại", "Return"), tr("Lãnh đạo trả lại", "Returned by the leader"), (SIGNER,)),
    Deed("sign", tr("Ký số", "Sign"), tr("Lãnh đạo đã ký số", "Signed by the leader"), (SIGNER,)),
    Deed("unsign", tr("Hoàn tác chữ ký", "Undo the signature"), tr("Hoàn tác chữ ký", "Undid the signature"),
         (SIGNER,)),
    Deed("number", tr("Cấp số", "Give the number"), tr("Văn thư cấp số, ngày", "The clerk gave number and date"),
         (CLERK,)),
    Deed("seal", tr("Đóng dấu", "Seal"), tr("Đóng dấu cơ quan", "Sealed by the agency"), (CLERK,)),
    Deed("send", tr("Phát hành", "Send"), tr("Đã phát hành", "Sent"), (CLERK,)),
    Deed("withdraw", tr("Hủy dự thảo", "Withdraw"), tr("Hủy dự thảo", "Withdrawn"), (DRAFTER,)),
    Deed("strike", tr("Hủy và gạch số", "Withdraw and strike the number"),
         tr("Hủy, số đã gạch trong sổ", "Withdrawn, its number struck out"), (CLERK,)),
)  # fmt: skip

WORK: Final = _states(
    State("assigned", tr("Mới giao", "Assigned"), "yellow", {
        "begin": "in-progress", "progress": "in-progress", "finish": "finished", "hand_over": "assigned",
        "reassign": "assigned", "reply": "in-progress", "call_off": "called-off",
    }),
    State("in-progress", tr("Đang xử lý", "In progress"), "blue", {
        "progress": "in-progress", "finish": "finished", "hand_over": "in-progress", "reassign": "in-progress",
        "reply": "in-progress", "call_off": "called-off",
    }),
    State("finished", tr("Hoàn thành", "Finished"), "green", {}),
    State("called-off", tr("Không phải xử lý nữa", "Called off"), "grey", {}),
)  # fmt: skip
"""Work on an arrival (xử lý văn bản đến); the axis hears 04, 05, 06 of it."""

LEAD: Final = "lead"
PARTNER: Final = "with"
ASSIGNER: Final = "assigner"

WORK_DEEDS: Final = _deeds(
    Deed("assign", tr("Giao việc", "Assign"), tr("Giao xử lý", "Assigned"), (ASSIGNER,)),
    Deed("begin", tr("Nhận việc", "Take it up"), tr("Đã nhận việc", "Took it up"), (LEAD, PARTNER)),
    Deed("progress", tr("Báo tiến độ", "Report progress"), tr("Báo tiến độ", "Reported progress"), (LEAD, PARTNER)),
    Deed("reply", tr("Soạn văn bản trả lời", "Draft a reply"), tr("Soạn văn bản trả lời", "Began a reply"), (LEAD,)),
    Deed("hand_over", tr("Chuyển người khác", "Hand over"), tr("Chuyển cho người khác", "Handed over"),
         (LEAD, PARTNER)),
    Deed("reassign", tr("Giao lại", "Assign anew"), tr("Giao lại", "Assigned anew"), (ASSIGNER,)),
    Deed("finish", tr("Báo hoàn thành", "Finish"), tr("Hoàn thành", "Finished"), (LEAD,)),
    Deed("call_off", tr("Thôi giao việc", "Call off"), tr("Thôi giao việc", "Called off"), (ASSIGNER,)),
)  # fmt: skip

WORK_FILES: Final = _states(
    State("open", tr("Đang mở", "Open"), "blue", {"add": "open", "remove": "open", "rename": "open",
                                                   "close": "closed"}),
    State("closed", tr("Đã đóng", "Closed"), "grey", {"reopen": "open", "archive": "ready"}),
    State("ready", tr("Chờ nộp lưu trữ", "Ready for the archive"), "green", {"reopen": "open"}),
)  # fmt: skip
"""Work file (hồ sơ công việc): opened, closed, ready to be handed to the archive."""


def may_follow(table: dict[str, State], now: str, deed: str) -> bool:
    """Does the table know this deed in this state?"""
    return deed in table[now].deeds
