"""Bodies and answers of the API of the catalogue."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from lienthong.platform.catalogue.types import (
    AgreementEntry,
    Endpoint,
    PermissionLine,
    PurposeEntry,
    ServiceEntry,
    SystemEntry,
    Terms,
    Usage,
)

Side = Literal["consumer", "provider", "platform"]


class Words(Schema):
    """A text in both languages."""

    vi: str
    en: str = ""


class TermsBody(Schema):
    """Terms of a service."""

    daily_quota: int | None = None
    rate: float | None = None
    threshold: int | None = None
    timeout: float = 30.0
    digest_only: bool = False

    def terms(self) -> Terms:
        return Terms(self.daily_quota, self.rate, self.threshold, self.timeout, self.digest_only)


class EndpointOut(Schema):
    """A method and a path."""

    method: str
    path: str
    summary: str = ""


class SystemBody(Schema):
    """A system to register."""

    agency_code: str
    code: str
    name: Words
    contact: str = ""


class SystemOut(Schema):
    """A system."""

    system: str
    agency_code: str
    code: str
    name: Words
    node_code: str
    state: str
    contact: str

    @classmethod
    def of(cls, entry: SystemEntry) -> "SystemOut":
        return cls(
            system=str(entry.ref),
            agency_code=entry.ref.agency_code,
            code=entry.ref.code,
            name=Words(vi=entry.name.vi, en=entry.name.en),
            node_code=entry.node_code,
            state=entry.state,
            contact=entry.contact,
        )


class ServiceBody(Schema):
    """A version of a service to draft or to describe anew."""

    system: str = ""
    code: str = ""
    kind: Literal["openapi", "rest", "soap"] = "openapi"
    title: Words
    base_url: str
    description: str = ""
    legal_basis: str = ""
    contact: str = ""
    terms: TermsBody = TermsBody()


class InterfaceBody(Schema):
    """Endpoints: an OpenAPI document, or lines (`GET /nguoi/*`) with the names of answer fields."""

    openapi: dict[str, object] | None = None
    endpoints: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class StateBody(Schema):
    """Another state of a version."""

    state: Literal["published", "deprecated", "suspended", "archived"]
    reason: str = ""
    sunset_date: date | None = None


class ServiceOut(Schema):
    """A version of a service."""

    service: str
    kind: str
    title: Words
    description: str
    legal_basis: str
    contact: str
    state: str
    reason: str
    endpoints: list[EndpointOut]
    fields: list[str]
    terms: TermsBody
    published_at: datetime | None
    sunset_date: date | None
    openapi_digest: str

    @classmethod
    def of(cls, entry: ServiceEntry) -> "ServiceOut":
        terms = entry.terms
        return cls(
            service=str(entry.ref),
            kind=entry.kind,
            title=Words(vi=entry.title.vi, en=entry.title.en),
            description=entry.description,
            legal_basis=entry.legal_basis,
            contact=entry.contact,
            state=entry.shown_state,
            reason=entry.platform_reason or entry.state_reason,
            endpoints=[endpoint_out(one) for one in entry.endpoints],
            fields=list(entry.fields),
            terms=TermsBody(
                daily_quota=terms.daily_quota,
                rate=terms.rate,
                threshold=terms.threshold,
                timeout=terms.timeout,
                digest_only=terms.digest_only,
            ),
            published_at=entry.published_at,
            sunset_date=entry.sunset_date,
            openapi_digest=entry.openapi_digest,
        )


def endpoint_out(one: Endpoint) -> EndpointOut:
    return EndpointOut(method=one.method, path=one.path, summary=one.summary)


class PurposeBody(Schema):
    """A purpose to ask for."""

    title: str
    legal_ground: str
    daily_calls: int
    fields: tuple[str, ...] = ()


class RequestBody(Schema):
    """An agreement to ask for."""

    client: str
    service: str
    purposes: list[PurposeBody]
    endpoints: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


class PurposeWordBody(Schema):
    """The provider's word about one purpose."""

    accepted: bool
    reason: str = ""
    daily_quota: int | None = None


class AnswerBody(Schema):
    """The provider's answer; purposes that are not named go the way of the agreement."""

    accepted: bool
    reason: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    rate: float | None = None
    purposes: dict[UUID, PurposeWordBody] = Field(default_factory=dict)


class SideBody(Schema):
    """A deed of one side."""

    side: Side
    reason: str = ""


class PurposeOut(Schema):
    """A purpose as it stands."""

    id: UUID
    title: str
    legal_ground: str
    fields: list[str]
    daily_calls: int
    daily_quota: int | None
    state: str
    reason: str

    @classmethod
    def of(cls, one: PurposeEntry) -> "PurposeOut":
        return cls(
            id=one.id,
            title=one.title,
            legal_ground=one.legal_ground,
            fields=list(one.fields),
            daily_calls=one.daily_calls,
            daily_quota=one.daily_quota,
            state=one.state,
            reason=one.reason,
        )


class AgreementOut(Schema):
    """An agreement as it stands today."""

    id: UUID
    client: str
    service: str
    state: str
    suspended: dict[str, str]
    reason: str
    endpoints: list[EndpointOut]
    purposes: list[PurposeOut]
    valid_from: date | None
    valid_to: date | None
    rate: float | None
    requested_at: datetime
    requested_by: str
    note: str

    @classmethod
    def of(cls, entry: AgreementEntry, day: date) -> "AgreementOut":
        return cls(
            id=entry.id,
            client=str(entry.client),
            service=str(entry.service),
            state=entry.shown_state(day),
            suspended=dict(entry.suspension.sides()),
            reason=entry.reason,
            endpoints=[endpoint_out(one) for one in entry.endpoints],
            purposes=[PurposeOut.of(one) for one in entry.purposes],
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
            rate=entry.rate,
            requested_at=entry.requested_at,
            requested_by=entry.requested_by,
            note=entry.note,
        )


class PermissionOut(Schema):
    """Who may call what, for which purpose."""

    agreement_id: UUID
    client: str
    service: str
    endpoints: list[EndpointOut]
    purpose: PurposeOut
    state: str
    valid_to: date | None

    @classmethod
    def of(cls, line: PermissionLine) -> "PermissionOut":
        return cls(
            agreement_id=line.agreement_id,
            client=str(line.client),
            service=str(line.service),
            endpoints=[endpoint_out(one) for one in line.endpoints],
            purpose=PurposeOut.of(line.purpose),
            state=line.state,
            valid_to=line.valid_to,
        )


class UsageOut(Schema):
    """Calls of a day beside the quota."""

    day: date
    client: str
    service: str
    purpose_id: UUID
    purpose: str
    calls: int
    quota: int | None

    @classmethod
    def of(cls, used: Usage) -> "UsageOut":
        return cls(
            day=used.day,
            client=str(used.client),
            service=str(used.service),
            purpose_id=used.purpose_id,
            purpose=used.purpose,
            calls=used.calls,
            quota=used.quota,
        )


class ExplanationOut(Schema):
    """A decision in sentences."""

    client: str
    service: str
    method: str
    path: str
    purpose_id: str
    allowed: bool
    code: str
    message: Words | None
    steps: list[dict[str, object]]
