"""Noting to the hub (báo cho nền tảng): the provider tells how its agreements stand, whole each time."""

from lienthong.kernel import clock
from lienthong.platform.catalogue.letters import AgreementNoted, EndpointPart, PurposeCopy, ServicePart, SystemPart
from lienthong.platform.catalogue.models import Agreement, Purpose, System
from lienthong.platform.catalogue.queries import listings, places, rows
from lienthong.platform.catalogue.services.changes import about_pair, tell_hub
from lienthong.platform.catalogue.types import SystemRef


def note_to_hub(row: Agreement) -> None:
    """Post the agreement's present state to the hub, if this node is the provider's."""
    if not places.is_here(row.provider_agency) or places.is_hub():
        return
    entry = rows.agreement_entry(row)
    tell_hub(noted_letter(row), about=about_pair(entry.client, entry.service))


def noted_letter(row: Agreement) -> AgreementNoted:
    """The agreement whole, without what the two sides alone should read."""
    return AgreementNoted(
        id=row.id,
        client=_client_part(SystemRef(row.client_agency, row.client_code)),
        service=ServicePart(
            agency_code=row.provider_agency,
            system_code=row.provider_code,
            code=row.service_code,
            version=row.version,
        ),
        endpoints=[EndpointPart(method=m, path=p, summary=s) for m, p, s in row.endpoints],
        state=row.state,
        suspended_by_consumer=row.suspended_by_consumer,
        suspended_by_provider=row.suspended_by_provider,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        rate=row.rate,
        purposes=[_purpose_copy(one) for one in row.purposes.order_by("id")],
        requested_at=row.requested_at,
        at=clock.now(),
    )


def _purpose_copy(row: Purpose) -> PurposeCopy:
    return PurposeCopy(
        id=row.id,
        title=row.title,
        legal_ground=row.legal_ground,
        fields=list(row.fields),
        daily_calls=row.daily_calls,
        state=row.state,
        daily_quota=row.daily_quota,
    )


def _client_part(client: SystemRef) -> SystemPart:
    """By the name that its own node gave it, as far as it is known here."""
    row = System.objects.filter(agency_code=client.agency_code, code=client.code).first()
    found = rows.system_entry(row) if row else listings.find_system(client)
    name_vi, name_en = (found.name.vi, found.name.en) if found else (str(client), str(client))
    return SystemPart(agency_code=client.agency_code, code=client.code, name_vi=name_vi, name_en=name_en)
