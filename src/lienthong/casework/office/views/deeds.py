"""Deeds to a draft: presented, returned, signed, numbered, sealed, sent; each a POST that tells what came of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from lienthong.casework.office import states
from lienthong.casework.office.services import drafts, issuing, leading, reviews
from lienthong.casework.office.views import frame
from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.text import tr

Deed = Callable[[HttpRequest, UUID, Actor], object]


def _seen(request: HttpRequest) -> int:
    return frame.whole(request.POST.get("seen")) or 0


def _words(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


_DEEDS: dict[str, Deed] = {
    "present": lambda request, one, actor: leading.present_draft(
        one, note=_words(request), seen=_seen(request), actor=actor
    ),
    "take_back": lambda _, one, actor: leading.take_back(one, actor=actor),
    "return": lambda request, one, actor: leading.return_draft(one, _words(request), actor=actor),
    "unsign": lambda _, one, actor: leading.undo_signature(one, actor=actor),
    "close_review": lambda _, one, actor: reviews.close_review(one, actor=actor),
    "withdraw": lambda request, one, actor: drafts.withdraw_draft(one, _words(request), actor=actor),
    "number": lambda request, one, actor: issuing.number_draft(one, on=frame.read_day(request, "on"), actor=actor),
    "seal": lambda _, one, actor: issuing.seal_draft(one, actor=actor),
    "send": lambda _, one, actor: issuing.send_draft(one, actor=actor),
    "issue": lambda _, one, actor: issuing.issue_draft(one, actor=actor),
    "strike": lambda request, one, actor: issuing.strike_draft(one, _words(request), actor=actor),
}
_ISSUED = tr("Đã cấp số, đóng dấu và phát hành", "Numbered, sealed and sent")


@access.duty(*frame.DUTIES)
@require_POST
def do_deed(request: HttpRequest, draft_id: UUID, deed: str) -> HttpResponse:
    """Do one deed; the service decides whether it may be done."""
    if deed not in _DEEDS:
        raise Http404
    actor = access.acting(request)
    done = states.DRAFT_DEEDS[deed].told if deed in states.DRAFT_DEEDS else _ISSUED
    back = "/van-phong/ky/" if request.POST.get("from") == "leader" else f"/van-phong/du-thao/{draft_id}/"
    return frame.act(
        request, lambda: _DEEDS[deed](request, draft_id, actor), back=back, done=tr(f"{done.vi}.", f"{done.en}.")
    )
