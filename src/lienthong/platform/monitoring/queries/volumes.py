"""Volumes (số liệu vận hành): who talks to whom, how much, how fast and how often in vain, from the sums."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDay, TruncHour

from lienthong.kernel import clock
from lienthong.platform.monitoring.models import OperationSum, OperationTotal
from lienthong.platform.monitoring.rules import percentile
from lienthong.platform.monitoring.types import Choice, Flow, Point, ServiceSpeed, TotalRow

_HOUR = timedelta(hours=1)


def list_flows(choice: Choice) -> list[Flow]:
    """Each pair of parties with its volume, the busiest first."""
    rows = (
        _chosen(choice)
        .values("client", "client_system", "provider", "provider_system", "kind")
        .annotate(
            n=Sum("count"), failed=Sum("count", filter=~Q(fault="")), inward=Sum("bytes_in"), out=Sum("bytes_out")
        )
        .order_by("-n", "client", "provider")
    )
    return [
        Flow(
            client=row["client"],
            client_system=row["client_system"],
            provider=row["provider"],
            provider_system=row["provider_system"],
            kind=row["kind"],
            count=row["n"],
            failed=row["failed"] or 0,
            bytes_in=row["inward"],
            bytes_out=row["out"],
        )
        for row in rows
    ]


def list_points(choice: Choice) -> list[Point]:
    """The volume over time without gaps: by five minutes up to six hours, by hours up to four days, else by days."""
    length = choice.until - choice.since
    step: timedelta = timedelta(minutes=5)
    place: Combinable = F("start")
    if length > 96 * _HOUR:
        step, place = timedelta(days=1), TruncDay("start", tzinfo=clock.ZONE)
    elif length > 6 * _HOUR:
        step, place = _HOUR, TruncHour("start", tzinfo=clock.ZONE)
    rows = (
        _chosen(choice)
        .annotate(place=place)
        .values("place")
        .annotate(n=Sum("count"), failed=Sum("count", filter=~Q(fault="")))
        .order_by()
    )
    counted = {row["place"]: (row["n"], row["failed"] or 0) for row in rows}
    return [Point(at, step, *counted.get(at, (0, 0))) for at in _steps(choice, step)]


def list_faults(choice: Choice) -> list[tuple[str, int, datetime]]:
    """Causes of failure with their number and when one was last seen, the most frequent first."""
    rows = (
        _chosen(choice)
        .exclude(fault="")
        .values_list("fault")
        .annotate(n=Sum("count"), last=Max("start"))
        .order_by("-n", "fault")
    )
    return [(fault, number, last) for fault, number, last in rows]


def list_speeds(choice: Choice) -> list[ServiceSpeed]:
    """Each service with its percentiles, the slowest (p95) first. Only what succeeded: a refusal is quick."""
    rows = (
        _chosen(choice)
        .filter(fault="")
        .values_list("kind", "provider", "service", "latency")
        .annotate(n=Sum("count"), took=Sum("milliseconds"))
        .order_by()
    )
    classes: dict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
    took: dict[tuple[str, str, str], int] = defaultdict(int)
    for kind, provider, service, latency, number, milliseconds in rows:
        classes[kind, provider, service][latency] = number
        took[kind, provider, service] += milliseconds
    speeds = [_speed(*key, counts, took[key]) for key, counts in classes.items()]
    return sorted(speeds, key=lambda speed: (-speed.p95, speed.service))


def list_parties(choice: Choice) -> list[str]:
    """Agency codes seen in the period, for the filter."""
    found = OperationSum.objects.filter(start__gte=choice.since, start__lt=choice.until)
    return sorted({code for pair in found.values_list("client", "provider").distinct() for code in pair if code})


def list_totals() -> list[TotalRow]:
    """What has been counted since the node began, by parties, service, outcome and class of latency."""
    return [
        TotalRow(*row)
        for row in OperationTotal.objects.values_list(
            "side", "kind", "client", "provider", "service", "fault", "latency"
        )
        .annotate(n=Sum("count"), inward=Sum("bytes_in"), out=Sum("bytes_out"), took=Sum("milliseconds"))
        .order_by("side", "kind", "client", "provider", "service", "fault", "latency")
    ]


def _chosen(choice: Choice) -> "QuerySet[OperationSum]":
    found = OperationSum.objects.filter(start__gte=choice.since, start__lt=choice.until)
    if choice.peer:
        found = found.filter(Q(client=choice.peer) | Q(provider=choice.peer))
    if choice.kind:
        found = found.filter(kind=choice.kind)
    if choice.service:
        found = found.filter(service=choice.service)
    return found


def _steps(choice: Choice, step: timedelta) -> Iterable[datetime]:
    """The beginnings of all steps of the period, in Vietnam's time."""
    at = choice.since.astimezone(clock.ZONE)
    if step < _HOUR:
        at = at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)
    else:
        at = at.replace(minute=0, second=0, microsecond=0)
        at = at.replace(hour=0) if step > _HOUR else at
    while at < choice.until:
        yield at
        at += step


def _speed(kind: str, provider: str, service: str, counts: dict[int, int], took: int) -> ServiceSpeed:
    number = sum(counts.values())
    p50, p95, p99 = (percentile(counts, share) or 0.0 for share in (0.5, 0.95, 0.99))
    return ServiceSpeed(kind, provider, service, number, took / number, p50, p95, p99)
