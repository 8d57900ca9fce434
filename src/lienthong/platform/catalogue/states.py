"""The lives of services, agreements and purposes as tables: label, colour, where each may go."""

from dataclasses import dataclass

from lienthong.kernel.text import Bilingual, tr


@dataclass(frozen=True, slots=True)
class State:
    """A state: its label, its colour, where it may go."""

    key: str
    label: Bilingual
    colour: str
    next: tuple[str, ...] = ()


def _table(*states: State) -> dict[str, State]:
    return {state.key: state for state in states}


SERVICE_STATES = _table(
    State("draft", tr("Bản nháp", "Draft"), "grey", ("published",)),
    State("published", tr("Đang cung cấp", "Published"), "green", ("deprecated", "suspended", "archived")),
    State("deprecated", tr("Sắp ngừng", "Deprecated"), "yellow", ("published", "suspended", "archived")),
    State("suspended", tr("Tạm dừng", "Suspended"), "orange", ("published", "deprecated", "archived")),
    State("archived", tr("Đã ngừng", "Archived"), "grey"),
)
"""A version of a service; only `published` and `deprecated` answer calls, drafts are known to nobody else."""

CALLABLE = frozenset({"published", "deprecated"})

AGREEMENT_STATES = _table(
    State("requested", tr("Chờ trả lời", "Requested"), "yellow", ("accepted", "refused", "ended")),
    State("accepted", tr("Đã chấp thuận", "Accepted"), "green", ("ended",)),
    State("refused", tr("Bị từ chối", "Refused"), "red"),
    State("ended", tr("Đã chấm dứt", "Ended"), "grey"),
)

SHOWN_STATES = {
    **AGREEMENT_STATES,
    **_table(
        State("active", tr("Đang hiệu lực", "Active"), "green"),
        State("suspended", tr("Tạm dừng", "Suspended"), "orange"),
        State("coming", tr("Chưa đến ngày hiệu lực", "Not yet in force"), "blue"),
        State("expired", tr("Hết hạn", "Expired"), "grey"),
    ),
}
"""What an accepted agreement is on a day, beside the states that are stored."""

PURPOSE_STATES = _table(
    State("waiting", tr("Chờ chấp thuận", "Waiting"), "yellow", ("accepted", "refused", "ended")),
    State("accepted", tr("Được chấp thuận", "Accepted"), "green", ("ended",)),
    State("refused", tr("Bị từ chối", "Refused"), "red"),
    State("ended", tr("Đã chấm dứt", "Ended"), "grey"),
)

SERVICE_KINDS = {
    "openapi": tr("REST có mô tả OpenAPI", "REST with OpenAPI"),
    "rest": tr("REST", "REST"),
    "soap": tr("SOAP", "SOAP"),
    "built-in": tr("Có sẵn trong chương trình", "Built in"),
}

SIDES = {
    "consumer": tr("Bên khai thác", "Consumer"),
    "provider": tr("Bên cung cấp", "Provider"),
    "platform": tr("Nền tảng", "Platform"),
}

DEEDS = {
    "requested": tr("Đề nghị khai thác", "Requested"),
    "accepted": tr("Chấp thuận", "Accepted"),
    "refused": tr("Từ chối", "Refused"),
    "suspended": tr("Tạm dừng", "Suspended"),
    "resumed": tr("Cho tiếp tục", "Resumed"),
    "ended": tr("Chấm dứt", "Ended"),
    "purpose-requested": tr("Đề nghị thêm mục đích", "Purpose requested"),
    "purpose-accepted": tr("Chấp thuận mục đích", "Purpose accepted"),
    "purpose-refused": tr("Từ chối mục đích", "Purpose refused"),
    "purpose-ended": tr("Chấm dứt mục đích", "Purpose ended"),
}


def may_become(states: dict[str, State], now: str, then: str) -> bool:
    """Does the table lead from one state to the other?"""
    return then in states[now].next
