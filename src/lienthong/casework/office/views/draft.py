"""A draft (dự thảo): begun, its facts, and the page where everything about it stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.casework.office import rules, states
from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.queries import recipients, work_files
from lienthong.casework.office.services import drafts, work
from lienthong.casework.office.types import (
    OPINION_COLOURS,
    OPINIONS,
    PRIORITIES,
    PRIORITY_COLOURS,
    DraftFacts,
    DraftPage,
)
from lienthong.casework.office.views import draft_forms, frame, reach
from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import show_date, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import queries as document_queries

_SHOWN_RECEIVERS = 12


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The form of a new draft; `?tra-loi=` names the arrival that it answers, `?viec=` the work it is for."""
    actor = access.acting(request)
    problem: Refused | None = None
    if request.method == "POST" and "find_now" not in request.POST:
        try:
            draft_id = drafts.start_draft(draft_forms.read_facts(request, actor), actor=actor)
            if work_id := frame.whole(request.POST.get("work")):
                work.bind_reply(work_id, draft_id, actor=actor)
            way = "tai-len" if request.POST.get("way") == "file" else "soan"
            return redirect(f"/van-phong/du-thao/{draft_id}/{way}/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    typed = draft_forms.typed_in(request.POST) if request.method == "POST" else _first(request, actor)
    context = draft_forms.choices(actor, typed) | {
        "errors": problem,
        "work": request.POST.get("work") or request.GET.get("viec", ""),
        "way": request.POST.get("way", "here"),
        "is_new": True,
    }
    return render(request, "office/facts.html", context, status=problem.status if problem else 200)


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def change_facts(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The form of a draft's facts."""
    actor = access.acting(request)
    draft = draft_queries.get_draft(draft_id, actor)
    problem: Refused | None = None
    if request.method == "POST" and "find_now" not in request.POST:
        try:
            seen = frame.whole(request.POST.get("seen")) or 0
            drafts.change_facts(draft_id, draft_forms.read_facts(request, actor), seen=seen, actor=actor)
            messages.success(request, str(tr("Đã lưu thông tin văn bản.", "Saved.")))
            return redirect(f"/van-phong/du-thao/{draft_id}/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    typed = draft_forms.typed_in(request.POST) if request.method == "POST" else draft_forms.typed_of(draft.facts)
    context = draft_forms.choices(actor, typed) | {"errors": problem, "draft": draft}
    return render(request, "office/facts.html", context, status=problem.status if problem else 200)


@access.duty(*frame.DUTIES)
@require_safe
def show_draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """One draft: the paper, what people say, what to do next."""
    actor = access.acting(request)
    return render(request, "office/draft.html", page_context(draft_queries.get_draft(draft_id, actor), actor))


def page_context(draft: DraftPage, actor: Actor) -> dict[str, Any]:
    """Everything that the page of a draft shows."""
    newest = draft.newest
    return {
        "draft": draft,
        "crumbs": [(tr("Văn phòng", "Office"), "/van-phong/"), frame.short(draft.facts.subject)],
        "facts": fact_rows(draft),
        "pages": range(1, newest.pages + 1) if newest and newest.pdf else (),
        "paragraphs": list(enumerate(rules.paragraphs_of(newest.text), start=1)) if newest and not newest.pdf else (),
        "may": dict.fromkeys(draft.deeds, True),
        "deeds": {key: deed.label for key, deed in states.DRAFT_DEEDS.items()},
        "urgency": (PRIORITIES[draft.facts.priority], PRIORITY_COLOURS[draft.facts.priority]),
        "opinions": [(key, label) for key, label in OPINIONS.items()],
        "rounds": [(one, opinion_rows(one)) for one in draft.rounds],
        "timeline": frame.story(draft.steps),
        "unserved": reach.unserved_of(draft),
        "me": actor.account_id,
        "open_files": work_files.list_open_files(actor),
        "in_files": work_files.files_with("draft", draft.id, actor),
        "page_options": _page_options(draft),
    }


def opinion_rows(opened: Any) -> list[dict[str, Any]]:
    """Opinions of a round as a page shows them."""
    states_told = {
        "waiting": tr("Chưa đến lượt", "Not yet asked"),
        "asked": tr("Chờ ý kiến", "Asked"),
        "closed": tr("Không trả lời", "No answer"),
    }
    return [
        {
            "review": one,
            "label": OPINIONS.get(one.opinion) or states_told.get(one.state, ""),
            "colour": OPINION_COLOURS[one.opinion],
        }
        for one in opened.reviews
    ]


def fact_rows(draft: DraftPage) -> list[dict[str, Any]]:
    """What the document is, for the summary."""
    facts = draft.facts
    rows = [
        (tr("Loại", "Type"), draft.type_name),
        (tr("Số, ký hiệu", "Number"), draft.code or f"…/{draft.notation}"),
        (tr("Ngày văn bản", "Date"), show_date(draft.promulgated_on)),
        (tr("Người ký", "Signer"), " ".join(filter(None, (
            facts.competence, facts.authority, f"{draft.signer_name}, {draft.signer_position}")))),
        (tr("Nơi nhận", "Recipients"), _receivers(facts)),
        (tr("Bản giấy", "On paper"), tr("Cần gửi thêm", "To follow") if facts.needs_paper else tr("Không cần", "No")),
        (tr("Hạn xử lý của nơi nhận", "Recipients' deadline"), show_date(facts.due_on)),
        (tr("Người soạn", "Drafter"), draft.drafter_name),
        (tr("Lưu", "Kept by"), ", ".join(filter(None, ("VT", facts.keeper)))),
        (tr("Trích yếu", "Subject"), facts.subject if len(facts.subject) > frame.MOST_IN_HEADING else ""),
    ]  # fmt: skip
    return [{"key": key, "value": value} for key, value in rows if str(value)]


def _receivers(facts: DraftFacts) -> str:
    names = recipients.name_agencies(facts.receivers[:_SHOWN_RECEIVERS])
    more = len(facts.receivers) - len(names)
    told = [*names.values(), *facts.to_places]
    if more > 0:
        told.append(str(tr("và {n} cơ quan khác", "and {n} more").format(n=more)))
    return "; ".join(told)


def _page_options(draft: DraftPage) -> list[tuple[str, object]]:
    count = draft.newest.pages if draft.newest else 0
    pages = [(str(n), tr("Trang {n}", "Page {n}").format(n=n)) for n in range(1, count + 1)]
    return [("", tr("Cả văn bản", "The whole document")), *pages]


def _first(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """An empty form; for a reply, with what follows from the document that it answers."""
    answers: tuple[UUID, ...] = ()
    receivers: tuple[str, ...] = ()
    subject = ""
    arrival_id = draft_forms.as_uuid(request.GET.get("tra-loi", ""))
    if arrival_id is not None:
        arrival = document_queries.get_arrival(arrival_id, actor)
        answers, receivers = (arrival_id,), (arrival.sender_code,)
        subject = f"Trả lời văn bản số {arrival.document.code}"
    agency = agency_queries.name_of_agency(actor.agency_code)
    is_committee = agency.startswith("Ủy ban nhân dân")
    facts = DraftFacts(
        type_code="CV",
        subject=subject,
        signer_id=0,
        unit="VP",
        competence="TM." if is_committee else "",
        authority="Ủy ban nhân dân" if is_committee else "",
        receivers=receivers,
        answers=answers,
    )
    return draft_forms.typed_of(facts)
