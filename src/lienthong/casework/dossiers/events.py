"""What happened to a dossier at the node that answers for it; heard by the floors above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierEvent:
    """What every event of this room carries.

    (`dossier_id`, `version`) names the change once and for all, so a listener can fold it exactly once.
    `status_before` is 0 for a dossier that was not there; `at` is the moment of the deed; `due_at` is None before
    reception; `finished_at` is set when the clock has ended.
    """

    NAME: ClassVar[str] = ""

    dossier_id: UUID
    version: int
    code: str
    procedure_code: str
    agency_code: str
    reception_code: str
    channel: str
    status: int
    status_before: int
    at: datetime
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    applicant_number: str

    def event_key(self) -> str:
        """Events of one dossier arrive in order."""
        return str(self.dossier_id)


class Submitted(DossierEvent):
    """Filed (đã nộp)."""

    NAME: ClassVar[str] = "dossiers.submitted"


class Received(DossierEvent):
    """Received (được tiếp nhận): code and return date are set."""

    NAME: ClassVar[str] = "dossiers.received"


class Refused(DossierEvent):
    """Refused at reception (không được tiếp nhận)."""

    NAME: ClassVar[str] = "dossiers.refused"


class SupplementAsked(DossierEvent):
    """Supplement asked (yêu cầu bổ sung)."""

    NAME: ClassVar[str] = "dossiers.supplement-asked"


class Supplemented(DossierEvent):
    """Supplemented (đã bổ sung)."""

    NAME: ClassVar[str] = "dossiers.supplemented"


class Assigned(DossierEvent):
    """Assigned to a handler (phân công xử lý)."""

    NAME: ClassVar[str] = "dossiers.assigned"


class FeeRequested(DossierEvent):
    """Fee demanded (yêu cầu nộp phí)."""

    NAME: ClassVar[str] = "dossiers.fee-requested"


class FeePaid(DossierEvent):
    """Fee paid (đã nộp phí)."""

    NAME: ClassVar[str] = "dossiers.fee-paid"


class Decided(DossierEvent):
    """Decided by the leader (lãnh đạo đã duyệt, ký)."""

    NAME: ClassVar[str] = "dossiers.decided"


class ResultIssued(DossierEvent):
    """Result issued (đã xử lý xong): sealed and ready to hand over."""

    NAME: ClassVar[str] = "dossiers.result-issued"


class HandedOver(DossierEvent):
    """Result handed over (đã trả kết quả)."""

    NAME: ClassVar[str] = "dossiers.handed-over"


class Withdrawn(DossierEvent):
    """Withdrawn by the citizen (công dân rút hồ sơ)."""

    NAME: ClassVar[str] = "dossiers.withdrawn"


class Stopped(DossierEvent):
    """Stopped (dừng xử lý)."""

    NAME: ClassVar[str] = "dossiers.stopped"


ALL: tuple[type[DossierEvent], ...] = (
    Submitted, Received, Refused, SupplementAsked, Supplemented, Assigned, FeeRequested, FeePaid, Decided,
    ResultIssued, HandedOver, Withdrawn, Stopped,
)  # fmt: skip
