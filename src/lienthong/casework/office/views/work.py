"""Work on arrivals: my work, the agency's, one piece of it; arrivals that nobody has yet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from lienthong.casework.office.queries import people, work_files
from lienthong.casework.office.queries import work as work_queries
from lienthong.casework.office.types import PARTS, PRIORITIES, PRIORITY_COLOURS, WorkRow
from lienthong.casework.office.views import frame
from lienthong.casework.office.views.desk import EMPTY_FILTERED
from lienthong.kernel import access
from lienthong.kernel.text import show_date, show_moment, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.documents.types import ArrivalFilters

BOXES = {
    "mine": ("work", tr("Việc của tôi", "My work"),
             tr("Khi lãnh đạo giao văn bản đến cho bạn, việc hiện ở đây.", "Work given to you appears here.")),
    "overdue": ("overdue", tr("Việc quá hạn", "Overdue work"), tr("Không có việc nào quá hạn.", "Nothing is overdue.")),
    "agency": ("all-work", tr("Việc của cơ quan", "The agency's work"),
               tr("Chưa giao việc nào.", "No work was given yet.")),
    "given": ("all-work", tr("Việc tôi đã giao", "Work that I gave"), tr("Chưa giao việc nào.", "Nothing yet.")),
    "done": ("work-done", tr("Việc đã xong", "Finished work"), tr("Việc hoàn thành hiện ở đây.", "Finished work.")),
}  # fmt: skip
HEAD = (
    tr("Văn bản đến", "Document"),
    tr("Cơ quan gửi", "Sender"),
    tr("Trạng thái", "Status"),
    tr("Chủ trì", "Lead"),
    tr("Phần tôi", "My part"),
    tr("Hạn", "Due"),
)
_COLUMNS = tuple({"text": one, "stacked": "bare" if one.vi == "Trạng thái" else ""} for one in HEAD)
_LISTED = 60


@access.duty(*frame.DUTIES)
@require_safe
def list_work(request: HttpRequest) -> HttpResponse:
    """Work of a box, the nearest deadline first."""
    actor, box, text = access.acting(request), _box(request), frame.search_of(request)
    here, title, empty = BOXES[box]
    page = work_queries.list_work(actor, box, text=text, page=frame.page_number(request))
    context = {
        "page": page,
        "rows": [_cells(row) for row in page.object_list],
        "head": _COLUMNS,
        "title": title,
        "empty": EMPTY_FILTERED if text else empty,
        "box": box,
        "text": text,
        "side": frame.side(actor, here),
        "export": f"/van-phong/viec.csv?{request.GET.urlencode()}",
    }
    return render(request, "office/work.html", context)


@access.duty(*frame.DUTIES)
@require_safe
def export_work(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as a sheet."""
    rows = work_queries.all_work(access.acting(request), _box(request), text=frame.search_of(request))
    told = [
        [row.code, row.subject, row.sender, row.state_label, row.leads, row.part, show_date(row.due_on),
         tr("Quá hạn", "Overdue") if row.is_late else "", show_moment(row.assigned_at)]
        for row in rows
    ]  # fmt: skip
    head = [tr("Số, ký hiệu", "Code"), tr("Trích yếu", "Subject"), *HEAD[1:], tr("Quá hạn", "Overdue"),
            tr("Giao lúc", "Given")]  # fmt: skip
    return sheet("viec.csv", head, told)


