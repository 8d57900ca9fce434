"""Rows as frozen types, and back to what letters and lists hold."""

from collections.abc import Iterable, Sequence

from lienthong.kernel.text import Bilingual
from lienthong.platform.catalogue.models import Agreement, Purpose, ServiceVersion, System, SystemKey
from lienthong.platform.catalogue.types import (
    AgreementEntry,
    Endpoint,
    KeyEntry,
    PurposeEntry,
    ServiceEntry,
    ServiceRef,
    Suspension,
    SystemEntry,
    SystemRef,
    Terms,
)


def endpoints_of(stored: Iterable[Sequence[str]]) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(*one) for one in stored)


def stored_endpoints(endpoints: Iterable[Endpoint]) -> list[list[str]]:
    return [[one.method, one.path, one.summary] for one in endpoints]


def system_entry(row: System) -> SystemEntry:
    return SystemEntry(
        SystemRef(row.agency_code, row.code), Bilingual(row.name_vi, row.name_en), row.node_code, row.state, row.contact
    )


def key_entry(row: SystemKey) -> KeyEntry:
    return KeyEntry(row.pk, row.label, row.hint, row.may_manage, row.created_at, row.ended_at)


def service_ref(row: ServiceVersion) -> ServiceRef:
    return ServiceRef(row.system.agency_code, row.system.code, row.code, row.version)


def terms_of(row: ServiceVersion) -> Terms:
    return Terms(row.daily_quota, row.rate, row.threshold, row.timeout, row.digest_only)


def service_entry(row: ServiceVersion, openapi_digest: str = "") -> ServiceEntry:
    return ServiceEntry(
        ref=service_ref(row),
        kind=row.kind,
        title=Bilingual(row.title_vi, row.title_en),
        description=row.description,
        legal_basis=row.legal_basis,
        state=row.state,
        endpoints=endpoints_of(row.endpoints),
        fields=tuple(row.fields),
        terms=terms_of(row),
        state_reason=row.state_reason,
        platform_reason=row.platform_reason,
        contact=row.contact,
        sunset_date=row.sunset_date,
        published_at=row.published_at,
        openapi_digest=openapi_digest,
    )


def purpose_entry(row: Purpose) -> PurposeEntry:
    return PurposeEntry(
        row.id,
        row.title,
        row.legal_ground,
        tuple(row.fields),
        row.daily_calls,
        row.state,
        row.reason,
        row.daily_quota,
    )


def agreement_entry(row: Agreement, purposes: Iterable[Purpose] | None = None) -> AgreementEntry:
    listed = row.purposes.order_by("id") if purposes is None else purposes
    return AgreementEntry(
        id=row.id,
        client=SystemRef(row.client_agency, row.client_code),
        service=ServiceRef(row.provider_agency, row.provider_code, row.service_code, row.version),
        state=row.state,
        requested_at=row.requested_at,
        requested_by=row.requested_by,
        endpoints=endpoints_of(row.endpoints),
        purposes=tuple(purpose_entry(one) for one in listed),
        suspension=Suspension(row.suspended_by_consumer, row.suspended_by_provider, row.suspended_by_platform),
        reason=row.reason,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        rate=row.rate,
        note=row.note,
    )
