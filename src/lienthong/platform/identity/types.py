"""What identity hands to other rooms: accounts, officers, and the fixed set of duties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

AccountKind = Literal["person", "officer"]

RECEPTION: Final = "reception"
HANDLING: Final = "handling"
LEADER: Final = "leader"
CLERK: Final = "clerk"
COMMAND: Final = "command"
OPERATOR: Final = "operator"
PUBLISHER: Final = "publisher"

# duty -> (Vietnamese label, English label); the set is closed, a house test counts on it
DUTY_LABELS: Final[dict[str, tuple[str, str]]] = {
    RECEPTION: ("Tiếp nhận hồ sơ", "Takes in dossiers"),
    HANDLING: ("Thụ lý hồ sơ", "Handles dossiers"),
    LEADER: ("Lãnh đạo ký duyệt", "Leader who signs"),
    CLERK: ("Văn thư", "Clerk"),
    COMMAND: ("Xem trung tâm điều hành", "Views the command centre"),
    OPERATOR: ("Vận hành hệ thống", "Operates the node"),
    PUBLISHER: ("Công bố thủ tục hành chính", "Publishes procedures"),
}
DUTIES: Final[frozenset[str]] = frozenset(DUTY_LABELS)

# The PIN with which every leader of a demo signs, told wherever the demo's people are listed.
DEMO_PIN: Final = "246135"


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account (tài khoản) as other rooms see it.

    ``level`` is the level of the e-identity account (mức 1 or mức 2, NĐ 69/2024); officers' accounts, which
    their agency opens, count as level 1. ``personal_number`` is empty where it is not known.
    """

    account_id: int
    kind: AccountKind
    username: str
    name: str
    personal_number: str
    email: str
    level: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class OfficerRef:
    """An officer at one agency (cán bộ, công chức tại một cơ quan), with every duty held there today."""

    account_id: int
    username: str
    name: str
    position: str
    duties: frozenset[str]
    agency_code: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A synthetic account that the demo's sign-in page offers at one press (người dùng thử)."""

    account_id: int
    kind: AccountKind
    username: str
    name: str
    description: str
    agency_code: str
    level: int
