"""What the doors about systems outside carry: partners, their calls, their mailbox, lines to other axes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from lienthong.platform.documents.types import Inbox

CodeForm = Literal["qd20", "qcvn102"]
"""In which form a system wants agency codes: QĐ 20/2020 (H56.14) or QCVN 102:2016 (000.00.14.H56)."""

ItemKind = Literal["edoc", "status"]
"""What lies in a mailbox (messagetype): a document's message, or a status message."""

ITEM_KINDS: tuple[ItemKind, ...] = ("edoc", "status")


@dataclass(frozen=True, slots=True)
class PartnerAgencyEntry:
    """An agency that a partner speaks for; `registered`: by the system itself, with `registerAgency`."""

    code: str
    parent_code: str
    name: str
    mail: str
    mobile: str
    fax: str
    own_id: str
    registered: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a mailbox: a partner's system, or the watched folder of an agency. `codes`: whom it speaks for."""

    name: str
    codes: tuple[str, ...]

    def speaks_for(self, code: str) -> bool:
        return code in self.codes


@dataclass(frozen=True, slots=True)
class PartnerEntry:
    """A partner system (hệ thống kết nối trục) without its secret."""

    id: int
    system_id: str
    name: str
    contact: str
    code_form: CodeForm
    networks: tuple[str, ...]
    state: str
    state_reason: str
    secret_at: datetime
    earlier_until: datetime | None
    last_contact_at: datetime | None
    agencies: tuple[PartnerAgencyEntry, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the agencies it speaks for."""
        return tuple(one.code for one in self.agencies)

    @property
    def owner(self) -> Owner:
        """The system as the owner of its mailbox."""
        return Owner(self.system_id, self.codes)

    def speaks_for(self, code: str) -> bool:
        return code in self.codes


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One call of a partner and how it ended; `outcome` is "" when it was done."""

    at: datetime
    dialect: str
    verb: str
    address: str
    outcome: str
    about: str


@dataclass(frozen=True, slots=True)
class WarningEntry:
    """How often messages of a partner's agencies needed tolerance (cảnh báo theo đối tác), by kind."""

    sender_code: str
    code: str
    count: int
    last_day: date
    last_document_id: str


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """An item of a mailbox (mục trong hộp thư trục). `arrival_id`: the arrival that it is about, for documents."""

    id: UUID
    kind: ItemKind
    agency_code: str
    sender_code: str
    message_id: UUID | None
    arrival_id: UUID | None
    document_id: str
    state: Inbox
    description: str
    sha256: str
    size: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SentEntry:
    """One receiver of something that a partner sent, with both levels of state."""

    id: int
    message_id: UUID
    sender_code: str
    receiver_code: str
    transport: str
    status: str
    answer: str
    problem: str
    code: str
    subject: str
    document_id: str
    kind: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class LineEntry:
    """The line to another axis (đường nối với trục khác) as the operator sees it."""

    axis: str
    url: str
    agencies: tuple[str, ...]
    serves: tuple[str, ...]
    polled_at: datetime | None
    good_at: datetime | None
    fetched: int
    refused: int
    problem: str
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """Something that another axis is to take over, with the last problem and the next try."""

    id: int
    kind: ItemKind
    sender_code: str
    receivers: tuple[str, ...]
    document_id: str
    state: str
    attempts: int
    next_at: datetime
    problem: str
