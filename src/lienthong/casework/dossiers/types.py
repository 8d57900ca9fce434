"""What the dossiers room hands to other rooms: frozen facts, no tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final, Literal, get_args
from uuid import UUID

from lienthong.kernel.files import FileRef
from lienthong.kernel.text import Bilingual, tr

Channel = Literal["direct", "online", "postal"]
ReturnWay = Literal["electronic", "counter", "post"]
Verdict = Literal["granted", "rejected"]

CHANNELS: Final[tuple[str, ...]] = get_args(Channel)
RETURN_WAYS: Final[tuple[str, ...]] = get_args(ReturnWay)
VERDICTS: Final[tuple[str, ...]] = get_args(Verdict)

# KenhThucHien of the national portal: 1 direct, 2 online, 3 postal.
CHANNEL_CODES: Final[dict[str, int]] = {"direct": 1, "online": 2, "postal": 3}
CHANNEL_LABELS: Final[dict[str, Bilingual]] = {
    "direct": tr("Trực tiếp", "At the counter"),
    "online": tr("Trực tuyến", "Online"),
    "postal": tr("Bưu chính", "By post"),
}
RETURN_LABELS: Final[dict[str, Bilingual]] = {
    "electronic": tr("Bản điện tử trên Cổng", "Electronic copy on the portal"),
    "counter": tr("Nhận tại quầy", "Collect at the counter"),
    "post": tr("Nhận qua bưu chính", "By post"),
}


class Status(IntEnum):
    """Dossier status (trạng thái hồ sơ): the ten official codes of the national portal."""

    SUBMITTED = 1
    RECEIVED = 2
    REFUSED = 3
    IN_PROGRESS = 4
    SUPPLEMENT_ASKED = 5
    FEE_ASKED = 6
    WITHDRAWN = 7
    STOPPED = 8
    DECIDED = 9
    HANDED_OVER = 10


@dataclass(frozen=True, slots=True)
class Applicant:
    """Applicant (người nộp hồ sơ): the 12-digit number is empty only for someone who has none."""

    name: str
    number: str
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """Paper handed in (giấy tờ nộp kèm): which component of the procedure it is, and the stored file.

    `digitised` and `reused` are the flags DuocSoHoa and DuocTaiSuDung of the national portal.
    """

    component_code: str
    title: str
    file: FileRef
    digitised: bool = False
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper as the dossier keeps it; `round` 0 came with the filing, 1 with the first supplement, …"""

    id: UUID
    component_code: str
    title: str
    file: FileRef
    round: int
    digitised: bool
    reused: bool


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One step of the dossier's story (nhật ký hồ sơ); `label` is the deed, `told` the sentence for the citizen."""

    version: int
    at: datetime
    status: Status
    deed: str
    label: Bilingual
    told: Bilingual
    note: str
    colour: str


@dataclass(frozen=True, slots=True)
class SupplementRequest:
    """Supplement request (yêu cầu bổ sung, form 02): every missing paper at once, and why."""

    round: int
    papers: tuple[str, ...]
    reason: str
    before_reception: bool
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeeDemand:
    """Fee demand (yêu cầu nộp phí, lệ phí): `reference` names it at the payment platform; đồng."""

    reference: str
    amount: int
    subject: str
    requested_at: datetime
    paid_at: datetime | None
    transaction_code: str
    refund_due: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the handling (bước xử lý) with the officer who has it."""

    position: int
    key: str
    name: Bilingual
    duty: str
    account_id: int | None
    officer_name: str
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier on a list: enough to choose it."""

    id: UUID
    code: str
    reference_code: str
    procedure_code: str
    subject: str
    agency_code: str
    reception_code: str
    channel: Channel
    applicant_name: str
    status: Status
    status_label: Bilingual
    colour: str
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    version: int
    awaiting: str
    handler_name: str = ""

    @property
    def shown_code(self) -> str:
        """The official code, or the portal's reference until there is one."""
        return self.code or self.reference_code


@dataclass(frozen=True, slots=True)
class Dossier:
    """Dossier (hồ sơ thủ tục hành chính), whole.

    `agency_code` decides, `reception_code` receives; `code` is empty until reception. `version` counts the status
    changes; the answering node alone raises it. `awaiting` is set on the portal's copy while the answering node
    has not yet confirmed a deed of the citizen (`supplemented`, `withdrawal`).
    """

    id: UUID
    code: str
    reference_code: str
    procedure_code: str
    procedure_version: int
    agency_code: str
    reception_code: str
    channel: Channel
    return_way: ReturnWay
    applicant: Applicant
    subject: str
    answers: Mapping[str, Any]
    status: Status
    status_label: Bilingual
    colour: str
    version: int
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None
    decided_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    fee_amount: int
    fee_paid_at: datetime | None
    published_fee: int | None
    needs_number: bool
    personal_number: str
    number_state: Literal["", "waiting", "issued", "refused"]
    number_problem: str
    verdict: Verdict | Literal[""]
    decision_text: str
    draft_remarks: str
    drafted_at: datetime | None
    result_number: str
    result: FileRef | None
    handler_id: int | None
    awaiting: str
    attachments: tuple[Attachment, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    supplements: tuple[SupplementRequest, ...] = ()
    fees: tuple[FeeDemand, ...] = ()
    steps: tuple[StepRow, ...] = ()

    @property
    def shown_code(self) -> str:
        """The official code, or the portal's reference until there is one."""
        return self.code or self.reference_code


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """What anybody with the code may see (tra cứu tình trạng hồ sơ): no name, no number, no answers."""

    code: str
    procedure_code: str
    agency_code: str
    status: Status
    status_label: Bilingual
    colour: str
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    timeline: tuple[TimelineEntry, ...]


@dataclass(frozen=True, slots=True)
class WorkFilters:
    """Filters of the officers' work list (bộ lọc danh sách việc).

    `due` is `overdue` (late now), `soon` (due within a working day) or empty; `mine` keeps to the officer's own.
    """

    statuses: tuple[int, ...] = ()
    procedure_code: str = ""
    due: Literal["", "overdue", "soon"] = ""
    text: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """Counts over the work list (số lượng việc): by status, overdue and due soon, before the other filters."""

    by_status: Mapping[int, int]
    overdue: int
    soon: int

    @property
    def total(self) -> int:
        """All dossiers of the officer's agency."""
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True)
class NextAction:
    """One thing the officer can do now (việc tiếp theo): the deed, its name on the button, whether it comes first."""

    deed: str
    label: Bilingual
    primary: bool
    hint: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class ResultFile:
    """Signed result (kết quả giải quyết): where its bytes are, and the number it carries."""

    file: FileRef
    number: str
    dossier_code: str


TRUTH_FIELDS: Final = (
    "id", "code", "reference_code", "procedure_code", "agency_code", "reception_code", "channel",
    "applicant_name", "applicant_number", "subject", "status", "version", "submitted_at", "received_at",
    "due_at", "finished_at", "returned_at", "fee_amount", "fee_paid_at", "result_number", "timeline",
)  # fmt: skip
"""What the portal's copy and the answering node's truth must agree on: the mirror test compares exactly these."""
