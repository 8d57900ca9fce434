"""Versions (phiên bản): looked at, compared, made the newest again."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.casework.office import rules
from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.services import drafts
from lienthong.casework.office.views import frame
from lienthong.kernel import access
from lienthong.kernel.text import tr


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def show_version(request: HttpRequest, draft_id: UUID, number: int) -> HttpResponse:
    """An earlier version; a POST makes it the newest again."""
    actor = access.acting(request)
    if request.method == "POST":
        return frame.act(
            request,
            lambda: drafts.restore_version(draft_id, number, actor=actor),
            back=f"/van-phong/du-thao/{draft_id}/",
            done=tr("Đã khôi phục phiên bản {n}.", "Version {n} is the newest again.").format(n=number),
        )
    draft = draft_queries.get_draft(draft_id, actor)
    version = draft_queries.get_version(draft_id, number, actor)
    context = {
        "draft": draft,
        "version": version,
        "paragraphs": rules.paragraphs_of(version.text),
        "may_restore": "edit" in draft.deeds and draft.newest is not None and draft.newest.number != number,
    }
    return render(request, "office/version.html", context)


@access.duty(*frame.DUTIES)
@require_safe
def compare(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What changed between two versions; without numbers, what the newest changed."""
    actor = access.acting(request)
    draft = draft_queries.get_draft(draft_id, actor)
    numbers = [one.number for one in draft.versions]
    new = _known(request.GET.get("den"), numbers) or (numbers[0] if numbers else 0)
    old = _known(request.GET.get("tu"), numbers) or max((n for n in numbers if n < new), default=new)
    lines = draft_queries.compare_versions(draft_id, old, new, actor) if numbers else []
    context = {
        "draft": draft,
        "old": old,
        "new": new,
        "lines": lines,
        "has_changes": any(change.kind != "same" for line in lines for change in line),
        "options": [(n, tr("Phiên bản {n}", "Version {n}").format(n=n)) for n in numbers],
    }
    return render(request, "office/compare.html", context)


def _known(text: str | None, numbers: list[int]) -> int | None:
    number = frame.whole(text)
    return number if number in numbers else None
