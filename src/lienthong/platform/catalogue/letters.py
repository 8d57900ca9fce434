"""Letters of the catalogue: what both sides of an agreement and the hub keep alike.

The protocol is in docs/protocols/catalogue.md.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from lienthong.kernel import clock
from lienthong.platform.exchange.types import Letter

Agency = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}(\.[0-9]{2,3})*$", max_length=40)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Line = Annotated[str, Field(max_length=500)]
Reason = Annotated[str, Field(max_length=500)]
By = Annotated[str, Field(max_length=200)]
Calls = Annotated[int, Field(ge=0, le=2**31 - 1)]
Rate = Annotated[float, Field(gt=0, le=1e6)]
Version = Annotated[int, Field(ge=1, le=9999)]
Endpoints = Annotated[list["EndpointPart"], Field(max_length=2000)]
FieldNames = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=1000)]
ServiceState = Literal["published", "deprecated", "suspended", "archived"]

_AGREEMENT = UUID("0192f0aa-4c1e-7b6a-9b57-3d5ad3a2d001")
_PURPOSE = UUID("0192f0aa-4c1e-7b6a-9b57-3d5ad3a2d002")
_AT = clock.at(2026, 11, 21, 9)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SystemPart(_Part):
    """A system by its codes and names."""

    agency_code: Agency
    code: Code
    name_vi: Name
    name_en: Name
    contact: Annotated[str, Field(max_length=300)] = ""


class ServicePart(_Part):
    """A version of a service by its codes."""

    agency_code: Agency
    system_code: Code
    code: Code
    version: Version


class EndpointPart(_Part):
    """A method and a path."""

    method: Annotated[str, Field(pattern=r"^(\*|[A-Z]{3,10})$")]
    path: Annotated[str, Field(pattern=r"^/", max_length=500)]
    summary: Annotated[str, Field(max_length=300)] = ""


class PurposePart(_Part):
    """A purpose as it is asked for."""

    id: UUID
    title: Name
    legal_ground: Annotated[str, Field(min_length=1, max_length=500)]
    fields: FieldNames
    daily_calls: Calls


class PurposeAnswerPart(_Part):
    """The provider's word about one purpose."""

    id: UUID
    accepted: bool
    reason: Reason = ""
    daily_quota: Calls | None = None


class PurposeCopy(PurposePart):
    """A purpose as it stands."""

    state: Literal["waiting", "accepted", "refused", "ended"]
    daily_quota: Calls | None


def _sample_system() -> SystemPart:
    return SystemPart(agency_code="H36", code="mot-cua", name_vi="Một cửa tỉnh", name_en="Provincial one-stop shop")


def _sample_service() -> ServicePart:
    return ServicePart(agency_code="G01", system_code="dan-cu", code="tra-cuu", version=1)


def _sample_purpose(**more: Any) -> dict[str, Any]:
    return {
        "id": _PURPOSE,
        "title": "Đăng ký khai sinh",
        "legal_ground": "Luật Hộ tịch 2014, Điều 16",
        "fields": ["name", "birth_date"],
        "daily_calls": 2000,
        **more,
    }


class SystemRegistered(Letter):
    """System registered (đã đăng ký hệ thống): a node tells the hub of a system of its agencies, or that it closed."""

    NAME: ClassVar[str] = "system-registered.v1"

    system: SystemPart
    state: Literal["active", "closed"]

    @classmethod
    def sample(cls) -> Self:
        return cls(system=_sample_system(), state="active")


class ServicePublished(Letter):
    """Service published (đã công bố dịch vụ): the provider tells the hub how a version stands, whole each time."""

    NAME: ClassVar[str] = "service-published.v1"

    system: SystemPart
    code: Code
    version: Version
    kind: Literal["openapi", "rest", "soap", "built-in"]
    title_vi: Name
    title_en: Name
    description: Annotated[str, Field(max_length=10000)]
    legal_basis: Line
    contact: Annotated[str, Field(max_length=300)]
    state: ServiceState
    state_reason: Reason
    endpoints: Endpoints
    fields: FieldNames
    openapi: dict[str, Any] | None
    digest_only: bool
    timeout: Annotated[float, Field(gt=0, le=3600)]
    daily_quota: Calls | None
    rate: Rate | None
    threshold: Calls | None
    published_at: AwareDatetime
    sunset_date: date | None

    @classmethod
    def sample(cls) -> Self:
        return cls(
            system=SystemPart(agency_code="G01", code="dan-cu", name_vi="Dân cư", name_en="Population"),
            code="tra-cuu",
            version=1,
            kind="rest",
            title_vi="Tra cứu công dân",
            title_en="Look-up of a citizen",
            description="Trả lời theo số định danh cá nhân.",
            legal_basis="Luật Căn cước 2023",
            contact="hotro@example.gov.vn",
            state="published",
            state_reason="",
            endpoints=[EndpointPart(method="GET", path="/nguoi/*", summary="Tra cứu")],
            fields=["name", "birth_date"],
            openapi=None,
            digest_only=True,
            timeout=10.0,
            daily_quota=20000,
            rate=20.0,
            threshold=None,
            published_at=_AT,
            sunset_date=None,
        )


class ServiceSuspended(Letter):
    """Service suspended (tạm dừng dịch vụ): the platform stops a service, or lets it go on (empty reason)."""

    NAME: ClassVar[str] = "service-suspended.v1"

    service: ServicePart
    reason: Reason
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        return cls(service=_sample_service(), reason="Sự cố an toàn thông tin", at=_AT)


