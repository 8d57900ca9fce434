"""What the document office hands out: drafts, opinions, work on what arrived, work files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from lienthong.kernel.files import FileRef
from lienthong.kernel.text import Bilingual, tr

DraftStatus = Literal[
    "drafting", "in-review", "presented", "returned", "signed", "numbered", "sealed", "sent", "withdrawn"
]
Opinion = Literal["agree", "remarks", "disagree"]
Order = Literal["serial", "parallel"]
Part = Literal["lead", "with"]
ReviewState = Literal["waiting", "asked", "answered", "closed"]

OPINIONS: Final[dict[str, Bilingual]] = {
    "agree": tr("Đồng ý", "Agrees"),
    "remarks": tr("Đồng ý, có góp ý", "Agrees with remarks"),
    "disagree": tr("Không đồng ý", "Disagrees"),
}
OPINION_COLOURS: Final = {"agree": "green", "remarks": "yellow", "disagree": "red", "": "grey"}
ORDERS: Final[dict[str, Bilingual]] = {
    "parallel": tr("Song song: mọi người cùng lúc", "In parallel: all at once"),
    "serial": tr("Lần lượt: người trước xong mới đến người sau", "One after another"),
}
PARTS: Final[dict[str, Bilingual]] = {"lead": tr("Chủ trì", "Leads"), "with": tr("Phối hợp", "Cooperates")}
PRIORITIES: Final[dict[int, Bilingual]] = {
    0: tr("Thường", "Ordinary"),
    1: tr("Khẩn", "Urgent"),
    2: tr("Thượng khẩn", "Very urgent"),
    3: tr("Hỏa tốc", "Express"),
}
PRIORITY_COLOURS: Final = {0: "", 1: "yellow", 2: "orange", 3: "red"}
COMPETENCES: Final[dict[str, Bilingual]] = {
    "": tr("Ký trực tiếp", "In the leader's own right"),
    "TM.": tr("TM. (thay mặt tập thể)", "TM. (on behalf of the body)"),
    "Q.": tr("Q. (quyền)", "Q. (acting)"),
    "KT.": tr("KT. (ký thay)", "KT. (for the head)"),
    "TL.": tr("TL. (thừa lệnh)", "TL. (by order)"),
    "TUQ.": tr("TUQ. (thừa ủy quyền)", "TUQ. (by delegation)"),
}
"""Right to sign (quyền hạn của người ký) by NĐ 30/2020/NĐ-CP."""
RETENTIONS: Final[dict[str, Bilingual]] = {
    "permanent": tr("Vĩnh viễn", "Permanent"),
    "70": tr("70 năm", "70 years"),
    "50": tr("50 năm", "50 years"),
    "20": tr("20 năm", "20 years"),
    "10": tr("10 năm", "10 years"),
    "5": tr("5 năm", "5 years"),
}
"""Retention period (thời hạn bảo quản)."""


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """What a drafter says about a document to be (thông tin dự thảo).

    `unit`: abbreviation of the drafting unit, which stands in the notation of a letter (UBND-VX); `authority`: in
    whose name the leader signs (Ủy ban nhân dân); `receivers`: agency codes; `to_places`: further places named on the
    paper; `answers`: arrivals at this agency.
    """

    type_code: str
    subject: str
    signer_id: int
    unit: str = ""
    competence: str = ""
    authority: str = ""
    priority: int = 0
    due_on: date | None = None
    needs_paper: bool = False
    keeper: str = ""
    receivers: tuple[str, ...] = ()
    to_places: tuple[str, ...] = ()
    answers: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A rectangle on a page (vị trí trên trang) in points from the bottom left; page 0 is the first."""

    page: int
    left: float
    bottom: float
    right: float
    top: float

    def as_json(self) -> list[float]:
        return [self.page, self.left, self.bottom, self.right, self.top]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as lists show it."""

    id: UUID
    type_name: str
    subject: str
    status: DraftStatus
    status_label: Bilingual
    colour: str
    priority: int
    drafter_name: str
    signer_name: str
    code: str
    version: int
    due_on: date | None
    updated_at: datetime
    waits_since: datetime | None = None
    opinions: str = ""
    pages: int = 0


@dataclass(frozen=True, slots=True)
class VersionRef:
    """A version of a draft (phiên bản dự thảo)."""

    number: int
    author_name: str
    at: datetime
    note: str
    is_written_here: bool
    text: str
    pdf: FileRef | None
    word: FileRef | None
    pages: int
    places: dict[str, Spot]


@dataclass(frozen=True, slots=True)
class CommentRef:
    """A comment on a draft (ý kiến góp ý) with its answers."""

    id: int
    author_name: str
    author_id: int
    at: datetime
    version: int
    page: int | None
    paragraph: int | None
    quote: str
    text: str
    resolved_by: str
    answers: tuple[CommentRef, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewRef:
    """One person's opinion in a round of review (ý kiến của người được xin ý kiến)."""

    id: int
    reviewer_id: int
    reviewer_name: str
    reviewer_position: str
    state: ReviewState
    opinion: str
    remarks: str
    asked_at: datetime | None
    answered_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class RoundRef:
    """A round of review (lượt xin ý kiến)."""

    number: int
    order: Order
    version: int
    due_at: datetime | None
    is_open: bool
    asked_by: str
    reviews: tuple[ReviewRef, ...]


