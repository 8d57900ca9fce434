"""The desk (bàn làm việc): drafts of a box, with filters that stay in the address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.casework.office import states
from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.types import PRIORITIES, PRIORITY_COLOURS, DraftRow, Filters
from lienthong.casework.office.views import frame
from lienthong.kernel import access
from lienthong.kernel.text import show_date, show_moment, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.documents import queries as document_queries

BOXES = {
    "mine": tr("Dự thảo tôi soạn", "Drafts of mine"),
    "asked": tr("Dự thảo xin ý kiến tôi", "Drafts about which I am asked"),
    "issuing": tr("Văn bản chờ phát hành", "Documents to issue"),
    "agency": tr("Dự thảo của cơ quan", "The agency's drafts"),
    "done": tr("Đã phát hành, đã hủy", "Sent or withdrawn"),
}
EMPTY = {
    "mine": tr("Bấm “Soạn văn bản” để bắt đầu.", "Press “Draft a document” to begin."),
    "asked": tr("Khi đồng nghiệp xin ý kiến bạn, dự thảo hiện ở đây.", "Drafts appear here when colleagues ask you."),
    "issuing": tr("Khi lãnh đạo ký xong, văn bản hiện ở đây để cấp số, đóng dấu và gửi.",
                  "Documents appear here when a leader has signed."),
    "agency": tr("Dự thảo đã trình của mọi người trong cơ quan hiện ở đây.", "Drafts of everybody appear here."),
    "done": tr("Văn bản đã gửi đi hoặc đã hủy hiện ở đây.", "Documents sent or withdrawn appear here."),
}  # fmt: skip
EMPTY_FILTERED = tr("Bỏ bớt điều kiện tìm để xem nhiều hơn.", "Take off a condition to see more.")
HEAD = (
    tr("Trích yếu", "Subject"),
    tr("Loại", "Type"),
    tr("Trạng thái", "Status"),
    tr("Mức độ", "Urgency"),
    tr("Người soạn", "Drafter"),
    tr("Người ký", "Signer"),
    tr("Cập nhật", "Changed"),
)
_SPEAK_FOR_THEMSELVES = ("Loại", "Trạng thái", "Mức độ")
COLUMNS = tuple({"text": one, "stacked": "bare" if one.vi in _SPEAK_FOR_THEMSELVES else ""} for one in HEAD)


@access.duty(*frame.DUTIES)
@require_safe
def show_desk(request: HttpRequest) -> HttpResponse:
    """Drafts of a box, filtered, a page at a time."""
    actor = access.acting(request)
    filters = read_filters(request)
    page = draft_queries.list_drafts(actor, filters, frame.page_number(request))
    selected = _selected(request, filters)
    return render(
        request,
        "office/desk.html",
        {
            "page": page,
            "rows": [_cells(row) for row in page.object_list],
            "head": COLUMNS,
            "title": BOXES[filters.box],
            "empty": EMPTY_FILTERED if selected else EMPTY[filters.box],
            "filters": filters,
            "side": frame.side(actor, filters.box),
            "selected": selected,
            "narrowed": bool(filters.type_code or filters.priority or filters.statuses),
            "types": [("", tr("Mọi loại", "All types")),
                      *((one.code, one.name) for one in document_queries.list_types(numbered=True))],
            "status_options": [(key, state.label) for key, state in states.DRAFTS.items()],
            "priorities": [("", tr("Mọi mức độ", "Any")), *((str(key), name) for key, name in PRIORITIES.items())],
            "export": f"/van-phong/du-thao.csv?{request.GET.urlencode()}",
        },
    )  # fmt: skip


@access.duty(*frame.DUTIES)
@require_safe
def export_drafts(request: HttpRequest) -> StreamingHttpResponse:
    """The same list as a sheet, all pages of it."""
    actor, filters = access.acting(request), read_filters(request)
    first = draft_queries.list_drafts(actor, filters)
    pages = [first, *(draft_queries.list_drafts(actor, filters, number)
                      for number in range(2, min(first.paginator.num_pages, 200) + 1))]  # fmt: skip
    rows = [
        [row.code, row.subject, row.type_name, row.status_label, PRIORITIES[row.priority], row.drafter_name,
         row.signer_name, show_date(row.due_on), show_moment(row.updated_at)]
        for page in pages for row in page.object_list
    ]  # fmt: skip
    head = [tr("Số, ký hiệu", "Code"), *HEAD[:-1], tr("Hạn", "Due"), HEAD[-1]]
    return sheet("du-thao.csv", head, rows)


def read_filters(request: HttpRequest) -> Filters:
    """Filters out of the address; what makes no sense is left out."""
    box = request.GET.get("o", "mine")
    return Filters(
        box=box if box in BOXES else "mine",
        statuses=tuple(one for one in request.GET.getlist("status") if one in states.DRAFTS),
        type_code=request.GET.get("type", "")[:16],
        text=frame.search_of(request),
        priority=request.GET.get("priority", "")[:1],
    )


def _cells(row: DraftRow) -> list[Any]:
    urgent = {"text": PRIORITIES[row.priority], "tag": PRIORITY_COLOURS[row.priority]} if row.priority else ""
    return [
        {"text": f"{row.code} · {row.subject}" if row.code else row.subject, "href": f"/van-phong/du-thao/{row.id}/"},
        row.type_name.removesuffix(" (cá biệt)"),
        {"text": row.status_label, "tag": row.colour},
        urgent,
        row.drafter_name,
        row.signer_name,
        show_moment(row.updated_at),
    ]


def _selected(request: HttpRequest, filters: Filters) -> list[dict[str, Any]]:
    chips = [{"text": states.DRAFTS[one].label, "href": without(request, "status", one)} for one in filters.statuses]
    if filters.type_code:
        chips.append({"text": filters.type_code, "href": without(request, "type")})
    if filters.priority.isdigit() and int(filters.priority) in PRIORITIES:
        chips.append({"text": PRIORITIES[int(filters.priority)], "href": without(request, "priority")})
    if filters.text:
        chips.append({"text": f"“{filters.text}”", "href": without(request, "q")})
    return chips


def without(request: HttpRequest, name: str, value: str = "") -> str:
    """The present address without a filter."""
    kept = request.GET.copy()
    kept.setlist(name, [one for one in kept.getlist(name) if value and one != value])
    kept.pop("page", None)
    return "?" + kept.urlencode()
