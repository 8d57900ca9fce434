"""Deeds to work on arrivals: given, taken up, reported, handed over, finished."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.casework.office import states
from lienthong.casework.office.queries import people
from lienthong.casework.office.queries import work as work_queries
from lienthong.casework.office.services import work
from lienthong.casework.office.views import frame
from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import queries as document_queries

Deed = Callable[[HttpRequest, int, Actor], object]


def _people(request: HttpRequest) -> tuple[int, list[int]]:
    partners = [found for one in request.POST.getlist("partners") if (found := frame.whole(one)) is not None]
    return frame.whole(request.POST.get("lead")) or 0, partners


def _reassign(request: HttpRequest, work_id: int, actor: Actor) -> None:
    lead, partners = _people(request)
    words = request.POST.get("instruction", "")
    work.reassign(work_id, lead, partners, due_on=frame.read_day(request, "due"), instruction=words, actor=actor)


_DEEDS: dict[str, Deed] = {
    "begin": lambda _, one, actor: work.begin_work(one, actor=actor),
    "progress": lambda request, one, actor: work.report_progress(
        one, request.POST.get("note", ""), is_done=request.POST.get("done") == "1", actor=actor
    ),
    "hand_over": lambda request, one, actor: work.hand_over(
        one, frame.whole(request.POST.get("to")) or 0, request.POST.get("note", ""), actor=actor
    ),
    "finish": lambda request, one, actor: work.finish_work(one, request.POST.get("result", ""), actor=actor),
    "call_off": lambda request, one, actor: work.call_off(one, request.POST.get("reason", ""), actor=actor),
    "reassign": _reassign,
}


@access.duty(*frame.DUTIES)
@require_POST
def do_deed(request: HttpRequest, work_id: int, deed: str) -> HttpResponse:
    """Do one deed; the service decides whether it may be done."""
    if deed not in _DEEDS:
        raise Http404
    actor = access.acting(request)
    done = states.WORK_DEEDS[deed].told
    back = "/van-phong/viec/" if deed == "hand_over" else f"/van-phong/viec/{work_id}/"
    return frame.act(
        request, lambda: _DEEDS[deed](request, work_id, actor), back=back, done=tr(f"{done.vi}.", f"{done.en}.")
    )


@access.duty("leader", "clerk")
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Who leads, who helps, until when."""
    actor = access.acting(request)
    arrival = document_queries.get_arrival(arrival_id, actor)
    if request.method != "POST" and (there := work_queries.find_work(arrival_id, actor)) is not None:
        return redirect(f"/van-phong/viec/{there.id}/")
    problem: Refused | None = None
    sent = request.POST
    if request.method == "POST":
        try:
            lead, partners = _people(request)
            words = sent.get("instruction", "")
            due_on = frame.read_day(request, "due")
            work_id = work.assign_arrival(arrival_id, lead, partners, due_on=due_on, instruction=words, actor=actor)
            return redirect(f"/van-phong/viec/{work_id}/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    officers = people.list_workers(actor.agency_code)
    context = {
        "arrival": arrival,
        "sender": agency_queries.name_of_agency(arrival.sender_code),
        "errors": problem,
        "leads": [("", tr("Chọn người chủ trì", "Choose")),
                  *((one.account_id, f"{one.name}, {one.position}") for one in officers)],
        "officers": [(one.account_id, one.name, one.position) for one in officers],
        "lead": sent.get("lead", ""),
        "partners": sent.getlist("partners"),
        "instruction": sent.get("instruction", ""),
        "due": sent or arrival.document.due_on,
    }  # fmt: skip
    return render(request, "office/assign.html", context, status=problem.status if problem else 200)
