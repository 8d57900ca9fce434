"""Letters between the portal and the node that answers for a dossier: the public contract of this room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from lienthong.platform.exchange.types import Letter

Code = Annotated[str, Field(max_length=64)]
Name = Annotated[str, Field(max_length=250)]
Text = Annotated[str, Field(max_length=4000)]
Amount = Annotated[int, Field(ge=0, le=10**12)]


class PaperPart(TypedDict):
    """A paper that travels as a part of the letter: `part` is the SHA-256 of its bytes."""

    component_code: Code
    title: Name
    part: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    digitised: bool
    reused: bool


class DossierSubmitted(Letter):
    """A dossier filed on the portal (hồ sơ nộp trực tuyến): portal → answering node, papers as parts."""

    NAME: ClassVar[str] = "dossier-submitted.v1"

    dossier_id: UUID
    reference_code: Code
    procedure_code: Code
    procedure_version: Annotated[int, Field(ge=1)]
    agency_code: Code
    reception_code: Code
    channel: Literal["direct", "online", "postal"]
    return_way: Literal["electronic", "counter", "post"]
    applicant_name: Name
    applicant_number: Annotated[str, Field(pattern=r"^([0-9]{12})?$")]
    applicant_phone: Annotated[str, Field(max_length=20)] = ""
    applicant_email: Name = ""
    applicant_address: Name = ""
    subject: Annotated[str, Field(max_length=500)]
    answers: dict[str, Any]
    papers: tuple[PaperPart, ...]
    submitted_at: datetime


class StatusRow(TypedDict):
    """One status change of one dossier, with everything the portal's copy shows as of that version.

    `version` orders the changes of a dossier; letters may come twice and in any order.
    """

    id: UUID
    version: Annotated[int, Field(ge=1)]
    status: Annotated[int, Field(ge=1, le=10)]
    deed: Annotated[str, Field(max_length=40)]
    at: datetime
    note: Text
    code: Code
    reference_code: Code
    procedure_code: Code
    procedure_version: Annotated[int, Field(ge=1)]
    agency_code: Code
    reception_code: Code
    channel: Literal["direct", "online", "postal"]
    return_way: Literal["electronic", "counter", "post"]
    applicant_name: Name
    applicant_number: Annotated[str, Field(max_length=12)]
    subject: Annotated[str, Field(max_length=500)]
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    fee_amount: Amount
    fee_paid_at: datetime | None
    result_number: Code


class DossierStatus(Letter):
    """Status changes (đồng bộ trạng thái hồ sơ): answering node → portal, at most 500 in one letter."""

    NAME: ClassVar[str] = "dossier-status.v1"
    RAW: ClassVar[bool] = True

    changes: Annotated[tuple[StatusRow, ...], Field(min_length=1, max_length=500)]


class DossierSupplemented(Letter):
    """Papers the citizen added (bổ sung hồ sơ): portal → answering node, papers as parts."""

    NAME: ClassVar[str] = "dossier-supplemented.v1"

    dossier_id: UUID
    note: Text
    answers: dict[str, Any]
    papers: tuple[PaperPart, ...]
    at: datetime


class DossierWithdrawn(Letter):
    """The citizen asks to withdraw (yêu cầu rút hồ sơ): portal → answering node."""

    NAME: ClassVar[str] = "dossier-withdrawn.v1"

    dossier_id: UUID
    reason: Text
    at: datetime


class FeeRequested(Letter):
    """A fee to be paid through the portal (yêu cầu nộp phí, lệ phí): answering node → portal."""

    NAME: ClassVar[str] = "fee-requested.v1"

    dossier_id: UUID
    reference: Code
    dossier_code: Code
    amount: Annotated[int, Field(ge=1, le=10**12)]
    subject: Annotated[str, Field(max_length=500)]
    agency_code: Code
    procedure_code: Code
    payer_name: Name
    payer_number: Annotated[str, Field(max_length=12)]
    requested_at: datetime


class FeePaid(Letter):
    """A fee was paid on the portal (đã nộp phí, lệ phí): portal → answering node."""

    NAME: ClassVar[str] = "fee-paid.v1"

    dossier_id: UUID
    reference: Code
    amount: Amount
    transaction_code: Annotated[str, Field(max_length=100)]
    paid_at: datetime


class DossierResult(Letter):
    """The signed result (kết quả giải quyết): answering node → portal, the PDF as the one part."""

    NAME: ClassVar[str] = "dossier-result.v1"

    dossier_id: UUID
    dossier_code: Code
    result_number: Code
    part: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: Literal["application/pdf"] = "application/pdf"
    issued_at: datetime


class ResultStored(Letter):
    """The result lies in the citizen's electronic store (đã đưa kết quả vào kho điện tử): portal → answering node.

    It is what hands an electronic result over: from this moment the citizen can open it.
    """

    NAME: ClassVar[str] = "dossier-result-stored.v1"

    dossier_id: UUID
    part: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    stored_at: datetime
