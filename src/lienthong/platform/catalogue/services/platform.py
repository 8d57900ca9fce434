"""The platform's word (quyền của nền tảng): the hub stops a service or an agreement, and lets it go on."""

from lienthong.kernel import access, audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotAllowed
from lienthong.kernel.text import tr
from lienthong.platform.catalogue.letters import ServicePart, ServiceSuspended
from lienthong.platform.catalogue.models import ServiceVersion
from lienthong.platform.catalogue.queries import listings, places
from lienthong.platform.catalogue.rules import checks
from lienthong.platform.catalogue.services.changes import about_system, tell, touch
from lienthong.platform.catalogue.types import ServiceEntry, ServiceRef


def suspend_published(*, service: ServiceRef, reason: str, actor: Actor) -> ServiceEntry:
    """Stop a published service for the whole country."""
    return _set(service, checks.text(reason, "reason", 500), actor)


def resume_published(*, service: ServiceRef, actor: Actor) -> ServiceEntry:
    """Let a service that the platform stopped go on."""
    return _set(service, "", actor)


def _set(service: ServiceRef, reason: str, actor: Actor) -> ServiceEntry:
    access.require(actor, "operator")
    if not places.is_hub():
        raise NotAllowed(
            "catalogue.not-your-side", tr("Chỉ nút trung tâm làm được việc này.", "Only the hub may do this.")
        )
    before = listings.get_service(service)
    if bool(before.platform_reason) == bool(reason):
        raise Conflict("catalogue.wrong-state", tr("Dịch vụ đã ở trạng thái đó.", "The service is in that state."))
    part = ServicePart(
        agency_code=service.agency_code, system_code=service.system_code, code=service.code, version=service.version
    )
    letter = ServiceSuspended(service=part, reason=reason, at=clock.now())
    with db.atomic():
        apply_service_suspended(letter)
        about = f"platform {about_system(service.system)}"[:100]
        tell(letter, places.home_of(service.agency_code), about=about, actor=actor)
        audit.record(actor, "catalogue.platform-suspend", f"service:{service}", suspended=bool(reason))
    return listings.get_service(service)


def apply_service_suspended(letter: ServiceSuspended) -> None:
    """What the platform says holds at the provider and in the national list."""
    part = letter.service
    found = ServiceVersion.objects.filter(
        system__agency_code=part.agency_code, system__code=part.system_code, code=part.code, version=part.version
    )
    found.update(platform_reason=letter.reason)
    touch()
