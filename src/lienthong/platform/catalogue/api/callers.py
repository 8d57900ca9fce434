"""Who calls the API: an operator signed in, or a system with its key."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.kernel.text import tr
from lienthong.platform.catalogue import queries
from lienthong.platform.catalogue.types import AgreementEntry, ServiceRef, SystemRef

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The acting one; `system` is the one that a key belongs to, None for an operator, who sees everything."""

    actor: Actor
    system: SystemRef | None = None

    def concerns(self, *systems: SystemRef) -> bool:
        """Does it concern the caller?"""
        return self.system is None or self.system in systems

    def require(self, *systems: SystemRef) -> None:
        """Raises NotAllowed `catalogue.not-yours` for what concerns other systems alone."""
        if not self.concerns(*systems):
            raise NotAllowed(
                "catalogue.not-yours",
                tr(f"Khóa này chỉ dùng cho {self.system}.", f"This key is for {self.system} alone."),
            )

    def sees(self, entry: AgreementEntry) -> bool:
        return self.concerns(entry.client, entry.service.system)

    def require_service(self, service: ServiceRef) -> None:
        self.require(service.system)


class SystemKey(HttpBearer):
    """`Authorization: Bearer lt_…`: the key of a system; changes need one that may manage."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = queries.find_key_owner(token)
        if found is None:
            return None
        system, may_manage = found
        if request.method not in _SAFE and not may_manage:
            raise NotAllowed(
                "catalogue.key-may-not-manage",
                tr("Khóa này chỉ được đọc và gọi dịch vụ.", "This key may only read and call."),
            )
        duties = frozenset({"operator"}) if may_manage else frozenset()
        return Caller(Actor("node", str(system), agency_code=system.agency_code, duties=duties), system)


def operator(request: HttpRequest) -> Caller | None:
    """An operator who is signed in; a change must bring the token against forged requests."""
    actor = access.actor_of(request)
    if actor is None or not actor.has("operator"):
        return None
    if request.method not in _SAFE and check_csrf(request) is not None:
        raise Refused("catalogue.csrf", tr("Thiếu mã CSRF.", "The CSRF token is missing."), status=403)
    return Caller(actor)


def caller(request: HttpRequest) -> Caller:
    """The caller of a request that has been let in."""
    return cast("Caller", cast("Any", request).auth)