@dataclass(frozen=True, slots=True)
class StepRef:
    """One deed in the life of a draft or of work on an arrival."""

    deed: str
    label: Bilingual
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class AnswerRef:
    """A document that a draft answers (văn bản được trả lời)."""

    arrival_id: UUID
    code: str
    sender: str
    subject: str


@dataclass(frozen=True, slots=True)
class DraftPage:
    """Everything about one draft (dự thảo văn bản) for the person who asks."""

    id: UUID
    agency_code: str
    facts: DraftFacts
    type_name: str
    notation: str
    status: DraftStatus
    status_label: Bilingual
    colour: str
    drafter_id: int
    drafter_name: str
    signer_name: str
    signer_position: str
    returned_reason: str
    code: str
    promulgated_on: date | None
    message_id: UUID | None
    version: int
    updated_at: datetime
    final: FileRef | None
    newest: VersionRef | None
    versions: tuple[VersionRef, ...]
    attachments: tuple[FileRef, ...]
    comments: tuple[CommentRef, ...]
    rounds: tuple[RoundRef, ...]
    steps: tuple[StepRef, ...]
    answers: tuple[AnswerRef, ...]
    deeds: tuple[str, ...]
    working: str | None = None
    working_at: datetime | None = None

    @property
    def open_comments(self) -> int:
        return sum(1 for one in self.comments if not one.resolved_by)


@dataclass(frozen=True, slots=True)
class GroupRef:
    """A group of recipients (nhóm nơi nhận): saved by the agency, or standing by itself (`key` begins with `all-`)."""

    key: str
    name: str
    members: tuple[str, ...]
    is_saved: bool = True


@dataclass(frozen=True, slots=True)
class ShareRef:
    """One person's part of the work on an arrival."""

    id: int
    account_id: int
    name: str
    position: str
    part: Part
    state: str
    note: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkRow:
    """Work on an arrival as lists show it."""

    id: int
    arrival_id: UUID
    code: str
    sender: str
    subject: str
    state: str
    state_label: Bilingual
    colour: str
    priority: int
    due_on: date | None
    is_late: bool
    leads: str
    part: str
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Work on an arrival (xử lý văn bản đến): who, until when, what was done."""

    row: WorkRow
    agency_code: str
    instruction: str
    assigned_by: str
    assigner_id: int
    shares: tuple[ShareRef, ...]
    steps: tuple[StepRef, ...]
    result: str
    reply_draft_id: UUID | None
    deeds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkFileRow:
    """A work file as lists show it."""

    id: UUID
    code: str
    title: str
    retention: Bilingual
    keeper_name: str
    status: str
    status_label: Bilingual
    colour: str
    opened_on: date
    closed_on: date | None
    items: int
    archive_before: date | None


@dataclass(frozen=True, slots=True)
class WorkFileEntry:
    """A document in a work file (văn bản trong hồ sơ)."""

    id: int
    position: int
    kind: str
    reference: str
    code: str
    day: date | None
    author: str
    subject: str
    pages: int
    note: str


@dataclass(frozen=True, slots=True)
class WorkFilePage:
    """A work file (hồ sơ công việc) with what lies in it."""

    row: WorkFileRow
    keeper_id: int
    agency_code: str
    note: str
    entries: tuple[WorkFileEntry, ...]
    deeds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A document of a batch that is being signed, and what became of it."""

    draft_id: UUID
    subject: str
    state: Literal["waiting", "signed", "failed"]
    message: str = ""


@dataclass(frozen=True, slots=True)
class BatchRef:
    """A batch of signatures (lô ký)."""

    id: UUID
    items: tuple[BatchItem, ...]
    finished_at: datetime | None

    @property
    def done(self) -> int:
        return sum(1 for one in self.items if one.state != "waiting")

    @property
    def signed(self) -> int:
        return sum(1 for one in self.items if one.state == "signed")


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of a list of drafts, kept in the address."""

    box: str = "mine"
    statuses: tuple[str, ...] = ()
    type_code: str = ""
    text: str = ""
    priority: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
