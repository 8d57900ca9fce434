"""Ask for what the pages of the axis show: recipients by the page, failed messages, traffic of the whole node."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Sum

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents.models import Arrival, Delivery, Message, PartnerWarning
from lienthong.platform.documents.queries.deliveries import list_deliveries
from lienthong.platform.documents.queries.documents import sent_rows
from lienthong.platform.documents.rights import READERS, works_at
from lienthong.platform.documents.types import DeliveryFilters, DeliveryRef, SentRow


class DeliveryWindow(Sequence[DeliveryRef]):
    """The chosen recipients of a message, fetched when a page of them is looked at."""

    def __init__(self, message_id: UUID, actor: Actor, filters: DeliveryFilters, total: int) -> None:
        self._what = (message_id, actor, filters)
        self._total = total

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, where: Any) -> Any:
        if isinstance(where, slice):
            start = where.start or 0
            stop = self._total if where.stop is None else where.stop
            return list_deliveries(*self._what, start=start, count=stop - start)
        return list_deliveries(*self._what, start=where, count=1)[0]


def name_agencies(codes: Collection[str]) -> dict[str, str]:
    """Names of agencies for a list, in a few round trips."""
    return {code: ref.name for code, ref in agency_queries.answer_for_many(codes).items()}


def list_failed(agency_code: str, actor: Actor, *, count: int = 50) -> list[SentRow]:
    """Messages of an agency that did not get to all of their recipients, the latest first."""
    if not works_at(actor, agency_code, *READERS):
        return []
    rows = (
        Delivery.objects.filter(sender_code=agency_code, transport="failed")
        .values("message")
        .annotate(at=Max("updated_at"))
        .order_by("-at")
    )
    return sent_rows([row["message"] for row in rows[:count]])


@dataclass(frozen=True, slots=True)
class NodeTraffic:
    """How a recipient node or axis is doing (lưu lượng theo nơi nhận): recipients by transport, the oldest waiting."""

    node_code: str
    waiting: int
    delivered: int
    opened: int
    failed: int
    oldest_at: Any


def list_traffic(days: int = 30) -> list[NodeTraffic]:
    """Recipients of the last days by node, for the operator: numbers alone."""
    since = clock.now() - timedelta(days=days)
    rows = (
        Delivery.objects.filter(created_at__gte=since)
        .values("node_code", "transport")
        .annotate(number=Count("id"), oldest=Min("created_at"))
        .order_by("node_code")
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        sums = found.setdefault(
            row["node_code"], {"waiting": 0, "delivered": 0, "opened": 0, "failed": 0, "oldest": None}
        )
        sums[row["transport"]] = row["number"]
        if row["transport"] == "waiting":
            sums["oldest"] = row["oldest"]
    return [
        NodeTraffic(code, one["waiting"], one["delivered"], one["opened"], one["failed"], one["oldest"])
        for code, one in found.items()
    ]


def list_warnings(days: int = 30) -> list[Mapping[str, Any]]:
    """What had to be tolerated in the messages of senders, by kind: numbers alone."""
    since = clock.today() - timedelta(days=days)
    rows = PartnerWarning.objects.filter(day__gte=since).values("sender_code", "code")
    return [
        dict(one)
        for one in rows.annotate(number=Sum("count"), last=Max("day")).order_by("-number", "sender_code", "code")
    ]


@dataclass(frozen=True, slots=True)
class AxisSums:
    """Sums of a node (số liệu trục): messages sent and received in the last days, arrivals unhandled and overdue."""

    sent: int
    received: int
    unhandled: int
    overdue: int


def sum_axis(days: int = 30) -> AxisSums:
    """Numbers of the whole node for its operator, without a word of any document."""
    since = clock.now() - timedelta(days=days)
    unhandled = Arrival.objects.filter(status__in=("", "01"), standing="in-force")
    return AxisSums(
        sent=Message.objects.filter(direction="out", at__gte=since).count(),
        received=Message.objects.filter(direction="in", at__gte=since).count(),
        unhandled=unhandled.count(),
        overdue=unhandled.filter(due_at__lt=clock.now()).count(),
    )
