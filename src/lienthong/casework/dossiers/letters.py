"""Letters between the portal and the node that answers for a dossier: the public contract of this room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from lienthong.kernel import clock
from lienthong.platform.exchange.types import Letter

Code = Annotated[str, Field(max_length=64)]
Name = Annotated[str, Field(max_length=250)]
Text = Annotated[str, Field(max_length=4000)]
Amount = Annotated[int, Field(ge=0, le=10**12)]


_ID = UUID("01938f00-0000-7000-8000-000000000001")
_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_AT = clock.at(2026, 11, 21, 9, 30)
_CODE = "H36.101.01-261121-0001"


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

    @classmethod
    def sample(cls) -> Self:
        """For `contracts/`."""
        return cls(
            dossier_id=_ID,
            reference_code="G22-261121-000001",
            procedure_code="1.001193",
            procedure_version=1,
            agency_code="H36.101",
            reception_code="H36.101.01",
            channel="online",
            return_way="electronic",
            applicant_name="Trần Thị Bích Ngọc",
            applicant_number="068195000001",
            applicant_phone="0900000000",
            subject="Đăng ký khai sinh",
            answers={"child": {"name": "Nguyễn Ngọc Thảo Nguyên", "birth_date": "2026-11-12", "sex": "female"}},
            papers=(
                PaperPart(
                    component_code="GT-CHUNGSINH", title="Giấy chứng sinh", part=_FILE, digitised=False, reused=False
                ),
            ),
            submitted_at=_AT,
        )


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

    @classmethod
    def sample(cls) -> Self:
        """For `contracts/`."""
        return cls(
            changes=(
                StatusRow(
                    id=_ID,
                    version=2,
                    status=2,
                    deed="receive",
                    at=_AT,
                    note="",
                    code=_CODE,
                    reference_code="G22-261121-000001",
                    procedure_code="1.001193",
                    procedure_version=1,
                    agency_code="H36.101",
                    reception_code="H36.101.01",
                    channel="online",
                    return_way="electronic",
                    applicant_name="Trần Thị Bích Ngọc",
                    applicant_number="068195000001",
                    subject="Đăng ký khai sinh",
                    submitted_at=_AT,
                    received_at=_AT,
                    due_at=clock.at(2026, 11, 23, 17),
                    finished_at=None,
                    returned_at=None,
                    fee_amount=0,
                    fee_paid_at=None,
                    result_number="",
                ),
            )
        )


class DossierSupplemented(Letter):
    """Papers the citizen added (bổ sung hồ sơ): portal → answering node, papers as parts."""

    NAME: ClassVar[str] = "dossier-supplemented.v1"

    dossier_id: UUID
    note: Text
    answers: dict[str, Any]
    papers: tuple[PaperPart, ...]
    at: datetime

    @classmethod
    def sample(cls) -> Self:
        """For `contracts/`."""
        return cls(
            dossier_id=_ID,
            note="Ảnh chụp lại, rõ hơn",
            answers={},
            papers=(
                PaperPart(
                    component_code="GT-CHUNGSINH", title="Giấy chứng sinh", part=_FILE, digitised=False, reused=False
                ),
            ),
            at=_AT,
        )


class DossierWithdrawn(Letter):
    """The citizen asks to withdraw (yêu cầu rút hồ sơ): portal → answering node."""

    NAME: ClassVar[str] = "dossier-withdrawn.v1"

    dossier_id: UUID
    reason: Text
    at: datetime

    @classmethod
    def sample(cls) -> Self:
        """For `contracts/`."""
        return cls(dossier_id=_ID, reason="Gia đình sẽ nộp ở nơi khác", at=_AT)


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

    @classmethod
    def sample(cls) -> Self:
        """For `contracts/`."""
        return cls(
            dossier_id=_ID,
            reference=f"{_CODE}-P1",
            dossier_code=_CODE,
            amount=8000,
            subject="Phí, lệ phí: Cấp bản sao trích lục hộ tịch",
            agency_code="H36.101",
            procedure_code="2.000635",
            payer_name="Trần Thị Bích Ngọc",
            payer_number="068195000001",
            requested_at=_AT,
        )


class FeePaid(Letter):
    """A fee was paid on the portal (đã nộp phí, lệ phí): portal → answering node."""

    NAME: ClassVar[str] = "fee-paid.v1"

    dossier_id: UUID
    reference: Code
    amount: Amount
    transaction_code: Annotated[str, Field(max_length=100)]
    paid_at: datetime

    @classmethod
    def sample(cls) -> Self:
        """For `contracts/`."""
        return cls(dossier_id=_ID, reference=f"{_CODE}-P1", amount=8000, transaction_code="GD0000000001", paid_at=_AT)


class DossierResult(Letter):
    """The signed result (kết quả giải quyết): answering node → portal, the PDF as the one part."""

    NAME: ClassVar[str] = "dossier-result.v1"

    dossier_id: UUID
    dossier_code: Code
    result_number: Code
    part: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: Literal["application/pdf"] = "application/pdf"
    issued_at: datetime

    @classmethod
    def sample(cls) -> Self:
        """For `contracts/`."""
        return cls(dossier_id=_ID, dossier_code=_CODE, result_number="01/2026", part=_FILE, issued_at=_AT)


class ResultStored(Letter):
    """The result lies in the citizen's electronic store (đã đưa kết quả vào kho điện tử): portal → answering node.

    It is what hands an electronic result over: from this moment the citizen can open it.
    """

    NAME: ClassVar[str] = "dossier-result-stored.v1"

    dossier_id: UUID
    part: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    stored_at: datetime

    @classmethod
    def sample(cls) -> Self:
        """For `contracts/`."""
        return cls(dossier_id=_ID, part=_FILE, stored_at=_AT)