class AgreementRequested(Letter):
    """Agreement requested (đề nghị khai thác): the consumer asks the provider, with at least one purpose."""

    NAME: ClassVar[str] = "agreement-requested.v1"

    id: UUID
    client: SystemPart
    service: ServicePart
    endpoints: Endpoints
    purposes: Annotated[list[PurposePart], Field(min_length=1, max_length=50)]
    valid_from: date | None
    valid_to: date | None
    note: Annotated[str, Field(max_length=2000)]
    by: By
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        return cls(
            id=_AGREEMENT,
            client=_sample_system(),
            service=_sample_service(),
            endpoints=[],
            purposes=[PurposePart(**_sample_purpose())],
            valid_from=None,
            valid_to=date(2027, 12, 31),
            note="",
            by="Trần Thị Mẫu",
            at=_AT,
        )


class AgreementAnswered(Letter):
    """Agreement answered (trả lời đề nghị): the provider accepts or refuses, and says so for each purpose."""

    NAME: ClassVar[str] = "agreement-answered.v1"

    id: UUID
    accepted: bool
    reason: Reason
    valid_from: date | None
    valid_to: date | None
    rate: Rate | None
    purposes: Annotated[list[PurposeAnswerPart], Field(max_length=50)]
    by: By
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        return cls(
            id=_AGREEMENT,
            accepted=True,
            reason="",
            valid_from=date(2026, 12, 1),
            valid_to=date(2027, 12, 31),
            rate=10.0,
            purposes=[PurposeAnswerPart(id=_PURPOSE, accepted=True, daily_quota=5000)],
            by="Lê Văn Mẫu",
            at=_AT,
        )


class AgreementSuspended(Letter):
    """Agreement suspended (tạm dừng thỏa thuận) by one side, or resumed by it (empty reason)."""

    NAME: ClassVar[str] = "agreement-suspended.v1"

    id: UUID
    side: Literal["consumer", "provider", "platform"]
    reason: Reason
    by: By
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        return cls(id=_AGREEMENT, side="provider", reason="Nâng cấp hệ thống", by="Lê Văn Mẫu", at=_AT)


class AgreementEnded(Letter):
    """Agreement ended (chấm dứt thỏa thuận) by one side, for good."""

    NAME: ClassVar[str] = "agreement-ended.v1"

    id: UUID
    side: Literal["consumer", "provider", "platform"]
    reason: Reason
    by: By
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        return cls(id=_AGREEMENT, side="consumer", reason="Không còn nhu cầu", by="Trần Thị Mẫu", at=_AT)


class PurposeRequested(Letter):
    """Purpose requested (đề nghị thêm mục đích) under an agreement that is accepted."""

    NAME: ClassVar[str] = "purpose-requested.v1"

    agreement_id: UUID
    purpose: PurposePart
    by: By
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        return cls(agreement_id=_AGREEMENT, purpose=PurposePart(**_sample_purpose()), by="Trần Thị Mẫu", at=_AT)


class PurposeAnswered(Letter):
    """Purpose answered (trả lời về mục đích) by the provider, or by its threshold."""

    NAME: ClassVar[str] = "purpose-answered.v1"

    agreement_id: UUID
    answer: PurposeAnswerPart
    by: By
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        answer = PurposeAnswerPart(id=_PURPOSE, accepted=False, reason="Căn cứ pháp lý chưa phù hợp")
        return cls(agreement_id=_AGREEMENT, answer=answer, by="Lê Văn Mẫu", at=_AT)


class PurposeEnded(Letter):
    """Purpose ended (chấm dứt mục đích) by one side, for good."""

    NAME: ClassVar[str] = "purpose-ended.v1"

    agreement_id: UUID
    purpose_id: UUID
    side: Literal["consumer", "provider"]
    reason: Reason
    by: By
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        return cls(
            agreement_id=_AGREEMENT,
            purpose_id=_PURPOSE,
            side="consumer",
            reason="Đã xong chiến dịch",
            by="Trần Thị Mẫu",
            at=_AT,
        )


class AgreementNoted(Letter):
    """Agreement noted (thông báo thỏa thuận): the provider tells the hub how an agreement stands, whole each time."""

    NAME: ClassVar[str] = "agreement-noted.v1"

    id: UUID
    client: SystemPart
    service: ServicePart
    endpoints: Endpoints
    state: Literal["requested", "accepted", "refused", "ended"]
    suspended_by_consumer: Reason
    suspended_by_provider: Reason
    valid_from: date | None
    valid_to: date | None
    rate: Rate | None
    purposes: Annotated[list[PurposeCopy], Field(max_length=500)]
    requested_at: AwareDatetime
    at: AwareDatetime

    @classmethod
    def sample(cls) -> Self:
        return cls(
            id=_AGREEMENT,
            client=_sample_system(),
            service=_sample_service(),
            endpoints=[],
            state="accepted",
            suspended_by_consumer="",
            suspended_by_provider="",
            valid_from=date(2026, 12, 1),
            valid_to=date(2027, 12, 31),
            rate=10.0,
            purposes=[PurposeCopy(**_sample_purpose(state="accepted", daily_quota=5000))],
            requested_at=_AT,
            at=clock.at(2026, 11, 21, 10),
        )
