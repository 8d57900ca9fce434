"""Work files (hồ sơ công việc): lists, one with its contents, its printed list of contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.casework.office import pages, states
from lienthong.casework.office.queries import work_files as file_queries
from lienthong.casework.office.services import work_files
from lienthong.casework.office.types import RETENTIONS, WorkFileRow
from lienthong.casework.office.views import draft_forms, frame
from lienthong.kernel import access, clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import show_date, tr
from lienthong.platform.agencies import queries as agency_queries

HEAD = (
    {"text": tr("Số", "No."), "stacked": "bare"},
    {"text": tr("Tiêu đề hồ sơ", "Title"), "stacked": "title"},
    tr("Thời hạn bảo quản", "Kept for"),
    tr("Người lập", "Keeper"),
    {"text": tr("Trạng thái", "Status"), "stacked": "bare"},
    {"text": tr("Văn bản", "Documents"), "numeric": True},
)
_DEEDS: dict[str, Callable[[UUID, Actor], object]] = {
    "close": lambda one, actor: work_files.close_file(one, actor=actor),
    "reopen": lambda one, actor: work_files.reopen_file(one, actor=actor),
    "archive": lambda one, actor: work_files.ready_for_archive(one, actor=actor),
}
_ADDED: dict[str, Callable[..., object]] = {
    "arrival": work_files.add_arrival,
    "document": work_files.add_document,
    "draft": work_files.add_draft,
}
_KINDS = {"arrival": "/van-ban/den/{}/", "document": "/van-ban/di/{}/", "draft": "/van-phong/du-thao/{}/"}


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def list_files(request: HttpRequest) -> HttpResponse:
    """Work files; a POST opens one."""
    actor = access.acting(request)
    problem: Refused | None = None
    sent = request.POST
    if request.method == "POST":
        try:
            file_id = work_files.open_file(sent.get("title", ""), sent.get("retention", ""), actor=actor)
            return redirect(f"/van-phong/ho-so/{file_id}/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    status, text = request.GET.get("status", ""), frame.search_of(request)
    page = file_queries.list_files(actor, status=status, text=text, page=frame.page_number(request))
    context = {
        "page": page,
        "rows": [_cells(row) for row in page.object_list],
        "head": HEAD,
        "side": frame.side(actor, "files"),
        "status": status,
        "text": text,
        "statuses": [("", tr("Mọi trạng thái", "Any")), *((key, one.label) for key, one in states.WORK_FILES.items())],
        "retentions": list(RETENTIONS.items()),
        "errors": problem,
        "title_typed": sent.get("title", ""),
        "retention": sent.get("retention", "10"),
    }
    return render(request, "office/files.html", context, status=problem.status if problem else 200)


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def show_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """One work file; a POST takes something out, closes it, opens it again or hands it to the archive."""
    actor = access.acting(request)
    if request.method == "POST":
        back = f"/van-phong/ho-so/{file_id}/"
        if item := frame.whole(request.POST.get("remove")):
            return frame.act(request, lambda: work_files.remove_item(file_id, item, actor=actor), back=back)
        deed = _DEEDS.get(request.POST.get("deed", ""))
        return frame.act(request, lambda: deed(file_id, actor), back=back) if deed else redirect(back)
    file = file_queries.get_file(file_id, actor)
    context = {
        "file": file,
        "crumbs": [(tr("Hồ sơ công việc", "Work files"), "/van-phong/ho-so/"), file.row.code],
        "entries": [(one, _KINDS[one.kind].format(one.reference)) for one in file.entries],
        "may": dict.fromkeys(file.deeds, True),
        "facts": [
            {"key": tr("Thời hạn bảo quản", "Kept for"), "value": file.row.retention},
            {"key": tr("Người lập hồ sơ", "Keeper"), "value": file.row.keeper_name},
            {"key": tr("Mở ngày", "Opened"), "value": show_date(file.row.opened_on)},
            *([{"key": tr("Đóng ngày", "Closed"), "value": show_date(file.row.closed_on)},
               {"key": tr("Nộp lưu trữ trước", "To the archive by"), "value": show_date(file.row.archive_before)}]
              if file.row.closed_on else []),
        ],
    }  # fmt: skip
    return render(request, "office/file.html", context)


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def put_in(request: HttpRequest) -> HttpResponse:
    """Put a document, an arrival or a draft into a file; other rooms' pages lead here."""
    actor, sent = access.acting(request), request.POST or request.GET
    kind, reference = sent.get("kind", ""), draft_forms.as_uuid(sent.get("reference", ""))
    file_id, deed = draft_forms.as_uuid(sent.get("file", "")), _ADDED.get(kind)
    if reference is None or deed is None:
        return redirect("/van-phong/ho-so/")
    if request.method != "POST" or file_id is None:
        context = {
            "kind": kind,
            "reference": reference,
            "open_files": file_queries.list_open_files(actor),
            "in_files": file_queries.files_with(kind, reference, actor),
            "side": frame.side(actor, "files"),
        }
        return render(request, "office/put_in.html", context)
    return frame.act(
        request,
        lambda: deed(file_id, reference, actor=actor),
        back=f"/van-phong/ho-so/{file_id}/",
        done=tr("Đã đưa vào hồ sơ.", "It lies in the file now."),
    )


@access.duty(*frame.DUTIES)
@require_safe
def print_contents(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The list of contents (mục lục văn bản trong hồ sơ) as PDF."""
    file = file_queries.get_file(file_id, access.acting(request))
    pdf = pages.contents(file, agency=agency_queries.name_of_agency(file.agency_code), on=clock.today())
    response = HttpResponse(pdf, content_type=files.PDF)
    response["Content-Disposition"] = f'inline; filename="muc-luc-{file.row.code.replace("/", "-")}.pdf"'
    return response


def _cells(row: WorkFileRow) -> list[Any]:
    return [
        {"text": row.code, "code": True},
        {"text": row.title, "href": f"/van-phong/ho-so/{row.id}/"},
        row.retention,
        row.keeper_name,
        {"text": row.status_label, "tag": row.colour},
        row.items,
    ]
