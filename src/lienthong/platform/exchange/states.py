"""The life of a sent letter (trạng thái thông điệp gửi đi) as one table."""

from dataclasses import dataclass

from lienthong.kernel.text import Bilingual, tr


@dataclass(frozen=True, slots=True)
class State:
    """A state: its label for the operator, its colour, where it may go."""

    key: str
    label: Bilingual
    colour: str
    next: tuple[str, ...] = ()


WAITING = State("waiting", tr("Chờ gửi", "Waiting"), "yellow", ("accepted", "refused", "discarded"))
ACCEPTED = State("accepted", tr("Đã nhận", "Accepted"), "green")
REFUSED = State("refused", tr("Bị từ chối", "Refused"), "red", ("replaced", "discarded"))
REPLACED = State("replaced", tr("Đã gửi lại", "Sent anew"), "grey")
DISCARDED = State("discarded", tr("Đã bỏ", "Discarded"), "grey")

STATES = {state.key: state for state in (WAITING, ACCEPTED, REFUSED, REPLACED, DISCARDED)}
