"""What the doors of `documents` carry: facts about official documents, their messages and their states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from lienthong.kernel.files import FileRef
from lienthong.platform.documents.register_types import (
    Direction,
    EntryFilters,
    EntryRef,
    PaperFacts,
    RegisterRef,
    SearchFilters,
    SearchHit,
    SearchPage,
)
from lienthong.platform.documents.statistics_types import DocumentCounts, DocumentDay, FlowRow, Scope, Span

__all__ = [
    "BUSINESS_KINDS",
    "INBOXES",
    "NOBODY",
    "STATUS_CODES",
    "TRANSPORTS",
    "Answers",
    "ArrivalFilters",
    "ArrivalRef",
    "AttachmentRef",
    "BusinessKind",
    "DeliveryFilters",
    "DeliveryRef",
    "Direction",
    "DocumentCounts",
    "DocumentDay",
    "DocumentRef",
    "EntryFilters",
    "EntryRef",
    "Evidence",
    "FlowRow",
    "Inbox",
    "MessageRef",
    "MessageView",
    "NewDocument",
    "NumberRef",
    "Overdue",
    "PaperFacts",
    "RegisterRef",
    "Scope",
    "SearchFilters",
    "SearchHit",
    "SearchPage",
    "SentRow",
    "Signer",
    "Span",
    "Staff",
    "StatusCode",
    "StatusStep",
    "StatusTold",
    "Transport",
]

BusinessKind = Literal["new", "recall", "update", "replace"]
"""Kind of business (loại nghiệp vụ): in edXML `BussinessDocType` 0, 1, 2, 3."""

BUSINESS_KINDS: tuple[BusinessKind, ...] = ("new", "recall", "update", "replace")

Transport = Literal["waiting", "delivered", "opened", "failed"]
"""Transport state of a delivery (trạng thái truyền), as the sender sees it.

waiting: accepted by the sender's node · delivered: the receiving node's receipt is here · opened: the receiving
agency or its system fetched it · failed: refused by the other node, with the reason.
"""

TRANSPORTS: tuple[Transport, ...] = ("waiting", "delivered", "opened", "failed")

Inbox = Literal["inbox", "processing", "done", "fail"]
"""Transport state of an arrival, as the receiver's system sets it with `updateStatus`."""

INBOXES: tuple[Inbox, ...] = ("inbox", "processing", "done", "fail")

StatusCode = Literal["01", "02", "03", "04", "05", "06", "13", "15", "16"]
"""Business state (trạng thái xử lý văn bản) as edXML writes it."""

STATUS_CODES: tuple[StatusCode, ...] = ("01", "02", "03", "04", "05", "06", "13", "15", "16")


@dataclass(frozen=True, slots=True)
class Staff:
    """Who deals with a document: unit and officer (đơn vị, cán bộ xử lý), as in edXML `StaffInfo`."""

    department: str = ""
    name: str = ""
    email: str = ""
    mobile: str = ""


NOBODY = Staff()
"""Nobody was named."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed (người ký): right to sign (TM., KT., TL., TUQ., Q.), position, full name."""

    competence: str = ""
    position: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """A document that another one answers or refers to (văn bản liên quan), edXML `ResponseFor`."""

    agency_code: str
    notation: str
    document_id: str
    promulgated_on: date


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What there is to say about a document that is to be sent (thông tin văn bản).

    `type_code`: abbreviation by NĐ 30/2020 (QĐ, CV, TB …). `number`, `suffix` and `notation` (`UBND-VX`): the code is
    `number/notation`, or `12a/notation`. `priority` 0 (none) … 3 (hỏa tốc). `secrecy`: "" or a level; a node takes
    only what it may hold.
    """

    agency_code: str
    type_code: str
    number: int
    notation: str
    place: str
    promulgated_on: date
    subject: str
    signer: Signer
    content: str = ""
    due_on: date | None = None
    priority: int = 0
    secrecy: str = ""
    sphere: str = ""
    pages: int = 0
    copies: int = 0
    is_directive: bool = False
    appendixes: tuple[str, ...] = ()
    to_places: tuple[str, ...] = ()
    answers: tuple[Answers, ...] = ()
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that is handed in with its document (tệp kèm văn bản): nothing is kept but the ZIP that it travels in.

    `field`: what a refusal of it names.
    """

    name: str
    content: bytes
    field: str = "attachments"


