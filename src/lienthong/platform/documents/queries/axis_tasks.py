"""Asking about the work with another axis: the line to it, what waits, what it refused."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count

from lienthong.kernel import access, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.health import Check
from lienthong.kernel.text import tr
from lienthong.platform.documents.axis_line import axis_settings
from lienthong.platform.documents.models import AxisLine, AxisTask
from lienthong.platform.documents.partner_types import LineEntry, TaskEntry

_MOST = 200
_SILENT = timedelta(minutes=15)


def describe_line(actor: Actor) -> LineEntry | None:
    """The line to the other axis of this node, or None where the profile names none."""
    access.require(actor, "operator")
    return line_entry()


def line_entry() -> LineEntry | None:
    """The same for checks of health, which nobody in particular asks for."""
    settings = axis_settings()
    if settings is None:
        return None
    row = AxisLine.objects.filter(axis=settings.name).first() or AxisLine(axis=settings.name)
    counted = AxisTask.objects.filter(axis=settings.name).exclude(state="done").values_list("state")
    waiting = dict(counted.annotate(total=Count("pk")))
    return LineEntry(
        axis=settings.name,
        url=settings.url,
        agencies=settings.agencies,
        serves=settings.serves,
        polled_at=row.polled_at,
        good_at=row.good_at,
        fetched=row.fetched,
        refused=row.refused,
        problem=row.problem,
        waiting=waiting.get("waiting", 0),
        failed=waiting.get("failed", 0),
    )


def axis_checks() -> Iterator[Check]:
    """How the line to the other axis does, for the health of the node."""
    line = line_entry()
    if line is None:
        return
    late = line.good_at is None or clock.now() - line.good_at > _SILENT
    if line.problem and late:
        said = tr(f"Không lấy được thư từ trục: {line.problem}", f"The other axis cannot be read: {line.problem}")
        yield Check("documents-axis", "warn", said, about=line.axis)
    else:
        yield Check(
            "documents-axis", "ok", tr("Đang nối với trục khác.", "In touch with the other axis."), about=line.axis
        )
    if line.failed:
        said = tr(f"Trục từ chối {line.failed} văn bản, trạng thái.", f"The other axis refused {line.failed} messages.")
        yield Check("documents-axis-refused", "warn", said, about=line.axis)


def list_tasks(actor: Actor) -> list[TaskEntry]:
    """What the other axis has not taken: waiting and refused, the oldest first."""
    access.require(actor, "operator")
    rows = AxisTask.objects.exclude(state="done").defer("edxml").order_by("id")[:_MOST]
    return [task_entry(row) for row in rows]


def task_entry(row: AxisTask) -> TaskEntry:
    return TaskEntry(
        id=row.pk,
        kind="status" if row.kind == "status" else "edoc",
        sender_code=row.sender_code,
        receivers=tuple(row.receivers),
        document_id=row.document_id,
        state=row.state,
        attempts=row.attempts,
        next_at=row.next_at,
        problem=row.problem,
    )
