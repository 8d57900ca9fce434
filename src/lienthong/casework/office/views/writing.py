"""Writing (soạn thảo): the text on the page with autosave, files brought along, where signature and number stand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lienthong.casework.office import pages
from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.services import drafts
from lienthong.casework.office.types import DraftPage, Spot
from lienthong.casework.office.views import frame
from lienthong.kernel import access, clock
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr

_MM = 72 / 25.4
SPOTS = {
    "sign": tr("Chữ ký của lãnh đạo", "The leader's signature"),
    "number": tr("Số văn bản", "Number"),
    "day": tr("Ngày", "Day"),
    "month": tr("Tháng", "Month"),
}


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The text of the document, saved as a version; what is typed meanwhile is kept beside."""
    actor = access.acting(request)
    problem: Refused | None = None
    if request.method == "POST":
        if "drop" in request.POST:
            drafts.drop_working(draft_id, actor=actor)
            return redirect(f"/van-phong/du-thao/{draft_id}/soan/")
        try:
            drafts.save_text(draft_id, request.POST.get("body", ""), note=request.POST.get("note", ""), actor=actor)
            return redirect(f"/van-phong/du-thao/{draft_id}/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    draft = draft_queries.get_draft(draft_id, actor)
    saved = draft.newest.text if draft.newest else ""
    body = request.POST.get("body") if problem else (draft.working if draft.working is not None else saved)
    context = {"draft": draft, "body": body, "saved": saved, "errors": problem, "note": request.POST.get("note", "")}
    return render(request, "office/write.html", context, status=problem.status if problem else 200)


@access.duty(*frame.DUTIES)
@require_POST
def keep_working(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Autosave; the answer says when, and shows the paper anew."""
    body, after = request.POST.get("body", ""), frame.whole(request.POST.get("after"))
    is_kept = drafts.keep_working(draft_id, body, after=after, actor=access.acting(request))
    return render(request, "office/_kept.html", {"draft_id": draft_id, "at": clock.now(), "is_kept": is_kept})


@access.duty(*frame.DUTIES)
@require_safe
def preview(request: HttpRequest, draft_id: UUID, page: int) -> HttpResponse:
    """A page of the text as it is being written, typeset."""
    png = drafts.preview(draft_id, page, actor=access.acting(request))
    return HttpResponse(png, content_type="image/png")


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """A PDF and its Word file made elsewhere."""
    actor = access.acting(request)
    problem: Refused | None = None
    if request.method == "POST":
        try:
            drafts.bring_version(
                draft_id,
                pdf=_sent(request, "pdf"),
                word=_sent(request, "word"),
                note=request.POST.get("note", ""),
                actor=actor,
            )
            return redirect(f"/van-phong/du-thao/{draft_id}/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    draft = draft_queries.get_draft(draft_id, actor)
    context = {"draft": draft, "errors": problem, "note": request.POST.get("note", "")}
    return render(request, "office/bring.html", context, status=problem.status if problem else 200)


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def places(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Where signature, number and date stand on a PDF from elsewhere, in millimetres, with a picture."""
    actor = access.acting(request)
    draft = draft_queries.get_draft(draft_id, actor)
    problem: Refused | None = None
    if request.method == "POST":
        try:
            drafts.move_places(draft_id, _read_places(request, draft), actor=actor)
            if "look" not in request.POST:
                return redirect(f"/van-phong/du-thao/{draft_id}/")
            return redirect(f"/van-phong/du-thao/{draft_id}/vi-tri/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    context = {"draft": draft, "errors": problem, "spots": _spots(draft), "pages": _marked_pages(draft)}
    return render(request, "office/places.html", context, status=problem.status if problem else 200)


@access.duty(*frame.DUTIES)
@require_POST
def attach(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Add an attachment or take one off."""
    actor = access.acting(request)
    back = f"/van-phong/du-thao/{draft_id}/"
    if gone := request.POST.get("remove", ""):
        return frame.act(request, lambda: drafts.detach_file(draft_id, gone, actor=actor), back=back)
    sent = _sent(request, "attachment")
    if sent is None:
        return redirect(back)
    return frame.act(
        request,
        lambda: drafts.attach_file(draft_id, *sent, actor=actor),
        back=back,
        done=tr("Đã thêm tệp kèm theo.", "The attachment was added."),
    )


def _sent(request: HttpRequest, name: str) -> tuple[str, Any] | None:
    file = request.FILES.get(name)
    return (file.name or name, file) if isinstance(file, UploadedFile) else None


def _spots(draft: DraftPage) -> list[dict[str, Any]]:
    found = draft.newest.places if draft.newest else {}
    return [
        {
            "name": name,
            "label": label,
            "page": found[name].page + 1 if found[name].page >= 0 else draft.newest.pages if draft.newest else 1,
            "left": round(found[name].left / _MM),
            "top": round((pages.PAGE_HEIGHT - found[name].top) / _MM),
        }
        for name, label in SPOTS.items()
        if name in found
    ]


def _read_places(request: HttpRequest, draft: DraftPage) -> dict[str, Spot]:
    """The boxes keep their size and move."""
    moved = {}
    for name, old in (draft.newest.places if draft.newest else {}).items():
        page, left, top = (frame.whole(request.POST.get(f"{name}-{part}")) for part in ("page", "left", "top"))
        if page is None or left is None or top is None:
            raise Refused("office.number", tr("Ghi số trang và số mm.", "Give page and millimetres."), field=name)
        upper = pages.PAGE_HEIGHT - top * _MM
        width, height = old.right - old.left, old.top - old.bottom
        moved[name] = Spot(page - 1, left * _MM, upper - height, left * _MM + width, upper)
    return moved


def _marked_pages(draft: DraftPage) -> list[int]:
    count = draft.newest.pages if draft.newest else 0
    found = draft.newest.places.values() if draft.newest else ()
    return sorted({spot.page + 1 if spot.page >= 0 else count for spot in found})
