"""The leader's pages (trình ký), made for a phone: what waits, one paper to read, one or fifty to sign."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.services import leading
from lienthong.casework.office.types import PRIORITIES, PRIORITY_COLOURS, DraftRow
from lienthong.casework.office.views import draft as draft_pages
from lienthong.casework.office.views import draft_forms, frame
from lienthong.kernel import access
from lienthong.kernel.errors import FieldError, Refused
from lienthong.kernel.text import bilingual


@access.duty("leader")
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for this leader, urgent first; the chosen ones go to be signed together."""
    actor = access.acting(request)
    problem: list[FieldError] = []
    if request.method == "POST":
        try:
            return redirect(f"/van-phong/ky/lo/{leading.start_batch(_chosen(request), actor=actor)}/")
        except Refused as refusal:
            problem = [FieldError("draft", bilingual(refusal.message), refusal.code)]
    rows = draft_queries.list_signing(actor)
    context = {
        "every": [f"{row.id}:{row.version}" for row in rows[: leading.MAX_AT_ONCE]],
        "rows": [_card(row) for row in rows],
        "signed": draft_queries.list_signed(actor),
        "errors": problem,
        "most": leading.MAX_AT_ONCE,
        "chosen": request.POST.getlist("draft"),
    }
    return render(request, "office/sign.html", context, status=422 if problem else 200)


@access.duty("leader")
@require_safe
def read_one(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One paper to read page by page, with the opinions about it, to be signed or returned."""
    actor = access.acting(request)
    draft = draft_queries.get_draft(draft_id, actor)
    rows = draft_queries.list_signing(actor)
    ids = [row.id for row in rows]
    here = ids.index(draft_id) if draft_id in ids else -1
    context: dict[str, Any] = draft_pages.page_context(draft, actor) | {
        "next": ids[here + 1] if 0 <= here < len(ids) - 1 else None,
        "position": here + 1,
        "count": len(ids),
    }
    return render(request, "office/read.html", context)


@access.duty("leader")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Confirm a batch, then sign it a few at a time; each document's result stands beside it."""
    actor = access.acting(request)
    is_running = request.method == "POST"
    if is_running:
        leading.go_on_with_batch(batch_id, actor=actor)
    batch = draft_queries.get_batch(batch_id, actor)
    context = {"batch": batch, "is_running": is_running and batch.finished_at is None, "total": len(batch.items)}
    part = "office/_batch.html" if request.headers.get("HX-Request") else "office/batch.html"
    return render(request, part, context)


def _chosen(request: HttpRequest) -> list[tuple[UUID, int]]:
    """Drafts with the version that the leader saw: `<id>:<version>`."""
    found = []
    for text in request.POST.getlist("every" if "all" in request.POST else "draft"):
        name, _, version = text.partition(":")
        draft_id, seen = draft_forms.as_uuid(name), frame.whole(version)
        if draft_id is not None and seen is not None:
            found.append((draft_id, seen))
    return found


def _card(row: DraftRow) -> dict[str, Any]:
    return {"row": row, "urgency": PRIORITIES[row.priority], "colour": PRIORITY_COLOURS[row.priority]}
