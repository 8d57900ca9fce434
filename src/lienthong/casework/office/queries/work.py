"""Ask for work on arrivals: my work, what an agency's people have, what is overdue, what became of an arrival."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet

from lienthong.casework.office import rights, rules, states
from lienthong.casework.office.models import WorkOrder, WorkShare
from lienthong.casework.office.types import PARTS, Part, ShareRef, StepRef, WorkPage, WorkRow
from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import fold, tr

PAGE_SIZE = 30
OPEN = ("assigned", "in-progress")


def list_work(actor: Actor, box: str = "mine", *, text: str = "", page: int = 1) -> Page[WorkRow]:
    """Work of a box: mine, given (by me), agency, overdue, done; the nearest deadline first."""
    found = _box(actor, box)
    for word in fold(text).split()[:8]:
        found = found.filter(search__contains=word)
    order = ("-finished_at", "-id") if box == "done" else (F("due_on").asc(nulls_last=True), "-priority", "-id")
    shown = Paginator(found.order_by(*order), PAGE_SIZE).get_page(page)
    cast("Any", shown).object_list = [as_row(one, actor) for one in shown.object_list]
    return cast("Page[WorkRow]", shown)


def all_work(actor: Actor, box: str, *, text: str = "", limit: int = 10_000) -> Iterable[WorkRow]:
    """The same for a spreadsheet."""
    found = _box(actor, box)
    for word in fold(text).split()[:8]:
        found = found.filter(search__contains=word)
    return [as_row(one, actor) for one in found.order_by("due_on", "id")[:limit]]


def count_work(actor: Actor) -> dict[str, int]:
    """How much is in the boxes; one question."""
    today = clock.today()
    mine = Q(pk__in=_own_shares(actor).values("order_id"))
    still = Q(status__in=OPEN)
    counts = WorkOrder.objects.filter(rights.readable_work(actor)).aggregate(
        mine=Count("pk", filter=mine & still, distinct=True),
        overdue=Count("pk", filter=still & Q(due_on__lt=today), distinct=True),
        agency=Count("pk", filter=still, distinct=True),
    )
    return {name: int(count) for name, count in counts.items()}


def get_work(work_id: int, actor: Actor) -> WorkPage:
    """One piece of work. Raises NotFound `office.no-work`."""
    order = WorkOrder.objects.filter(pk=work_id).prefetch_related("shares").first()
    if order is None or not rights.may_read_work(actor, order):
        raise NotFound("office.no-work", tr("Không tìm thấy việc này.", "There is no such work."))
    parts = rights.work_parts(actor, order)
    return WorkPage(
        row=as_row(order, actor),
        agency_code=order.agency_code,
        instruction=order.instruction,
        assigned_by=order.assigned_by,
        assigner_id=order.assigner_id,
        shares=tuple(
            ShareRef(
                one.pk, one.account_id, one.name, one.position, cast("Part", one.part), one.state, one.note,
                one.finished_at,
            )
            for one in sorted(order.shares.all(), key=lambda found: (found.part != "lead", found.pk))
        ),
        steps=tuple(
            StepRef(one.deed, states.WORK_DEEDS[one.deed].told, one.at, one.by, one.note)
            for one in order.steps.order_by("-pk")[:200]
        ),
        result=order.result,
        reply_draft_id=order.reply_draft_id,
        deeds=tuple(
            deed for deed in states.WORK[order.status].deeds if parts.intersection(states.WORK_DEEDS[deed].by)
        ),
    )  # fmt: skip


def find_work(arrival_id: UUID, actor: Actor) -> WorkRow | None:
    """What is being done about an arrival, if this officer may know."""
    order = (
        WorkOrder.objects.filter(rights.readable_work(actor), arrival_id=arrival_id)
        .exclude(status="called-off")
        .prefetch_related("shares")
        .first()
    )
    return as_row(order, actor) if order else None


def assigned_among(arrival_ids: Iterable[UUID], actor: Actor) -> frozenset[UUID]:
    """Which of these arrivals somebody works on already."""
    rows = WorkOrder.objects.filter(agency_code=actor.agency_code, arrival_id__in=list(arrival_ids))
    return frozenset(rows.exclude(status="called-off").values_list("arrival_id", flat=True))


def as_row(order: WorkOrder, actor: Actor) -> WorkRow:
    """A piece of work as lists show it."""
    state = states.WORK[order.status]
    shares = [one for one in order.shares.all() if one.state != "handed-over"]
    own = next((one.part for one in shares if one.account_id == actor.account_id), "")
    finished = order.finished_at.astimezone(clock.ZONE).date() if order.finished_at else None
    return WorkRow(
        id=order.pk,
        arrival_id=order.arrival_id,
        code=order.code,
        sender=order.sender_name or order.sender_code,
        subject=order.subject,
        state=order.status,
        state_label=state.label,
        colour=state.colour,
        priority=order.priority,
        due_on=order.due_on,
        is_late=rules.is_late(order.due_on, finished, clock.today()),
        leads=next((one.name for one in shares if one.part == "lead"), ""),
        part=str(PARTS[own]) if own else "",
        assigned_at=order.assigned_at,
    )


def _own_shares(actor: Actor) -> QuerySet[WorkShare]:
    return WorkShare.objects.filter(account_id=rights.me(actor)).exclude(state="handed-over")


def _box(actor: Actor, box: str) -> QuerySet[WorkOrder]:
    # By key, since a person may have had two parts in one piece of work.
    readable = WorkOrder.objects.filter(rights.readable_work(actor)).values("pk")
    rows = WorkOrder.objects.filter(pk__in=readable).prefetch_related("shares")
    if box == "given":
        return rows.filter(assigner_id=rights.me(actor), status__in=OPEN)
    if box == "agency":
        return rows.filter(status__in=OPEN)
    if box == "overdue":
        return rows.filter(status__in=OPEN, due_on__lt=clock.today())
    if box == "done":
        return rows.filter(status__in=("finished", "called-off"))
    return rows.filter(pk__in=_own_shares(actor).values("order_id"), status__in=OPEN)
