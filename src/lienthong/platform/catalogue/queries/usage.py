"""Calls of a day beside their quotas (lượt gọi, hạn mức): in memory for decisions, from the table for pages."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection

from lienthong.kernel import clock
from lienthong.platform.catalogue.models import DayCount
from lienthong.platform.catalogue.queries import index
from lienthong.platform.catalogue.rules.counting import Counts
from lienthong.platform.catalogue.types import AgreementEntry, PurposeEntry, ServiceRef, Usage

COUNTS = Counts()


def used_today(day: date, purpose_id: UUID) -> int:
    """Calls of the day, those under way included; the table is read once per purpose and day."""
    key = (day, purpose_id)
    # What a transaction sees may be rolled back: there the table is asked every time.
    if not COUNTS.knows(key) or connection.in_atomic_block:
        found = DayCount.objects.filter(day=day, purpose_id=purpose_id).values_list("calls", flat=True).first()
        COUNTS.learn([(key, found or 0)])
    return COUNTS.used(key)


def quota_of(purpose: PurposeEntry, service_quota: int | None) -> int | None:
    """The purpose's own quota, else the one of the service's terms."""
    return purpose.daily_quota if purpose.daily_quota is not None else service_quota


def list_usage(day: date | None = None, *, service: ServiceRef | None = None) -> list[Usage]:
    """Calls of each accepted purpose on the day (today), most used first."""
    day = day or clock.today()
    counted = dict(DayCount.objects.filter(day=day).values_list("purpose_id", "calls"))
    known = index.current()
    found = [
        usage_of(agreement, purpose, day, counted.get(purpose.id, 0), known)
        for agreement in _agreements(known)
        if service is None or agreement.service == service
        for purpose in agreement.purposes
        if purpose.state == "accepted" or purpose.id in counted
    ]
    return sorted(found, key=lambda one: (-one.share, -one.calls, one.client, one.service))


def list_days(purpose_id: UUID, limit: int = 31) -> list[tuple[date, int]]:
    """Calls of one purpose by day, the latest first."""
    return list(DayCount.objects.filter(purpose_id=purpose_id).order_by("-day").values_list("day", "calls")[:limit])


def usage_of(agreement: AgreementEntry, purpose: PurposeEntry, day: date, calls: int, known: index.Index) -> Usage:
    versions = known.services.get(index.key_of(agreement.service), {})
    facts = versions.get(agreement.service.version)
    quota = quota_of(purpose, facts.entry.terms.daily_quota if facts else None)
    return Usage(day, agreement.client, agreement.service, purpose.id, purpose.title, calls, quota)


def _agreements(known: index.Index) -> Iterable[AgreementEntry]:
    for listed in known.agreements.values():
        yield from listed
