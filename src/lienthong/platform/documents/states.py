"""The lives of deliveries and arrivals as tables: label, colour, which states may follow."""

from dataclasses import dataclass

from lienthong.kernel.text import Bilingual, tr


@dataclass(frozen=True, slots=True)
class State:
    """A state: its key (the official code where there is one), label, colour, what may follow, who says it."""

    key: str
    label: Bilingual
    colour: str
    next: tuple[str, ...] = ()
    by: str = "receiver"


def _table(*states: State) -> dict[str, State]:
    return {state.key: state for state in states}


TRANSPORT_STATES = _table(
    State("waiting", tr("Chờ gửi", "Waiting to be sent"), "yellow", ("delivered", "opened", "failed")),
    State("delivered", tr("Đã đến hệ thống nhận", "Delivered"), "blue", ("opened",)),
    State("opened", tr("Đã được lấy về", "Fetched"), "green"),
    State("failed", tr("Không gửi được", "Failed"), "red", ("waiting",)),
)
"""What the network did; says nothing about what people did."""

INBOX_STATES = _table(
    State("inbox", tr("Trong hộp thư", "In the inbox"), "yellow", ("processing", "done", "fail")),
    State("processing", tr("Hệ thống đang lấy", "Being fetched"), "blue", ("inbox", "done", "fail")),
    State("done", tr("Hệ thống đã lấy xong", "Fetched"), "green"),
    State("fail", tr("Hệ thống lấy lỗi", "Fetching failed"), "red", ("inbox", "processing", "done")),
)
"""What the receiving agency's own system did with a message."""

STATUSES = _table(
    State("", tr("Chưa phản hồi", "No answer yet"), "grey", ("01", "02", "03")),
    State("01", tr("Đã đến", "Arrived"), "yellow", ("02", "03")),
    State("02", tr("Từ chối tiếp nhận", "Refused"), "red"),
    State("03", tr("Đã tiếp nhận", "Registered"), "blue", ("04", "05", "06")),
    State("04", tr("Phân công xử lý", "Assigned"), "blue", ("04", "05", "06")),
    State("05", tr("Đang xử lý", "In progress"), "blue", ("04", "06")),
    State("06", tr("Hoàn thành", "Finished"), "green"),
)
"""What people at the receiving agency did (QCVN 102:2016, trạng thái xử lý)."""

REQUESTS = _table(
    State("13", tr("Yêu cầu lấy lại", "Asked back"), "orange", ("15", "16"), by="sender"),
    State("15", tr("Đồng ý cập nhật, lấy lại", "Agreed"), "grey"),
    State("16", tr("Từ chối cập nhật, lấy lại", "Declined"), "red"),
    State("ask-recall", tr("Bên gửi yêu cầu thu hồi", "The sender asks it back"), "orange", ("15", "16"), by="sender"),
    State("ask-update", tr("Bên gửi yêu cầu cập nhật", "The sender updates it"), "orange", ("15", "16"), by="sender"),
    State("ask-replace", tr("Bên gửi yêu cầu thay thế", "The sender replaces it"), "orange", ("15", "16"), by="sender"),
    State("recalled", tr("Đã thu hồi khỏi danh sách xử lý", "Taken off the work list"), "red", by="sender"),
    State("replaced", tr("Đã được thay thế", "Replaced"), "orange", by="sender"),
    State("update", tr("Đã cập nhật nội dung", "Updated"), "blue", by="sender"),
)
"""The conversation about a recall, update or replacement, beside the state of the document; steps of what it did."""

STANDINGS = _table(
    State("in-force", tr("Có hiệu lực gửi nhận", "Standing"), "green", ("recalled", "replaced")),
    State("recalled", tr("Đã thu hồi", "Recalled"), "red"),
    State("replaced", tr("Đã thay thế", "Replaced"), "orange"),
)


def may_become(states: dict[str, State], now: str, then: str) -> bool:
    """Does the table lead from one state to the other?"""
    return then in states[now].next
