"""Ask for what arrived at an agency of this node, what waits there and what is overdue."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import cast
from uuid import UUID

from django.db.models import F, QuerySet

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents.models import Arrival, Delivery, Message
from lienthong.platform.documents.queries.documents import document_ref
from lienthong.platform.documents.rights import READERS, works_at
from lienthong.platform.documents.types import ArrivalFilters, ArrivalRef, Inbox, Overdue

UNHANDLED = ("", "01")
_ALL = ArrivalFilters()


def get_arrival(arrival_id: UUID, actor: Actor) -> ArrivalRef:
    """One incoming document of the actor's agency. Raises NotFound `documents.no-such-arrival`."""
    return arrival_ref(load_arrival(arrival_id, actor))


def find_arrival(agency_code: str, sender_code: str, document_id: str, actor: Actor) -> ArrivalRef | None:
    """The incoming document of this id on the axis at an agency, if it arrived there."""
    if not works_at(actor, agency_code, *READERS):
        return None
    row = (
        _joined()
        .filter(agency_code=agency_code, document__agency_code=sender_code, document__document_id=document_id)
        .first()
    )
    return arrival_ref(row) if row else None


def load_arrival(arrival_id: UUID, actor: Actor) -> Arrival:
    """The row, for those who may read it. Raises NotFound `documents.no-such-arrival`."""
    row = _joined().filter(pk=arrival_id).first()
    if row is None or not works_at(actor, row.agency_code, *READERS):
        raise NotFound(
            "documents.no-such-arrival", tr("Không có văn bản đến này.", "There is no such incoming document.")
        )
    return row


def _joined() -> QuerySet[Arrival]:
    return Arrival.objects.select_related("document", "message", "entry").defer(
        "message__envelope", "document__content"
    )


def list_arrivals(
    agency_code: str, filters: ArrivalFilters = _ALL, *, actor: Actor, start: int = 0, count: int = 30
) -> list[ArrivalRef]:
    """What arrived at an agency, the latest first; what is overdue, the oldest term first."""
    rows = _chosen(agency_code, filters, actor)
    order = ("due_at", "id") if filters.kind == "overdue" else ("-arrived_at", "-id")
    return [arrival_ref(row) for row in rows.order_by(*order)[start : start + count]]


def count_arrivals(agency_code: str, filters: ArrivalFilters = _ALL, *, actor: Actor, most: int = 10_000) -> int:
    """How many, counted no further than `most`."""
    return _chosen(agency_code, filters, actor).values("pk")[:most].count()


def _chosen(agency_code: str, filters: ArrivalFilters, actor: Actor) -> QuerySet[Arrival]:
    if not works_at(actor, agency_code, *READERS):
        return Arrival.objects.none()
    rows = _joined().filter(agency_code=agency_code)
    if filters.kind in ("unhandled", "overdue"):
        rows = rows.filter(status__in=UNHANDLED, standing="in-force")
    if filters.kind == "overdue":
        rows = rows.filter(due_at__lt=clock.now())
    elif filters.kind == "asked":
        rows = rows.exclude(asked="")
    elif filters.kind == "recalled":
        rows = rows.exclude(standing="in-force")
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.sender_code:
        rows = rows.filter(sender_code=filters.sender_code)
    if filters.since:
        rows = rows.filter(arrived_at__gte=datetime.combine(filters.since, time(), clock.ZONE))
    if filters.until:
        rows = rows.filter(arrived_at__lt=datetime.combine(filters.until + timedelta(days=1), time(), clock.ZONE))
    return rows


def arrival_ref(row: Arrival) -> ArrivalRef:
    """An incoming document as other rooms see it."""
    entry = getattr(row, "entry", None)
    return ArrivalRef(
        id=row.pk,
        document=document_ref(row.document),
        sender_code=row.sender_code,
        agency_code=row.agency_code,
        inbox=cast("Inbox", row.inbox),
        status=row.status,
        standing=row.standing,
        asked=row.asked,
        verdict=row.message.verdict,
        needs_paper=row.message.needs_paper,
        arrived_at=row.arrived_at,
        registered_number=entry.number if entry else None,
        message_id=row.message_id,
        due_at=row.due_at,
        opened_at=row.opened_at,
        replaced_by=row.document.replaced_by if row.standing == "replaced" else "",
    )


def list_overdue(agency_code: str, *, actor: Actor, count: int = 100) -> list[Overdue]:
    """What is overdue at an agency by QĐ 28/2018, the oldest term first.

    Arrivals that nobody accepted or refused within the working day, recipients that have not answered by the end of
    the next one, documents sent too late.
    """
    if not works_at(actor, agency_code, *READERS):
        return []
    arrived = list_arrivals(agency_code, ArrivalFilters(kind="overdue"), actor=actor, count=count)
    found = [
        Overdue("unhandled", one.id, one.document, one.sender_code, one.due_at or one.arrived_at) for one in arrived
    ]
    found += _unanswered(agency_code, count) + _late(agency_code, count)
    return sorted(found, key=lambda one: one.since)[:count]


def unanswered_before(agency_code: str) -> datetime:
    """Deliveries from before this moment should have been answered: a whole working day has passed since."""
    calendar = agency_queries.get_calendar(agency_code)
    day = clock.today()
    for _ in range(2):
        day -= timedelta(days=1)
        while not calendar.is_working(day):
            day -= timedelta(days=1)
    return calendar.closing(day)


def _unanswered(agency_code: str, count: int) -> list[Overdue]:
    rows = (
        Delivery.objects.filter(
            sender_code=agency_code,
            status__in=UNHANDLED,
            created_at__lt=unanswered_before(agency_code),
            message__kind__in=("new", "replace"),
            message__document__standing="in-force",
        )
        .select_related("message__document")
        .defer("message__envelope", "message__document__content")
        .order_by("created_at")[:count]
    )
    return [
        Overdue("unanswered", row.message_id, document_ref(row.message.document), row.agency_code, row.created_at)
        for row in rows
    ]


def _late(agency_code: str, count: int) -> list[Overdue]:
    rows = (
        Message.objects.filter(
            direction="out",
            sender_code=agency_code,
            due_at__lt=F("at"),
            at__gte=clock.now() - timedelta(days=30),
        )
        .select_related("document")
        .defer("envelope", "document__content")
        .order_by("-at")[:count]
    )
    return [Overdue("late", row.pk, document_ref(row.document), agency_code, row.due_at or row.at) for row in rows]
