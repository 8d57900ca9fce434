"""The queue of what another axis is to take over, and the record of how the line to it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import F

from lienthong.kernel import access, audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.platform.documents.models import AxisLine, AxisTask, Delivery, Message
from lienthong.platform.documents.services.mailbox import key_of
from lienthong.platform.documents.services.storing import Told, keep_steps, step
from lienthong.platform.documents.types import Evidence, StatusTold

_DELAYS = (30, 60, 120, 240, 480)
_HOURLY = 3600
_GIVE_UP = 72
"""Tries after which nobody believes any more that it will go by itself: three days."""


def queue_message(message_id: UUID, axis: str, receivers: Iterable[str]) -> None:
    """A message of ours for agencies behind an axis; with the message, in its transaction."""
    message = Message.objects.select_related("document").defer("envelope").get(pk=message_id)
    AxisTask.objects.bulk_create(
        [
            AxisTask(
                kind="edoc",
                axis=axis,
                message=message,
                sender_code=message.sender_code,
                receivers=sorted(receivers),
                document_id=message.document.document_id,
                next_at=clock.now(),
                created_at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )


def queue_statuses(statuses: Iterable[tuple[StatusTold, bytes]], axis: str) -> None:
    """States for senders behind an axis, as the status messages they get."""
    AxisTask.objects.bulk_create(
        [
            AxisTask(
                kind="status",
                axis=axis,
                sender_code=told.agency_code,
                receivers=[told.receiver],
                document_id=told.document_id,
                edxml=edxml,
                told_key=key_of(told),
                next_at=clock.now(),
                created_at=clock.now(),
            )
            for told, edxml in statuses
        ],
        ignore_conflicts=True,
    )


def take_due(axis: str, *, most: int = 50) -> list[int]:
    """What is to be tried now. What follows an unfinished thing about the same document waits for it."""
    due = AxisTask.objects.filter(axis=axis, state="waiting", next_at__lte=clock.now()).order_by("id")[:most]
    found = []
    for pk, document_id in due.values_list("pk", "document_id"):
        earlier = AxisTask.objects.filter(axis=axis, state="waiting", document_id=document_id, pk__lt=pk)
        if not earlier.exists():
            found.append(pk)
    return found


def claim_task(task_id: int) -> AxisTask | None:
    """The task for one try: its next one is set before, so that who dies in between has lost only time."""
    with db.atomic():
        row = AxisTask.objects.select_for_update(skip_locked=True).filter(pk=task_id, state="waiting").first()
        if row is None or row.next_at > clock.now():
            return None
        row.next_at = clock.now() + timedelta(seconds=_DELAYS[row.attempts] if row.attempts < len(_DELAYS) else _HOURLY)
        row.attempts += 1
        row.save(update_fields=["next_at", "attempts"])
    return row


def task_done(task_id: int, remote_id: str) -> None:
    """The other axis has it: the task ends and its receivers are delivered to, in one transaction."""
    with db.atomic():
        row = _end(task_id, "done", "", remote_id)
        if row is not None:
            _move_deliveries(row, "delivered", "", remote_id)


def task_refused(task_id: int, problem: str) -> None:
    """The other axis will not take it: the sender sees why at each receiver."""
    with db.atomic():
        row = _end(task_id, "failed", problem, "")
        if row is not None:
            _move_deliveries(row, "failed", problem, "")


def task_put_off(task_id: int, problem: str) -> None:
    """It did not go this time; after three days it counts as refused."""
    attempts = AxisTask.objects.filter(pk=task_id).values_list("attempts", flat=True).first() or 0
    if attempts >= _GIVE_UP:
        task_refused(task_id, problem)
        return
    AxisTask.objects.filter(pk=task_id, state="waiting").update(problem=problem[:1000])


def try_again(*, actor: Actor) -> int:
    """Everything that waits or failed is due now; gives how much."""
    access.require(actor, "operator")
    with db.atomic():
        rows = list(AxisTask.objects.select_for_update().exclude(state="done").defer("edxml"))
        now = clock.now()
        for row in rows:
            if row.state == "failed":
                _move_deliveries(row, "waiting", "", "")
        changed = AxisTask.objects.filter(pk__in=[row.pk for row in rows])
        changed.update(state="waiting", attempts=0, next_at=now, ended_at=None)
        audit.record(actor, "documents.try-axis-tasks-again", "axis", tasks=len(rows))
    return len(rows)


def note_line(axis: str, *, problem: str = "", fetched: int = 0, refused: int = 0) -> None:
    """How a look into our mailbox at the other axis went."""
    now = clock.now()
    AxisLine.objects.get_or_create(axis=axis)
    changes: Mapping[str, object] = {
        "polled_at": now,
        "problem": problem[:1000],
        "fetched": F("fetched") + fetched,
        "refused": F("refused") + refused,
        **({} if problem else {"good_at": now}),
    }
    AxisLine.objects.filter(axis=axis).update(**changes)


def _end(task_id: int, state: str, problem: str, remote_id: str) -> AxisTask | None:
    row = AxisTask.objects.select_for_update().filter(pk=task_id, state="waiting").first()
    if row is not None:
        row.state, row.problem, row.remote_id, row.ended_at = state, problem[:1000], remote_id[:80], clock.now()
        row.save(update_fields=["state", "problem", "remote_id", "ended_at"])
    return row


def _move_deliveries(row: AxisTask, transport: str, problem: str, remote_id: str) -> None:
    if row.message_id is None:
        return
    now = clock.now()
    movable = ("waiting", "failed") if transport != "waiting" else ("failed",)
    rows = list(
        Delivery.objects.select_for_update(no_key=True)
        .filter(message_id=row.message_id, agency_code__in=row.receivers, transport__in=movable)
        .order_by("id")
    )
    proof = Told(
        Evidence("message", f"{row.axis}:{remote_id}" if remote_id else f"task:{row.pk}:{row.attempts}"), problem
    )
    for one in rows:
        one.transport, one.problem, one.updated_at = transport, problem[:1000], now
        one.delivered_at = now if transport == "delivered" else one.delivered_at
    Delivery.objects.bulk_update(rows, ("transport", "problem", "updated_at", "delivered_at"))
    keep_steps([step("transport", transport, now, proof, delivery_id=one.pk) for one in rows])
