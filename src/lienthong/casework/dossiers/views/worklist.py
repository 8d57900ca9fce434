"""The work list (danh sách hồ sơ): what waits, most urgent first, with filters that stay in the address."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.casework.dossiers import queries, states
from lienthong.casework.dossiers.types import DossierRow, Status, WorkCounts, WorkFilters
from lienthong.kernel import access, clock
from lienthong.kernel.text import show_date, show_moment, show_number, tr

DUTIES = ("reception", "handling", "leader", "clerk")


@access.duty(*DUTIES)
@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """The dossiers of the officer's agency, filtered, a page at a time."""
    actor = access.acting(request)
    filters = read_filters(request)
    counts = queries.count_work(actor)
    page = queries.list_work(actor, filters, page=_number(request.GET.get("page")))
    return render(
        request,
        "dossiers/work_list.html",
        {
            "page": page,
            "head": HEAD,
            "rows": [_cells(row) for row in page.object_list],
            "filters": filters,
            "selected": _selected(request, filters),
            "side": _side(request, counts, filters),
            "figures": _figures(counts),
            "due_options": DUE_OPTIONS,
            "status_options": [(state.status.value, state.short) for state in states.STATES.values()],
            "procedures": [("", tr("Mọi thủ tục", "All procedures")), *queries.list_procedures_at(actor)],
        },
    )


HEAD = (
    tr("Mã hồ sơ", "Code"),
    tr("Nội dung", "Subject"),
    tr("Người nộp", "Applicant"),
    tr("Trạng thái", "Status"),
    tr("Hẹn trả", "Due"),
)
DUE_OPTIONS = (
    ("", tr("Mọi hạn", "Any")),
    ("overdue", tr("Quá hạn", "Overdue")),
    ("soon", tr("Đến hạn trong 24 giờ", "Due within 24 hours")),
)


_STATUS_CODES = frozenset(str(status.value) for status in Status)


def read_filters(request: HttpRequest) -> WorkFilters:
    """Filters out of the address; what makes no sense is left out."""
    statuses = tuple(int(one) for one in request.GET.getlist("status") if one in _STATUS_CODES)
    due = request.GET.get("due", "")
    return WorkFilters(
        statuses=statuses,
        procedure_code=request.GET.get("procedure", "")[:64],
        due=cast("Any", due if due in ("overdue", "soon") else ""),
        text=request.GET.get("q", "").replace("\x00", "")[:100],
        mine=request.GET.get("mine") == "1",
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 1


def _cells(row: DossierRow) -> list[Any]:
    state = states.state_of(row.status)
    late = row.due_at is not None and state.clock == "runs" and row.due_at < clock.now()
    day = show_date(row.due_at)
    return [
        {"text": row.shown_code, "href": f"/mot-cua/{row.id}/", "code": True},
        row.subject,
        row.applicant_name,
        {"text": state.short, "tag": row.colour},
        {"text": tr(f"Quá hạn {day}", f"Overdue {day}"), "tag": "red"} if late else show_moment(row.due_at),
    ]


def _selected(request: HttpRequest, filters: WorkFilters) -> list[dict[str, Any]]:
    """One chip per filter in force, with the address that takes it off."""
    chips = [
        {"text": states.state_of(status).label, "href": _without(request, "status", str(status))}
        for status in filters.statuses
    ]
    if filters.procedure_code:
        chips.append({"text": filters.procedure_code, "href": _without(request, "procedure")})
    if filters.due:
        chips.append({"text": dict(DUE_OPTIONS)[filters.due], "href": _without(request, "due")})
    if filters.text:
        chips.append({"text": f"“{filters.text}”", "href": _without(request, "q")})
    if filters.mine:
        chips.append({"text": tr("Việc của tôi", "Mine"), "href": _without(request, "mine")})
    return chips


def _without(request: HttpRequest, name: str, value: str = "") -> str:
    kept = request.GET.copy()
    rest = [one for one in kept.getlist(name) if value and one != value]
    kept.setlist(name, rest)
    kept.pop("page", None)
    return "?" + kept.urlencode()


def _side(request: HttpRequest, counts: WorkCounts, filters: WorkFilters) -> list[dict[str, Any]]:
    """The tabs: everything, mine, and each status that has something."""
    only = filters.statuses[0] if len(filters.statuses) == 1 else None
    items: list[dict[str, Any]] = [
        {"heading": tr("Hồ sơ", "Dossiers")},
        {
            "text": tr("Tất cả", "All"), "href": "/mot-cua/", "count": counts.total,
            "active": not filters.statuses and not filters.due and not filters.mine,
        },
        {"text": tr("Việc của tôi", "Mine"), "href": "/mot-cua/?mine=1", "active": filters.mine},
        {
            "text": tr("Quá hạn", "Overdue"), "href": "/mot-cua/?due=overdue", "count": counts.overdue,
            "active": filters.due == "overdue",
        },
        {"heading": tr("Theo trạng thái", "By status")},
    ]  # fmt: skip
    items += [
        {
            "text": states.state_of(status).short,
            "href": f"/mot-cua/?status={status.value}",
            "count": counts.by_status.get(status.value, 0),
            "active": only == status.value,
        }
        for status in Status
        if counts.by_status.get(status.value)
    ]
    return items


def _figures(counts: WorkCounts) -> list[dict[str, Any]]:
    now = tr("Lúc này, tại cơ quan bạn", "Now, at your agency")
    unit = tr("hồ sơ", "dossiers")
    waiting = counts.by_status.get(Status.SUBMITTED.value, 0)
    working = sum(counts.by_status.get(status.value, 0) for status in (Status.RECEIVED, Status.IN_PROGRESS))
    return [
        {"number": show_number(waiting), "unit": unit, "label": tr("Chờ tiếp nhận", "To receive"), "note": now,
         "href": "/mot-cua/?status=1"},
        {"number": show_number(working), "unit": unit, "label": tr("Đang giải quyết", "In progress"), "note": now,
         "href": "/mot-cua/?status=2&status=4"},
        {"number": show_number(counts.soon), "unit": unit, "label": tr("Đến hạn trong 24 giờ", "Due within 24 hours"),
         "note": now, "href": "/mot-cua/?due=soon"},
        {"number": show_number(counts.overdue), "unit": unit, "label": tr("Quá hạn", "Overdue"), "note": now,
         "href": "/mot-cua/?due=overdue", "tone": "bad" if counts.overdue else "good"},
    ]  # fmt: skip
