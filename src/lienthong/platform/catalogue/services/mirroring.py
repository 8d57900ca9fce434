"""The hub's mirror (bản sao của nền tảng): systems, services and agreements as their nodes tell them, whole."""

from lienthong.kernel import clock
from lienthong.platform.catalogue.letters import AgreementNoted, ServicePublished, SystemPart, SystemRegistered
from lienthong.platform.catalogue.models import Agreement, Purpose, ServiceVersion, System
from lienthong.platform.catalogue.services.changes import touch

_SAME_SERVICE = (
    "kind",
    "title_vi",
    "title_en",
    "description",
    "legal_basis",
    "contact",
    "state",
    "state_reason",
    "openapi",
    "digest_only",
    "timeout",
    "daily_quota",
    "rate",
    "threshold",
    "published_at",
    "sunset_date",
)
_SAME_AGREEMENT = (
    "state",
    "suspended_by_consumer",
    "suspended_by_provider",
    "valid_from",
    "valid_to",
    "rate",
    "requested_at",
)
_SAME_PURPOSE = ("title", "legal_ground", "daily_calls", "state", "daily_quota")


def mirror_system(part: SystemPart, node_code: str, state: str | None = None) -> System:
    """The system as its node tells it."""
    facts = {"name_vi": part.name_vi, "name_en": part.name_en, "contact": part.contact, "node_code": node_code}
    row, _ = System.objects.update_or_create(
        agency_code=part.agency_code, code=part.code, defaults={**facts, **({"state": state} if state else {})}
    )
    return row


def apply_registered(letter: SystemRegistered, node_code: str) -> None:
    mirror_system(letter.system, node_code, letter.state)
    touch()


def apply_published(letter: ServicePublished, node_code: str) -> None:
    """A version as its provider tells it; what the platform has said about it stays."""
    facts = {name: getattr(letter, name) for name in _SAME_SERVICE}
    facts["endpoints"] = [[one.method, one.path, one.summary] for one in letter.endpoints]
    facts["fields"] = list(letter.fields)
    facts["changed_at"] = clock.now()
    ServiceVersion.objects.update_or_create(
        system=mirror_system(letter.system, node_code), code=letter.code, version=letter.version, defaults=facts
    )
    touch()


def apply_noted(letter: AgreementNoted) -> None:
    """An agreement as its provider tells it; the platform's own suspension stays."""
    facts = {name: getattr(letter, name) for name in _SAME_AGREEMENT}
    facts["endpoints"] = [[one.method, one.path, one.summary] for one in letter.endpoints]
    row, _ = Agreement.objects.update_or_create(
        id=letter.id,
        defaults={
            "client_agency": letter.client.agency_code,
            "client_code": letter.client.code,
            "provider_agency": letter.service.agency_code,
            "provider_code": letter.service.system_code,
            "service_code": letter.service.code,
            "version": letter.service.version,
            **facts,
        },
    )
    for part in letter.purposes:
        told = {name: getattr(part, name) for name in _SAME_PURPOSE}
        Purpose.objects.update_or_create(id=part.id, defaults={"agreement": row, "fields": list(part.fields), **told})
    touch()
