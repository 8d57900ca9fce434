"""The life of a dossier as ONE table: ten official statuses, what each means, which deeds lead where, and who may.

Source: the national portal's list TrangThaiHoSo (codes and names); NĐ 118/2025/NĐ-CP and TT 03/2025/TT-VPCP
(forms of reception, supplement, refusal, stop).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from lienthong.casework.dossiers.types import Status
from lienthong.kernel.text import Bilingual, tr

Clock = Literal["not_started", "none", "runs", "paused", "ended"]
Bucket = Literal["not_received", "refused", "in_progress", "paused", "closed"]

APPLICANT: Final = "applicant"
"""Not a duty of an officer: the person who filed."""
SYSTEM: Final = "system"
"""The program itself, on a letter of another node."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that is done to a dossier (thao tác).

    `told` is the sentence the citizen reads; `duties` may do it (`applicant` and `system` besides officers' duties).
    """

    key: str
    label: Bilingual
    told: Bilingual
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """One status: official code and name, whether the clock runs, where reports count it, which deeds lead where.

    `short` is the everyday name for narrow places.
    """

    status: Status
    label: Bilingual
    short: Bilingual
    clock: Clock
    bucket: Bucket
    colour: str
    deeds: dict[str, tuple[Status, ...]]


S = Status

DEEDS: Final[dict[str, Deed]] = {
    deed.key: deed
    for deed in (
        Deed("submit", tr("Nộp hồ sơ", "File"),
             tr("Hồ sơ đã được gửi tới cơ quan giải quyết.", "Your dossier was sent to the agency."),
             (APPLICANT, "reception")),
        Deed("receive", tr("Tiếp nhận hồ sơ", "Receive"),
             tr("Hồ sơ đã được tiếp nhận và có ngày hẹn trả kết quả.",
                "Your dossier was received; it now has a return date."),
             ("reception",)),
        Deed("refuse", tr("Từ chối tiếp nhận", "Refuse"),
             tr("Hồ sơ không được tiếp nhận. Lý do ghi bên dưới.",
                "Your dossier was not accepted. The reason is given below."),
             ("reception",)),
        Deed("ask_supplement", tr("Yêu cầu bổ sung", "Ask for a supplement"),
             tr("Hồ sơ còn thiếu giấy tờ. Danh sách cần bổ sung ghi bên dưới.",
                "Papers are missing. What to add is listed below."),
             ("reception", "handling")),
        Deed("supplement", tr("Bổ sung hồ sơ", "Supplement"),
             tr("Cơ quan giải quyết đã nhận giấy tờ bổ sung.", "The agency has the papers you added."),
             (APPLICANT, "reception")),
        Deed("assign", tr("Phân công xử lý", "Assign"),
             tr("Hồ sơ đã được giao cho cán bộ xử lý.", "An officer is now handling your dossier."),
             ("reception", "leader", "handling")),
        Deed("request_fee", tr("Yêu cầu nộp phí, lệ phí", "Ask for the fee"),
             tr("Bạn cần nộp phí, lệ phí để hồ sơ được xử lý tiếp.", "Please pay the fee so that handling goes on."),
             ("handling", "reception")),
        Deed("settle_fee", tr("Ghi nhận đã nộp phí", "Record the payment"),
             tr("Đã nhận phí, lệ phí. Hồ sơ được xử lý tiếp.", "The fee was received. Handling goes on."),
             (SYSTEM, "reception")),
        Deed("request_number", tr("Xin cấp số định danh", "Request the personal number"),
             tr("Cơ quan đã gửi yêu cầu cấp số định danh cho trẻ.",
                "The agency asked the population register for the child's number."),
             ("handling",)),
        Deed("number_issued", tr("Đã có số định danh", "Personal number issued"),
             tr("Trẻ đã được cấp số định danh cá nhân.", "The child has a personal number."),
             (SYSTEM,)),
        Deed("number_refused", tr("Không cấp được số định danh", "Personal number refused"),
             tr("Chưa cấp được số định danh; cơ quan đang kiểm tra lại thông tin.",
                "The number could not be issued yet; the agency is checking the facts."),
             (SYSTEM,)),
        Deed("draft", tr("Trình lãnh đạo", "Put before the leader"),
             tr("Cán bộ đã xử lý xong và trình lãnh đạo ký.", "The officer has put the result before the leader."),
             ("handling",)),
        Deed("return_draft", tr("Trả lại để sửa", "Send back for correction"),
             tr("Hồ sơ đang được rà soát thêm.", "Your dossier is being looked at once more."),
             ("leader",)),
        Deed("decide", tr("Ký duyệt", "Approve and sign"),
             tr("Lãnh đạo đã ký kết quả.", "The leader has signed the result."),
             ("leader",)),
        Deed("issue", tr("Đóng dấu, phát hành", "Seal and issue"),
             tr("Đã có kết quả. Bạn có thể xem và tải về.", "The result is ready to see and download."),
             ("clerk",)),
        Deed("hand_over", tr("Trả kết quả", "Hand over the result"),
             tr("Kết quả đã được trả.", "The result was handed over."),
             ("reception", "clerk", SYSTEM)),
        Deed("withdraw", tr("Rút hồ sơ", "Withdraw"),
             tr("Hồ sơ đã được rút theo yêu cầu của bạn.", "The dossier was withdrawn as you asked."),
             (APPLICANT, "reception")),
        Deed("stop", tr("Dừng giải quyết", "Stop"),
             tr("Cơ quan đã dừng giải quyết hồ sơ. Lý do ghi bên dưới.",
                "The agency stopped the dossier. The reason is given below."),
             ("handling", "leader")),
        Deed("decline_withdrawal", tr("Không rút được hồ sơ", "Withdrawal not possible"),
             tr("Không rút được vì hồ sơ đã có kết quả hoặc đã kết thúc.",
                "It can no longer be withdrawn: it is decided or closed."),
             (SYSTEM,)),
        Deed("late_fee", tr("Nhận phí sau khi kết thúc", "Fee arrived after the end"),
             tr("Phí đến sau khi hồ sơ kết thúc; cơ quan sẽ hoàn trả.",
                "The fee arrived after the dossier had ended; it will be paid back."),
             (SYSTEM,)),
        Deed("late_supplement", tr("Nhận bổ sung ngoài hạn", "Supplement not awaited"),
             tr("Giấy tờ vừa gửi không còn được chờ; hồ sơ giữ nguyên.",
                "The papers just sent were no longer awaited; nothing changed."),
             (SYSTEM,)),
    )
}  # fmt: skip

ALWAYS: Final[tuple[str, ...]] = (
    "number_issued", "number_refused", "late_fee", "late_supplement", "decline_withdrawal",
)  # fmt: skip
"""What comes from elsewhere at any time, even too late: recorded, and every status stays as it is."""

QUIET: Final[tuple[str, ...]] = ("submit", "draft", "return_draft", "request_number", "request_fee")
"""Steps inside the agency, and those that bring a notice of their own: on the timeline, but no notice."""

STATES: Final[dict[Status, State]] = {
    state.status: state
    for state in (
        State(S.SUBMITTED, tr("Mới đăng ký", "Newly filed"), tr("Mới nộp", "New"),
              "not_started", "not_received", "grey", {
            "receive": (S.RECEIVED,), "refuse": (S.REFUSED,), "ask_supplement": (S.SUPPLEMENT_ASKED,),
            "withdraw": (S.WITHDRAWN,)}),
        State(S.RECEIVED, tr("Được tiếp nhận", "Received"), tr("Đã tiếp nhận", "Received"),
              "runs", "in_progress", "blue", {
            "assign": (S.IN_PROGRESS,), "ask_supplement": (S.SUPPLEMENT_ASKED,), "request_fee": (S.FEE_ASKED,),
            "withdraw": (S.WITHDRAWN,), "stop": (S.STOPPED,)}),
        State(S.REFUSED, tr("Không được tiếp nhận", "Not accepted"), tr("Từ chối", "Refused"),
              "none", "refused", "red", {}),
        State(S.IN_PROGRESS, tr("Đang xử lý", "In progress"), tr("Đang xử lý", "In progress"),
              "runs", "in_progress", "blue", {
            "assign": (S.IN_PROGRESS,), "request_number": (S.IN_PROGRESS,), "draft": (S.IN_PROGRESS,),
            "return_draft": (S.IN_PROGRESS,), "decide": (S.IN_PROGRESS,), "issue": (S.DECIDED,),
            "request_fee": (S.FEE_ASKED,),
            "ask_supplement": (S.SUPPLEMENT_ASKED,), "withdraw": (S.WITHDRAWN,), "stop": (S.STOPPED,)}),
        State(S.SUPPLEMENT_ASKED, tr("Yêu cầu bổ sung giấy tờ", "Supplement asked"), tr("Chờ bổ sung", "Papers asked"),
              "paused", "paused", "orange", {
            "supplement": (S.SUBMITTED, S.RECEIVED, S.IN_PROGRESS), "refuse": (S.REFUSED,),
            "withdraw": (S.WITHDRAWN,), "stop": (S.STOPPED,)}),
        State(S.FEE_ASKED, tr("Yêu cầu thực hiện nghĩa vụ tài chính", "Fee to be paid"), tr("Chờ nộp phí", "Fee asked"),
              "paused", "paused", "yellow", {
            "settle_fee": (S.RECEIVED, S.IN_PROGRESS), "withdraw": (S.WITHDRAWN,), "stop": (S.STOPPED,)}),
        State(S.WITHDRAWN, tr("Công dân yêu cầu rút hồ sơ", "Withdrawn by the citizen"), tr("Đã rút", "Withdrawn"),
              "ended", "closed", "purple", {}),
        State(S.STOPPED, tr("Dừng xử lý", "Stopped"), tr("Đã dừng", "Stopped"),
              "ended", "paused", "magenta", {}),
        State(S.DECIDED, tr("Đã xử lý xong", "Decided, result ready"), tr("Đã có kết quả", "Result ready"),
              "ended", "closed", "green", {
            "hand_over": (S.HANDED_OVER,)}),
        State(S.HANDED_OVER, tr("Đã trả kết quả", "Result handed over"), tr("Đã trả", "Handed over"),
              "ended", "closed", "teal", {}),
    )
}  # fmt: skip


def state_of(status: int) -> State:
    """The row of the table for an official code; raises ValueError for anything but 1..10."""
    return STATES[Status(status)]


def may_follow(status: int, deed: str) -> bool:
    """May this deed be done to a dossier in this status?"""
    return deed in state_of(status).deeds or deed in ALWAYS


def after(status: int, deed: str, *, back_to: int = 0) -> Status:
    """The status after the deed. Where a pause ends, `back_to` is the status before the pause.

    Raises ValueError when the table has no such step.
    """
    if deed in ALWAYS:
        return Status(status)
    targets = state_of(status).deeds.get(deed, ())
    if back_to in targets:
        return Status(back_to)
    if len(targets) != 1:
        raise ValueError(f"no step {deed!r} from status {status} (back to {back_to})")
    return targets[0]
