"""Import of a register from a spreadsheet, step by step: file, columns, trial, writing, and taking it back."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, bilingual, tr
from lienthong.platform.documents.import_rules import COLUMNS
from lienthong.platform.documents.models import RegisterImport
from lienthong.platform.documents.queries import imports
from lienthong.platform.documents.rights import CLERKS
from lienthong.platform.documents.services import importing
from lienthong.platform.documents.types import Direction
from lienthong.platform.documents.views import parts

STATES = {
    "draft": (tr("Chọn cột", "Choose columns"), "yellow"),
    "checked": (tr("Đã kiểm tra", "Checked"), "blue"),
    "waiting": (tr("Đang ghi vào sổ", "Being written"), "blue"),
    "done": (tr("Đã nhập", "Imported"), "green"),
    "failed": (tr("Không nhập được", "Failed"), "red"),
    "undone": (tr("Đã hoàn tác", "Undone"), "grey"),
}
_PROBLEM_HEAD = (
    tr("Dòng", "Row"),
    tr("Cột", "Column"),
    {"text": tr("Cần sửa", "To correct"), "stacked": "title"},
)


def state_of(row: RegisterImport) -> tuple[Bilingual, str]:
    """The state and its colour: what was checked and found wrong is not as good as what was found right."""
    if row.state == "checked" and row.wrong_rows:
        return tr("Có dòng cần sửa", "Rows to correct"), "red"
    return STATES[row.state]


@access.duty(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def list_imports(request: HttpRequest) -> HttpResponse:
    """Send a file; the imports there were."""
    actor, page = parts.desk(request, "import")
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            return HttpResponseRedirect(f"/van-ban/nhap/{_upload(request, actor)}/")
        except Refused as caught:
            refusal = caught
    page |= {
        "directions": [("in", tr("Sổ văn bản đến", "Incoming")), ("out", tr("Sổ văn bản đi", "Outgoing"))],
        "typed": request.POST,
        "imports": [{"row": one, "state": state_of(one)} for one in imports.list_imports(actor.agency_code, actor)],
        "errors": refusal,
    }
    return render(request, "documents/imports.html", page, status=refusal.status if refusal else 200)


def _upload(request: HttpRequest, actor: Any) -> UUID:
    given = request.FILES.get("file")
    if given is None:
        raise Refused("documents.file-missing", tr("Hãy chọn một tệp.", "Choose a file."), field="file")
    direction: Direction = "out" if request.POST.get("direction") == "out" else "in"
    return importing.upload(
        actor.agency_code, direction, name=given.name or "", content=cast("Any", given.chunks()), actor=actor
    )


@access.duty(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def show_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """One import: its columns, what is wrong where, how far it is."""
    actor, page = parts.desk(request, "import")
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            _do(request, import_id, actor)
            return HttpResponseRedirect(f"/van-ban/nhap/{import_id}/")
        except Refused as caught:
            refusal = caught
    row = importing.load(import_id, actor)
    head, first = importing.preview(row)
    chosen = {str(name): int(at) for name, at in row.mapping.get("columns", {}).items()}
    options = [("", tr("Không có", "None")), *((str(at), cell or f"#{at + 1}") for at, cell in enumerate(head))]
    labels = {column.name: column.label for column in COLUMNS[row.direction]}
    page |= {
        "row": row,
        "state": state_of(row),
        "columns": [
            {"column": column, "value": str(chosen.get(column.name, "")), "options": options}
            for column in COLUMNS[row.direction]
        ],
        "head": head,
        "preview": first,
        "by_type": "1" if row.mapping.get("by_type", True) else "0",
        "ways": [
            ("1", tr("Mỗi loại một dãy số", "Each type its own numbers")),
            ("0", tr("Một dãy số chung", "One common series")),
        ],
        "problems": [
            (one["row"] or "", labels.get(one["column"], one["column"]), bilingual({"vi": one["vi"], "en": one["en"]}))
            for one in row.problems
        ],
        "problem_head": _PROBLEM_HEAD,
        "more_problems": len(row.problems) >= importing.MOST_PROBLEMS,
        "may_choose": row.state in ("draft", "checked", "failed"),
        "may_start": row.state == "checked" and row.rows and not row.wrong_rows,
        "errors": refusal,
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/import.html", page, status=refusal.status if refusal else 200)


def _do(request: HttpRequest, import_id: UUID, actor: Any) -> None:
    deed = request.POST.get("viec", "")
    if deed == "start":
        importing.start(import_id, actor=actor)
    elif deed == "undo":
        importing.undo(import_id, actor=actor)
        parts.say(request, tr("Đã hoàn tác đợt nhập.", "The import is undone."))
    else:
        row = importing.load(import_id, actor)
        importing.check(
            import_id, columns=_columns(request, row), by_type=request.POST.get("by_type") != "0", actor=actor
        )


def _columns(request: HttpRequest, row: RegisterImport) -> dict[str, int]:
    chosen = {}
    for column in COLUMNS[row.direction]:
        text = request.POST.get(column.name, "")
        if text.isascii() and text.isdigit() and len(text) < 3:
            chosen[column.name] = int(text)
    return chosen
