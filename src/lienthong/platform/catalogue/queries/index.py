"""The catalogue in memory, as the access decision reads it; made anew when the catalogue's token has changed.

Within one process a change is seen by the next decision, in others after half a second. Inside a transaction the token
is read every time, so that nothing is decided on what has been rolled back.
"""

import ipaddress
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from lienthong.kernel.profile import node
from lienthong.platform.catalogue.models import Agreement, CatalogueToken, Purpose, ServiceVersion, System, SystemKey
from lienthong.platform.catalogue.queries import national, rows
from lienthong.platform.catalogue.types import (
    AgreementEntry,
    PurposeEntry,
    ServiceEntry,
    ServiceRef,
    Suspension,
    SystemRef,
)

LOOK_AGAIN_SECONDS = 0.5

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ServiceKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """A system and how it proves who it is."""

    own: bool
    active: bool
    networks: tuple[Network, ...] = ()
    certificates: frozenset[str] = frozenset()
    keys: bool = False


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A version of a service and where it answers; the address is empty for services of other nodes."""

    entry: ServiceEntry
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """Everything a decision asks for, found by its key."""

    token: tuple[object, ...]
    systems: dict[SystemRef, SystemFacts] = field(default_factory=dict)
    services: dict[ServiceKey, dict[int, ServiceFacts]] = field(default_factory=dict)
    agreements: dict[tuple[SystemRef, ServiceKey], list[AgreementEntry]] = field(default_factory=dict)
    by_service: dict[ServiceKey, list[AgreementEntry]] = field(default_factory=dict)
    keys: dict[bytes, tuple[SystemRef, bool]] = field(default_factory=dict)


@dataclass(slots=True)
class _Held:
    index: Index | None = None
    looked_at: float = 0.0
    stale: bool = True


_held = _Held()
_building = threading.Lock()


def key_of(service: ServiceRef) -> ServiceKey:
    return (service.agency_code, service.system_code, service.code)


def forget() -> None:
    """Something has changed: the next decision reads anew."""
    _held.stale = True


def current() -> Index:
    """The index as of now; while one thread makes it anew, the others go on with the one before."""
    held = _held.index
    own_view = connection.in_atomic_block
    fresh = time.monotonic() - _held.looked_at < LOOK_AGAIN_SECONDS
    if held is not None and fresh and not _held.stale and not own_view:
        return held
    if not _building.acquire(blocking=held is None or own_view):
        return held or current()
    try:
        return _look()
    finally:
        _building.release()


def _look() -> Index:
    _held.stale = False
    token = _token()
    held = _held.index
    if held is None or held.token != token:
        held = _build(token)
        _held.index = held
    _held.looked_at = time.monotonic()
    return held


def _token() -> tuple[object, ...]:
    own: UUID | None = CatalogueToken.objects.values_list("token", flat=True).first()
    return (own, national.serial(), node().agency_code)


def _build(token: tuple[object, ...]) -> Index:
    index = Index(token)
    _add_national(index)
    _add_systems(index)
    for version in ServiceVersion.objects.exclude(state="draft").select_related("system").defer("openapi"):
        own = ServiceFacts(rows.service_entry(version), version.base_url)
        index.services.setdefault(key_of(own.entry.ref), {})[version.version] = own
    _add_agreements(index)
    return index


def _add_national(index: Index) -> None:
    listed = national.find_list()
    if listed is None:
        return
    for system in listed.systems:
        index.systems[system.ref] = SystemFacts(own=False, active=system.state == "active")
    for service in listed.services:
        index.services.setdefault(key_of(service.ref), {})[service.ref.version] = ServiceFacts(service)


def _add_systems(index: Index) -> None:
    here = node().agency_code
    for key in SystemKey.objects.filter(ended_at=None, system__state="active").select_related("system"):
        index.keys[bytes(key.digest)] = (SystemRef(key.system.agency_code, key.system.code), key.may_manage)
    with_keys = {ref for ref, _ in index.keys.values()}
    for row in System.objects.all():
        ref = SystemRef(row.agency_code, row.code)
        index.systems[ref] = SystemFacts(
            own=row.node_code == here,
            active=row.state == "active",
            networks=tuple(ipaddress.ip_network(one) for one in row.networks),
            certificates=frozenset(row.certificates),
            keys=ref in with_keys,
        )


def _add_agreements(index: Index) -> None:
    for entry in open_agreements():
        key = key_of(entry.service)
        index.agreements.setdefault((entry.client, key), []).append(entry)
        index.by_service.setdefault(key, []).append(entry)


_AGREED = (
    "id", "client_agency", "client_code", "provider_agency", "provider_code", "service_code", "version", "endpoints",
    "suspended_by_consumer", "suspended_by_provider", "suspended_by_platform", "valid_from", "valid_to", "rate",
    "requested_at",
)  # fmt: skip
_PURPOSES = ("agreement_id", "id", "title", "legal_ground", "fields", "daily_calls", "state", "reason", "daily_quota")
_NOBODY = Suspension()


def open_agreements() -> Iterator[AgreementEntry]:
    """Accepted agreements with their purposes, the newest version first; rows without models, for there are many."""
    purposes: dict[UUID, list[PurposeEntry]] = defaultdict(list)
    found = Purpose.objects.filter(agreement__state="accepted").order_by("id").values_list(*_PURPOSES)
    for agreement_id, number, title, ground, fields, *rest in found.iterator():
        purposes[agreement_id].append(PurposeEntry(number, title, ground, tuple(fields), *rest))
    listed = Agreement.objects.filter(state="accepted").order_by("-version", "id").values_list(*_AGREED)
    for number, *parties, endpoints, by_consumer, by_provider, by_platform, since, until, rate, at in listed.iterator():
        client_agency, client_code, agency, system, code, version = parties
        stopped = by_consumer or by_provider or by_platform
        yield AgreementEntry(
            id=number,
            client=SystemRef(client_agency, client_code),
            service=ServiceRef(agency, system, code, version),
            state="accepted",
            requested_at=at,
            endpoints=rows.endpoints_of(endpoints),
            purposes=tuple(purposes.get(number, ())),
            suspension=Suspension(by_consumer, by_provider, by_platform) if stopped else _NOBODY,
            valid_from=since,
            valid_to=until,
            rate=rate,
        )


def accepted(purposes: Iterable[PurposeEntry]) -> list[PurposeEntry]:
    return [purpose for purpose in purposes if purpose.state == "accepted"]
