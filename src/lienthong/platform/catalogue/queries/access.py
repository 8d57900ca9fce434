"""The access decision (quyết định cho khai thác): who may call what, for which purpose. Denied by default.

`decide` and `explain` walk the same way, step by step; `explain` writes down what it sees and takes nothing.
"""

import time
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.platform.catalogue.queries import causes, index, usage
from lienthong.platform.catalogue.queries.index import Index, ServiceFacts
from lienthong.platform.catalogue.queries.trail import Trail
from lienthong.platform.catalogue.rules import limits, paths
from lienthong.platform.catalogue.states import CALLABLE, SERVICE_STATES
from lienthong.platform.catalogue.types import (
    AccessRequest,
    AgreementEntry,
    Endpoint,
    Explanation,
    Permission,
    PurposeEntry,
    ServiceRef,
    SystemRef,
)


def decide(request: AccessRequest) -> Permission:
    """Let a call through, or raise Refused with one code per cause; the call then counts against its limits.

    `catalogue.bad-path` · `.unknown-client` · `.unknown-service` · `.no-agreement` · `.suspended` ·
    `.service-disabled` · `.endpoint-denied` · `.no-purpose` · `.ambiguous-purpose` · with status 429 and
    `retry_after` (seconds) in details `.too-fast` · `.quota-used`. A call that is let through must be stored by
    `services.count_calls` or given back by `services.give_back`.
    """
    return _walk(index.current(), request, None)


def explain(request: AccessRequest) -> Explanation:
    """Replay the decision in sentences; nothing is counted."""
    trail = Trail()
    try:
        _walk(index.current(), request, trail)
    except Refused as refusal:
        return Explanation(request, trail.ended(refusal), refusal.code, refusal.message)
    return Explanation(request, trail.steps())


def keep_fields(permission: Permission, answer: object) -> object:
    """A JSON answer with the fields that the purpose allows, and no others."""
    return limits.keep_fields(answer, permission.fields)


def _walk(known: Index, request: AccessRequest, trail: Trail | None) -> Permission:
    path = paths.normal_path(request.path)
    today = clock.today()
    if trail:
        trail.path(path)
    _require_client(known, request.client, trail)
    versions = _find_versions(known, request.service, trail)
    agreement = _find_agreement(known, request, versions, today, trail)
    facts = versions[agreement.service.version]
    _require_callable(facts, trail)
    endpoint = _find_endpoint(facts, agreement, request, path, trail)
    purpose = _find_purpose(agreement, request.purpose_id.strip().lower(), trail)
    quota = usage.quota_of(purpose, facts.entry.terms.daily_quota)
    used = _take(agreement, purpose, facts, quota, today, trail)
    return Permission(
        agreement_id=agreement.id,
        purpose_id=purpose.id,
        purpose=purpose.title,
        legal_ground=purpose.legal_ground,
        client=request.client,
        service=agreement.service,
        endpoint=endpoint,
        path=path,
        base_url=facts.base_url,
        timeout=facts.entry.terms.timeout,
        digest_only=facts.entry.terms.digest_only,
        fields=purpose.fields,
        quota=quota,
        used=used,
        day=today,
    )


def _require_client(known: Index, client: SystemRef, trail: Trail | None) -> None:
    facts = known.systems.get(client)
    if trail:
        trail.client(client, facts)
    if facts is None or not facts.active:
        raise causes.unknown_client(client)


def _find_versions(known: Index, service: ServiceRef, trail: Trail | None) -> Mapping[int, ServiceFacts]:
    versions = known.services.get(index.key_of(service), {})
    if trail:
        trail.service(service, versions)
    if not versions or (service.version and service.version not in versions):
        raise causes.unknown_service(service)
    return versions


def _find_agreement(
    known: Index, request: AccessRequest, versions: Mapping[int, ServiceFacts], today: date, trail: Trail | None
) -> AgreementEntry:
    """The agreement in force; without a version asked for, the newest version that takes calls."""
    listed = [
        one
        for one in known.agreements.get((request.client, index.key_of(request.service)), ())
        if one.service.version in versions and request.service.version in (0, one.service.version)
    ]
    states = [one.shown_state(today) for one in listed]
    in_force = [one for one, state in zip(listed, states, strict=True) if state == "active"]
    if trail:
        trail.agreements(request, listed, states)
    if in_force:
        ready = (one for one in in_force if versions[one.service.version].entry.shown_state in CALLABLE)
        return next(ready, in_force[0])
    for one, state in zip(listed, states, strict=True):
        if state == "suspended":
            raise causes.suspended(one.suspension)
    raise causes.no_agreement(request)


def _require_callable(facts: ServiceFacts, trail: Trail | None) -> None:
    entry = facts.entry
    if trail:
        trail.state(entry)
    if entry.shown_state not in CALLABLE:
        reason = entry.platform_reason or entry.state_reason
        raise causes.service_disabled(entry.ref, SERVICE_STATES[entry.shown_state].label, reason)


def _find_endpoint(
    facts: ServiceFacts, agreement: AgreementEntry, request: AccessRequest, path: str, trail: Trail | None
) -> Endpoint:
    """Both the service and the agreement must have it; an agreement without endpoints covers all of the service."""
    listed = facts.entry.endpoints or (Endpoint("*", "/**"),)
    offered = paths.find_endpoint(listed, request.method, path)
    agreed = offered
    if offered and agreement.endpoints:
        agreed = paths.find_endpoint(agreement.endpoints, request.method, path)
    if trail:
        trail.endpoint(f"{request.method} {path}", offered, agreed, listed, agreement.endpoints)
    if agreed is None:
        raise causes.endpoint_denied(request)
    return agreed


def _find_purpose(agreement: AgreementEntry, purpose_id: str, trail: Trail | None) -> PurposeEntry:
    accepted = index.accepted(agreement.purposes)
    found = [one for one in accepted if purpose_id in ("", str(one.id))]
    if trail:
        trail.purpose(purpose_id, agreement.purposes, found)
    if not found:
        raise causes.no_purpose(purpose_id)
    if len(found) > 1:
        raise causes.ambiguous_purpose(found)
    return found[0]


def _take(
    agreement: AgreementEntry,
    purpose: PurposeEntry,
    facts: ServiceFacts,
    quota: int | None,
    today: date,
    trail: Trail | None,
) -> int:
    """Count the call against quota and rate; gives how many the day had before it."""
    rate = agreement.rate if agreement.rate is not None else facts.entry.terms.rate
    used = usage.used_today(today, purpose.id)
    if trail:
        trail.limits(quota, used, rate)
        if quota is not None and used >= quota:
            raise causes.quota_used(quota, limits.seconds_to_midnight(clock.now()))
        return used
    if quota is not None and used >= quota:
        raise causes.quota_used(quota, limits.seconds_to_midnight(clock.now()))
    if rate:
        wait = usage.COUNTS.wait(agreement.id, rate, time.monotonic())
        if wait:
            raise causes.too_fast(rate, wait)
    key: tuple[date, UUID] = (today, purpose.id)
    if not usage.COUNTS.take(key, quota):
        raise causes.quota_used(quota or 0, limits.seconds_to_midnight(clock.now()))
    return used
