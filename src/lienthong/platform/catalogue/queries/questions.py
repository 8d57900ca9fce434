"""Questions between nodes (yêu cầu khai thác) under an agreement about a service that is built into the program."""

from datetime import date

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import fold
from lienthong.platform.catalogue.queries import causes, index, places, usage
from lienthong.platform.catalogue.rules import limits
from lienthong.platform.catalogue.states import CALLABLE
from lienthong.platform.catalogue.types import AgreementEntry, Endpoint, Permission, PurposeEntry

PROGRAM = "lienthong"
"""The code of the system that a node itself is."""


def decide_question(
    *, client: str, provider: str, service: str, purpose: str, legal_ground: str, day: date, denied: Refused
) -> Permission:
    """The permission of a question, by purpose and legal ground in words. Raises Refused as `decide`, or `denied`."""
    known = index.current()
    key = (provider, PROGRAM, service)
    listed = [one for one in known.by_service.get(key, ()) if _home(one) == client]
    if not listed:
        raise denied
    in_force = [one for one in listed if one.shown_state(day) == "active"]
    for one in listed if not in_force else ():
        if one.suspension.any:
            raise causes.suspended(one.suspension)
    if not in_force:
        raise denied
    for agreement in in_force:
        for found in index.accepted(agreement.purposes):
            if fold(found.title) == fold(purpose) and fold(found.legal_ground) == fold(legal_ground):
                return _permit(known, agreement, found, day)
    raise causes.no_purpose(purpose)


def _home(agreement: AgreementEntry) -> str:
    code = agreement.client.agency_code
    return places.homes_of([code]).get(code, "")


def _permit(known: index.Index, agreement: AgreementEntry, purpose: PurposeEntry, day: date) -> Permission:
    facts = known.services.get(index.key_of(agreement.service), {}).get(agreement.service.version)
    if facts is None or facts.entry.shown_state not in CALLABLE:
        raise causes.unknown_service(agreement.service)
    quota = usage.quota_of(purpose, facts.entry.terms.daily_quota)
    used = usage.used_today(day, purpose.id)
    if not usage.COUNTS.take((day, purpose.id), quota):
        raise causes.quota_used(quota or 0, limits.seconds_to_midnight(clock.now()))
    return Permission(
        agreement_id=agreement.id,
        purpose_id=purpose.id,
        purpose=purpose.title,
        legal_ground=purpose.legal_ground,
        client=agreement.client,
        service=agreement.service,
        endpoint=Endpoint("POST", "/"),
        path="/",
        base_url="",
        timeout=facts.entry.terms.timeout,
        digest_only=facts.entry.terms.digest_only,
        fields=purpose.fields,
        quota=quota,
        used=used,
        day=day,
    )
