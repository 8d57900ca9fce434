"""Review: asking colleagues, answering."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.queries import people
from lienthong.casework.office.services import reviews
from lienthong.casework.office.types import ORDERS, Order
from lienthong.casework.office.views import frame
from lienthong.kernel import access, clock
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr

_DAY_ENDS = time(17, 0)


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Whom to ask, in what order, until when."""
    actor = access.acting(request)
    draft = draft_queries.get_draft(draft_id, actor)
    problem: Refused | None = None
    sent = request.POST
    if request.method == "POST":
        try:
            order: Order = "serial" if sent.get("order") == "serial" else "parallel"
            ids = [found for one in sent.getlist("reviewers") if (found := frame.whole(one)) is not None]
            reviews.ask_review(
                draft_id, ids, order=order, due_at=_due(request), question=sent.get("question", ""), actor=actor
            )
            return redirect(f"/van-phong/du-thao/{draft_id}/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    colleagues = [one for one in people.list_colleagues(actor.agency_code) if one.account_id != draft.drafter_id]
    context = {
        "draft": draft,
        "errors": problem,
        "colleagues": [(one.account_id, one.name, one.position) for one in colleagues],
        "chosen": sent.getlist("reviewers"),
        "orders": list(ORDERS.items()),
        "order": sent.get("order", "parallel"),
        "question": sent.get("question", ""),
        "due": sent if request.method == "POST" else "",
    }
    return render(request, "office/ask.html", context, status=problem.status if problem else 200)


@access.duty(*frame.DUTIES)
@require_POST
def answer(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One's own opinion."""
    return frame.act(
        request,
        lambda: reviews.give_opinion(
            draft_id, request.POST.get("opinion", ""), request.POST.get("remarks", ""), actor=access.acting(request)
        ),
        back=f"/van-phong/du-thao/{draft_id}/",
        done=tr("Đã gửi ý kiến của bạn.", "Your opinion was given."),
    )


def _due(request: HttpRequest) -> datetime | None:
    day = frame.read_day(request, "due")
    return datetime.combine(day, _DAY_ENDS, tzinfo=clock.ZONE) if day else None
