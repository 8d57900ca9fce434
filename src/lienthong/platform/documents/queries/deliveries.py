"""Ask for the recipients of messages: transport and business states side by side, with the evidence of each step."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db.models import QuerySet

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import Delivery
from lienthong.platform.documents.queries.documents import load_message
from lienthong.platform.documents.rights import READERS, works_at
from lienthong.platform.documents.types import BusinessKind, DeliveryFilters, DeliveryRef, Transport

_ALL = DeliveryFilters()


def list_deliveries(
    message_id: UUID,
    actor: Actor,
    filters: DeliveryFilters = _ALL,
    *,
    start: int = 0,
    count: int | None = None,
) -> list[DeliveryRef]:
    """The recipients of a message, by code; only its sender sees them. Raises NotFound `documents.no-such-message`."""
    rows = _chosen(message_id, actor, filters).order_by("agency_code")
    return [delivery_ref(row) for row in rows[start : start + count if count is not None else None]]


def count_deliveries(message_id: UUID, actor: Actor, filters: DeliveryFilters = _ALL) -> int:
    """How many recipients. Raises NotFound `documents.no-such-message`."""
    return _chosen(message_id, actor, filters).count()


def get_delivery(delivery_id: int, actor: Actor) -> DeliveryRef:
    """One recipient of a message of the actor's agency. Raises NotFound `documents.no-such-delivery`."""
    row = Delivery.objects.select_related("message").defer("message__envelope").filter(pk=delivery_id).first()
    if row is None or not works_at(actor, row.sender_code, *READERS):
        raise _no_such_delivery()
    return delivery_ref(row)


def _no_such_delivery() -> NotFound:
    return NotFound("documents.no-such-delivery", tr("Không có nơi nhận này.", "There is no such recipient."))


def _chosen(message_id: UUID, actor: Actor, filters: DeliveryFilters) -> QuerySet[Delivery]:
    message = load_message(message_id, actor)
    rows = Delivery.objects.filter(message=message).select_related("message").defer("message__envelope")
    if not works_at(actor, message.sender_code, *READERS):
        rows = rows.filter(agency_code=actor.agency_code)
    if filters.transport:
        rows = rows.filter(transport=filters.transport)
    if filters.status:
        rows = rows.filter(status="" if filters.status == "none" else filters.status)
    if filters.answer:
        rows = rows.filter(answer="" if filters.answer == "none" else filters.answer)
    if filters.agency:
        rows = rows.filter(agency_code__startswith=filters.agency)
    return rows


def delivery_ref(row: Delivery) -> DeliveryRef:
    """A recipient as other rooms see it."""
    return DeliveryRef(
        id=row.pk,
        message_id=row.message_id,
        kind=cast("BusinessKind", row.message.kind),
        agency_code=row.agency_code,
        transport=cast("Transport", row.transport),
        status=row.status,
        problem=row.problem,
        updated_at=row.updated_at,
        answer=row.answer,
        instead_of=row.instead_of,
        node_code=row.node_code,
        delivered_at=row.delivered_at,
    )
