"""Comments on a draft: written, answered, resolved."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from lienthong.casework.office.services import comments
from lienthong.casework.office.views import frame
from lienthong.kernel import access
from lienthong.kernel.text import tr


@access.duty(*frame.DUTIES)
@require_POST
def comment(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """A comment on a page or paragraph, or an answer to one."""
    sent = request.POST
    return frame.act(
        request,
        lambda: comments.add_comment(
            draft_id,
            sent.get("text", ""),
            page=frame.whole(sent.get("page")),
            paragraph=frame.whole(sent.get("paragraph")),
            quote=sent.get("quote", ""),
            answers_to=frame.whole(sent.get("answers_to")),
            actor=access.acting(request),
        ),
        back=_back(request, draft_id),
        done=tr("Đã ghi ý kiến.", "Your comment is there."),
    )


@access.duty(*frame.DUTIES)
@require_POST
def settle(request: HttpRequest, draft_id: UUID, comment_id: int) -> HttpResponse:
    """Resolve a comment, or open it again."""
    deed = comments.reopen_comment if "reopen" in request.POST else comments.resolve_comment
    return frame.act(
        request, lambda: deed(draft_id, comment_id, actor=access.acting(request)), back=_back(request, draft_id)
    )


def _back(request: HttpRequest, draft_id: UUID) -> str:
    leader = request.POST.get("from") == "leader"
    return f"/van-phong/ky/{draft_id}/#gop-y" if leader else f"/van-phong/du-thao/{draft_id}/#gop-y"