@dataclass(frozen=True, slots=True)
class Sending:
    """A document that is to be sent, with its files and recipients (văn bản cần gửi)."""

    document: NewDocument
    attachments: tuple[FileRef | Paper, ...]
    receivers: tuple[str, ...]
    needs_paper: bool = False
    descriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document known at this node (văn bản). `document_id`: `agency,YYYY/MM/DD,number/notation`."""

    id: UUID
    document_id: str
    agency_code: str
    type_code: str
    code: str
    promulgated_on: date
    subject: str
    signer: Signer
    priority: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file of a document as readers get it: unpacked, checked, by position."""

    position: int
    content_id: str
    description: str
    file: FileRef


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves a change of state (bằng chứng): a letter with its receipt, or an edXML message."""

    kind: Literal["letter", "message", "deed"]
    reference: str


@dataclass(frozen=True, slots=True)
class StatusStep:
    """One step in the life of a delivery or arrival: which state, when, by whom, why, proved by what."""

    level: Literal["transport", "business"]
    state: str
    at: datetime
    reason: str
    staff: Staff
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class DeliveryRef:
    """One recipient of one message (nơi nhận), as the sender sees it."""

    id: int
    message_id: UUID
    kind: BusinessKind
    agency_code: str
    transport: Transport
    status: str
    problem: str
    updated_at: datetime
    answer: str = ""
    instead_of: str = ""
    node_code: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArrivalRef:
    """One document at one receiving agency of this node (văn bản đến).

    `status`: last business state sent, "" before any; `standing`: in-force | recalled | replaced; `asked`: "" or the
    business kind that waits for this agency's answer (15 or 16).
    """

    id: UUID
    document: DocumentRef
    sender_code: str
    agency_code: str
    inbox: Inbox
    status: str
    standing: str
    asked: str
    verdict: str
    needs_paper: bool
    arrived_at: datetime
    registered_number: int | None
    message_id: UUID | None = None
    due_at: datetime | None = None
    opened_at: datetime | None = None
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message known at this node (gói tin). `fresh`: it was not known before; `arrivals`: of this node's agencies."""

    id: UUID
    document_pk: UUID
    document_id: str
    sender_code: str
    kind: BusinessKind
    verdict: str
    fresh: bool
    arrivals: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class StatusTold:
    """A state said by one agency to another about a document (trạng thái xử lý), as systems outside get it.

    `agency_code` says it to `receiver`; `message_id`: the message it is about, `document_id` its document. `status`:
    an official code, or `opened` for the transport.
    """

    message_id: UUID
    document_id: str
    code: str
    promulgated_on: date
    agency_code: str
    receiver: str
    status: str
    at: datetime
    reason: str
    staff: Staff


@dataclass(frozen=True, slots=True)
class ArrivalFilters:
    """Which arrivals of an agency (bộ lọc văn bản đến). `kind`: "" all, unhandled, overdue, asked, recalled."""

    kind: Literal["", "unhandled", "overdue", "asked", "recalled"] = ""
    status: str = ""
    sender_code: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DeliveryFilters:
    """Which recipients of a message (bộ lọc nơi nhận); `agency`: a code or its beginning."""

    transport: str = ""
    status: str = ""
    answer: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message with its document and how its recipients stand, for those who may see it.

    `transports`, `statuses`, `answers`: number of recipients by state. `late`: sent after the term of QĐ 28/2018.
    """

    id: UUID
    direction: Direction
    kind: BusinessKind
    document: DocumentRef
    standing: str
    replaced_by: str
    secrecy: str
    reason: str
    needs_paper: bool
    verdict: str
    verdict_facts: Mapping[str, Any]
    via: str
    at: datetime
    due_at: datetime | None
    late: bool
    receivers: int
    transports: Mapping[str, int]
    statuses: Mapping[str, int]
    answers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SentRow:
    """A sent message in a list: its document and how far its recipients are."""

    id: UUID
    kind: BusinessKind
    document: DocumentRef
    standing: str
    at: datetime
    receivers: int
    delivered: int
    failed: int
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something overdue (quá hạn): `unhandled` arrival, `unanswered` delivery, `late` message. `since`: its term."""

    kind: Literal["unhandled", "unanswered", "late"]
    reference: UUID
    document: DocumentRef
    agency_code: str
    since: datetime


@dataclass(frozen=True, slots=True)
class NumberRef:
    """A number given out of a register (số văn bản): `number` of `register` in `year`, and its whole code.

    `suffix`: a letter where the agency's rule lets a date before the last entry share a number (12a).
    """

    register_id: int
    entry_id: int
    number: int
    year: int
    code: str
    suffix: str = ""
    notation: str = ""
