"""What recipients say, recorded at the sender: states of deliveries in sets, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from lienthong.kernel import clock, events
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents.events import DocumentStatusChanged
from lienthong.platform.documents.models import Delivery, Step
from lienthong.platform.documents.rules import NEEDS_REASON, check_reason, is_known, moves
from lienthong.platform.documents.services.storing import Told, keep_deliveries, keep_steps, step
from lienthong.platform.documents.types import Evidence, StatusTold

_CLOCKS_DIFFER = timedelta(days=1)

TRANSPORT_WORDS = frozenset({"opened", "failed"})

Said = tuple[StatusTold, Evidence]


def record_statuses(said: Sequence[Said]) -> list[StatusTold]:
    """States that recipients said of messages sent from here; all of them or none. An old state moves nothing back.

    Gives them back with the code and day of the document as they stand here.

    Raises NotFound `documents.never-sent`; Refused `documents.reason-missing`, `documents.before-promulgation`,
    `documents.dated-ahead`.
    """
    rows = _lock(said)
    steps: list[Step] = []
    whole = []
    for told, evidence in sorted(said, key=lambda one: one[0].at):
        row = rows.get((told.message_id, told.agency_code))
        if row is None or row.message.document.document_id != told.document_id:
            raise never_sent(told.document_id, told.agency_code)
        _check(told)
        steps += _apply(row, told, evidence)
        document = row.message.document
        whole.append(replace(told, code=document.code, promulgated_on=document.promulgated_on))
    keep_steps(steps)
    keep_deliveries(rows.values())
    for told, _ in said:
        if told.status not in TRANSPORT_WORDS:
            events.publish(_event(told))
    return whole


def never_sent(document_id: str, agency_code: str) -> NotFound:
    """A state of something that was never sent there."""
    return NotFound(
        "documents.never-sent",
        tr(
            f"Văn bản {document_id} chưa từng được gửi đến {agency_code}.",
            f"The document {document_id} was never sent to {agency_code}.",
        ),
        field="document_id",
    )


def _lock(said: Sequence[Said]) -> Mapping[tuple[UUID, str], Delivery]:
    found = (
        Delivery.objects.select_for_update(no_key=True, of=("self",))
        .select_related("message", "message__document")
        .defer("message__envelope", "message__document__content")
        .filter(
            message__in={told.message_id for told, _ in said}, agency_code__in={told.agency_code for told, _ in said}
        )
        .order_by("id")
    )
    wanted = {(told.message_id, told.agency_code) for told, _ in said}
    return {key: row for row in found if (key := (row.message_id, row.agency_code)) in wanted}


def _check(told: StatusTold) -> None:
    check_reason(told.reason, needed=told.status in NEEDS_REASON)
    if told.at > clock.now() + _CLOCKS_DIFFER:
        raise Refused(
            "documents.dated-ahead", tr("Trạng thái ghi ngày ở phía trước.", "The state lies ahead."), field="at"
        )


def _apply(row: Delivery, told: StatusTold, evidence: Evidence) -> list[Step]:
    now = clock.now()
    if told.at.astimezone(clock.ZONE).date() < row.message.document.promulgated_on:
        raise Refused(
            "documents.before-promulgation",
            tr("Trạng thái ghi trước ngày ban hành văn bản.", "The state lies before the promulgation."),
            field="at",
        )
    said = Told(evidence, told.reason, told.staff, told.agency_code)
    steps = []
    if told.status == "failed":
        return _fail(row, told, said)
    transport = "opened" if told.status == "opened" else "delivered"
    if row.transport in ("waiting", "failed") or (transport == "opened" and row.transport == "delivered"):
        row.transport, row.problem, row.delivered_at = transport, "", row.delivered_at or now
        steps.append(step("transport", transport, told.at, said, delivery_id=row.pk))
    if told.status != "opened":
        steps.append(step("business", told.status, told.at, said, delivery_id=row.pk))
    if told.status in ("15", "16"):
        row.answer = told.status
    elif is_known(told.status) and moves(row.status, row.status_at, told.status, told.at):
        row.status, row.status_at = told.status, told.at
    row.updated_at = now
    return steps


def _fail(row: Delivery, told: StatusTold, said: Told) -> list[Step]:
    """Their node does not receive for this agency; of what arrived there nobody can say so any more."""
    if row.status or row.transport == "opened":
        return []
    row.transport, row.problem, row.updated_at = "failed", told.reason, clock.now()
    return [step("transport", "failed", told.at, said, delivery_id=row.pk)]


def _event(told: StatusTold) -> DocumentStatusChanged:
    return DocumentStatusChanged(
        message_id=told.message_id,
        document_id=told.document_id,
        agency_code=told.receiver,
        receiver=told.agency_code,
        status=told.status,
        reason=told.reason,
        at=told.at,
    )
