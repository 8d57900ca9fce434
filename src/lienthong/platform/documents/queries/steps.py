"""Ask for the steps of a delivery or an arrival, each with its evidence (bằng chứng)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lienthong.kernel.access import Actor
from lienthong.platform.documents.models import Step
from lienthong.platform.documents.queries.arrivals import load_arrival
from lienthong.platform.documents.queries.deliveries import get_delivery
from lienthong.platform.documents.types import Evidence, Staff, StatusStep


def steps_of(*, actor: Actor, delivery_id: int | None = None, arrival_id: UUID | None = None) -> Sequence[StatusStep]:
    """The steps of a delivery or an arrival with their evidence, in the order in which they happened.

    Raises NotFound `documents.no-such-delivery`, `documents.no-such-arrival`.
    """
    rows = Step.objects.order_by("at", "id")
    if arrival_id is not None:
        load_arrival(arrival_id, actor)
        return [_step(row) for row in rows.filter(arrival=arrival_id)]
    get_delivery(delivery_id or 0, actor)
    return [_step(row) for row in rows.filter(delivery=delivery_id)]


def _step(row: Step) -> StatusStep:
    return StatusStep(
        level="transport" if row.level == "transport" else "business",
        state=row.state,
        at=row.at,
        reason=row.reason,
        staff=Staff(row.department, row.staff, row.email, row.mobile),
        evidence=Evidence(row.evidence_kind, row.evidence),  # type: ignore[arg-type]  # the room writes these kinds only
    )