@access.duty(*frame.DUTIES)
@require_safe
def show_work(request: HttpRequest, work_id: int) -> HttpResponse:
    """One piece of work."""
    actor = access.acting(request)
    work = work_queries.get_work(work_id, actor)
    colleagues = [one for one in people.list_workers(work.agency_code) if one.account_id != actor.account_id]
    context = {
        "work": work,
        "crumbs": [(tr("Việc của tôi", "My work"), "/van-phong/viec/"), work.row.code or frame.short(work.row.subject)],
        "facts": _facts(work),
        "shares": [(one, PARTS[one.part]) for one in work.shares],
        "may": dict.fromkeys(work.deeds, True),
        "is_partner": any(one.account_id == actor.account_id and one.part == "with" and one.state != "handed-over"
                          for one in work.shares),
        "is_lead": any(one.account_id == actor.account_id and one.part == "lead" and one.state != "handed-over"
                       for one in work.shares),
        "colleagues": [("", tr("Chọn người", "Choose")), *((one.account_id, f"{one.name}, {one.position}")
                                                            for one in colleagues)],
        "timeline": frame.story(work.steps),
        "urgency": (PRIORITIES[work.row.priority], PRIORITY_COLOURS[work.row.priority]),
        "open_files": work_files.list_open_files(actor),
        "in_files": work_files.files_with("arrival", work.row.arrival_id, actor),
    }  # fmt: skip
    return render(request, "office/task.html", context)


@access.duty(*frame.DUTIES)
@require_safe
def open_arrival(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Where an arrival stands: the work on it, or the page on which it is given."""
    actor = access.acting(request)
    there = work_queries.find_work(arrival_id, actor)
    if there is not None:
        return redirect(f"/van-phong/viec/{there.id}/")
    if actor.has("leader", "clerk"):
        return redirect(f"/van-phong/van-ban-den/{arrival_id}/giao/")
    messages.info(request, str(tr("Văn bản này chưa được giao cho bạn.", "This was not given to you.")))
    return redirect("/van-phong/viec/")


@access.duty("leader", "clerk")
@require_safe
def list_arrivals(request: HttpRequest) -> HttpResponse:
    """Registered arrivals on which nobody works yet: to be assigned."""
    actor, start = access.acting(request), frame.whole(request.GET.get("tu")) or 0
    filters = ArrivalFilters(status="03")
    found = document_queries.list_arrivals(actor.agency_code, filters, actor=actor, start=start, count=_LISTED + 1)
    found, has_more = found[:_LISTED], len(found) > _LISTED
    taken = work_queries.assigned_among([one.id for one in found], actor)
    arrivals = [one for one in found if one.id not in taken]
    names = agency_queries.answer_for_many({one.sender_code for one in arrivals})
    rows = [
        [
            {"text": f"{one.document.code} · {one.document.subject}", "href": f"/van-phong/van-ban-den/{one.id}/giao/"},
            names[one.sender_code].name if one.sender_code in names else one.sender_code,
            {"text": PRIORITIES[one.document.priority], "tag": PRIORITY_COLOURS[one.document.priority]}
            if one.document.priority else "",
            show_moment(one.arrived_at),
        ]
        for one in arrivals
    ]  # fmt: skip
    urgency = {"text": tr("Mức độ", "Urgency"), "stacked": "bare"}
    head = (HEAD[0], HEAD[1], urgency, tr("Đến lúc", "Arrived"))
    context = {
        "rows": rows,
        "head": head,
        "side": frame.side(actor, "assign"),
        "earlier": f"?tu={max(0, start - _LISTED)}" if start else "",
        "following": f"?tu={start + _LISTED}" if has_more else "",
    }
    return render(request, "office/arrivals.html", context)


def _box(request: HttpRequest) -> str:
    box = request.GET.get("o", "mine")
    return box if box in BOXES else "mine"


def _cells(row: WorkRow) -> list[Any]:
    day = show_date(row.due_on)
    late = {"text": tr(f"Quá hạn {day}", f"Overdue {day}"), "tag": "red", "caption": ""}
    return [
        {"text": f"{row.code} · {row.subject}", "href": f"/van-phong/viec/{row.id}/"},
        row.sender,
        {"text": row.state_label, "tag": row.colour},
        row.leads,
        row.part,
        late if row.is_late else day,
    ]


def _facts(work: Any) -> list[dict[str, Any]]:
    rows = [
        (tr("Cơ quan gửi", "Sender"), work.row.sender),
        (tr("Số, ký hiệu", "Code"), work.row.code),
        (tr("Người giao", "Given by"), work.assigned_by),
        (tr("Hạn", "Due"), show_date(work.row.due_on)),
        (tr("Chỉ đạo", "Instruction"), work.instruction),
        (tr("Kết quả", "Result"), work.result),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]
