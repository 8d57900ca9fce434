"""Systems and services (danh mục): of the country and our own, from the tables and the signed list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from lienthong.kernel.errors import NotFound
from lienthong.kernel.profile import node
from lienthong.kernel.text import fold, tr
from lienthong.platform.catalogue.models import ServiceVersion, System
from lienthong.platform.catalogue.queries import national, rows
from lienthong.platform.catalogue.types import (
    KeyEntry,
    ServiceEntry,
    ServiceRef,
    SystemAccess,
    SystemEntry,
    SystemRef,
)


@dataclass(frozen=True, slots=True)
class Published:
    """A service of the national list with the name of its system."""

    service: ServiceEntry
    system: SystemEntry | None


# Systems


def list_systems(*, own: bool = True) -> list[SystemEntry]:
    """Systems by code: this node's, or all that are known."""
    if own:
        found = System.objects.filter(node_code=node().agency_code)
        return [rows.system_entry(row) for row in found.order_by("agency_code", "code")]
    known = {entry.ref: entry for entry in _national_systems()}
    known.update((entry.ref, entry) for entry in map(rows.system_entry, System.objects.all()))
    return [known[ref] for ref in sorted(known)]


def _national_systems() -> Sequence[SystemEntry]:
    listed = national.find_list()
    return listed.systems if listed else ()


def find_system(system: SystemRef) -> SystemEntry | None:
    row = System.objects.filter(agency_code=system.agency_code, code=system.code).first()
    if row:
        return rows.system_entry(row)
    return next((one for one in _national_systems() if one.ref == system), None)


def get_system(system: SystemRef) -> SystemEntry:
    """Raises NotFound `catalogue.unknown-system`."""
    found = find_system(system)
    if found is None:
        raise NotFound("catalogue.unknown-system", tr(f"Không có hệ thống {system}.", f"There is no system {system}."))
    return found


def get_access(system: SystemRef) -> SystemAccess:
    """How a system of ours proves who it is, besides keys."""
    row = System.objects.filter(agency_code=system.agency_code, code=system.code).first()
    return SystemAccess(tuple(row.networks), tuple(row.certificates)) if row else SystemAccess()


def list_keys(system: SystemRef) -> list[KeyEntry]:
    row = System.objects.filter(agency_code=system.agency_code, code=system.code).first()
    return [rows.key_entry(key) for key in row.keys.order_by("-created_at", "-pk")] if row else []


# Services


def list_services(
    *, agency_code: str = "", own: bool = False, words: str = "", kind: str = "", state: str = ""
) -> list[Published]:
    """Versions of services, by agency and code; drafts only among our own. `words`: any order, accents no matter."""
    wanted = fold(words).split()
    return [
        one
        for one in _all_services(own=own)
        if (not agency_code or one.service.ref.agency_code == agency_code)
        and (not kind or one.service.kind == kind)
        and (not state or one.service.shown_state == state)
        and all(word in _words_of(one) for word in wanted)
    ]


def _all_services(*, own: bool) -> Iterable[Published]:
    systems = {entry.ref: entry for entry in list_systems(own=own)}
    found: dict[ServiceRef, ServiceEntry] = {}
    listed = None if own else national.find_list()
    if listed:
        found.update((one.ref, one) for one in listed.services)
    here = node().agency_code
    for row in ServiceVersion.objects.select_related("system").defer("openapi"):
        if row.system.node_code == here if own else row.state != "draft":
            entry = rows.service_entry(row)
            found[entry.ref] = entry
    return [Published(found[ref], systems.get(ref.system)) for ref in sorted(found)]


def _words_of(one: Published) -> str:
    service = one.service
    system = f"{one.system.name.vi} {one.system.name.en}" if one.system else ""
    return fold(f"{service.ref} {service.title.vi} {service.title.en} {service.description} {system}")


def find_service(service: ServiceRef) -> ServiceEntry | None:
    """A version as it is known here, drafts of our own included."""
    row = _row_of(service)
    if row:
        return rows.service_entry(row, openapi_digest(row.openapi))
    listed = national.find_list()
    return next((one for one in listed.services if one.ref == service), None) if listed else None


def get_service(service: ServiceRef) -> ServiceEntry:
    """Raises NotFound `catalogue.unknown-service`."""
    found = find_service(service)
    if found is None:
        raise NotFound(
            "catalogue.unknown-service", tr(f"Không có dịch vụ {service}.", f"There is no service {service}.")
        )
    return found


def find_address(service: ServiceRef) -> tuple[str, str]:
    """The address of a service of ours and the one its description came from."""
    row = _row_of(service)
    return (row.base_url, row.openapi_url) if row else ("", "")


def find_openapi(service: ServiceRef) -> dict[str, Any] | None:
    """The OpenAPI document of a version, where this node holds it (its provider, the hub)."""
    row = _row_of(service)
    return row.openapi if row else None


def openapi_digest(document: dict[str, Any] | None) -> str:
    return sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest() if document else ""


def _row_of(service: ServiceRef) -> ServiceVersion | None:
    return (
        ServiceVersion.objects.select_related("system")
        .filter(
            system__agency_code=service.agency_code,
            system__code=service.system_code,
            code=service.code,
            version=service.version,
        )
        .first()
    )
