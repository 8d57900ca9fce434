"""Agreements (thỏa thuận) that this node holds: lists, history, who may call what."""

from uuid import UUID

from django.db.models import Q, QuerySet

from lienthong.kernel import clock
from lienthong.kernel.errors import NotFound
from lienthong.kernel.profile import node
from lienthong.kernel.text import fold, tr
from lienthong.platform.catalogue.models import Agreement, AgreementStep
from lienthong.platform.catalogue.queries import index, places, rows
from lienthong.platform.catalogue.types import (
    AgreementEntry,
    HistoryLine,
    PermissionLine,
    ServiceEntry,
    ServiceRef,
    Side,
    SystemRef,
)


def list_agreements(
    *, side: Side | None = None, state: str = "", words: str = "", service: ServiceRef | None = None
) -> list[AgreementEntry]:
    """Agreements this node holds, the newest first; `side`: only those where it stands there."""
    found: QuerySet[Agreement] = Agreement.objects.order_by("-requested_at", "-id").prefetch_related("purposes")
    if service is not None:
        found = found.filter(_on(service))
    day, wanted = clock.today(), fold(words).split()
    entries = (rows.agreement_entry(row, row.purposes.all()) for row in found)
    return [
        entry
        for entry in entries
        if (side is None or side in sides_of(entry))
        and (not state or entry.shown_state(day) == state)
        and all(word in _words_of_agreement(entry) for word in wanted)
    ]


def _on(service: ServiceRef) -> Q:
    return Q(
        provider_agency=service.agency_code,
        provider_code=service.system_code,
        service_code=service.code,
        version=service.version,
    )


def _words_of_agreement(entry: AgreementEntry) -> str:
    purposes = " ".join(f"{one.title} {one.legal_ground}" for one in entry.purposes)
    return fold(f"{entry.client} {entry.service} {purposes}")


def find_agreement(agreement_id: UUID) -> AgreementEntry | None:
    row = Agreement.objects.filter(pk=agreement_id).first()
    return rows.agreement_entry(row) if row else None


def get_agreement(agreement_id: UUID) -> AgreementEntry:
    """Raises NotFound `catalogue.unknown-agreement`."""
    found = find_agreement(agreement_id)
    if found is None:
        raise NotFound("catalogue.unknown-agreement", tr("Không có thỏa thuận này.", "There is no such agreement."))
    return found


def list_history(agreement_id: UUID) -> list[HistoryLine]:
    """What was done to an agreement, the latest first."""
    steps = AgreementStep.objects.filter(agreement_id=agreement_id).order_by("-at", "-pk")
    return [HistoryLine(step.at, step.side, step.deed, step.by, step.reason) for step in steps]


def sides_of(entry: AgreementEntry) -> tuple[Side, ...]:
    """On which sides of the agreement this node stands."""
    homes = places.homes_of([entry.client.agency_code, entry.service.agency_code])
    here = node().agency_code
    found: list[Side] = []
    if homes.get(entry.client.agency_code) == here:
        found.append("consumer")
    if homes.get(entry.service.agency_code) == here:
        found.append("provider")
    if places.is_hub():
        found.append("platform")
    return tuple(found)


def list_permissions(
    *, side: Side | None = None, client: SystemRef | None = None, provider: SystemRef | None = None
) -> list[PermissionLine]:
    """Who may call what: every accepted purpose of every accepted agreement, by client and service."""
    day = clock.today()
    found = [
        PermissionLine(
            entry.id, entry.client, entry.service, entry.endpoints, purpose, entry.shown_state(day), entry.valid_to
        )
        for listed in index.current().agreements.values()
        for entry in listed
        if (client is None or entry.client == client)
        and (provider is None or entry.service.system == provider)
        and (side is None or side in sides_of(entry))
        for purpose in index.accepted(entry.purposes)
    ]
    return sorted(found, key=lambda line: (line.client, line.service, line.purpose.title))


def list_allowed(client: SystemRef, provider: SystemRef) -> list[ServiceRef]:
    """The services of a system that a client may call today (allowedMethods)."""
    day = clock.today()
    known = index.current()
    return sorted(
        {
            entry.service
            for (who, _), listed in known.agreements.items()
            if who == client
            for entry in listed
            if entry.service.system == provider
            and entry.shown_state(day) == "active"
            and index.accepted(entry.purposes)
        }
    )


def list_offered(provider: SystemRef) -> list[ServiceEntry]:
    """The services of a system that take calls today (listMethods)."""
    known = index.current()
    return [
        facts.entry
        for key in sorted(key for key in known.services if key[:2] == (provider.agency_code, provider.code))
        for _, facts in sorted(known.services[key].items())
        if facts.entry.shown_state in ("published", "deprecated")
    ]
