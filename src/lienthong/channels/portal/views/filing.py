"""Filing: start, one thing per page, check your answers, file, confirmation."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.casework.dossiers.types import RETURN_LABELS
from lienthong.channels.portal import queries, services
from lienthong.channels.portal.types import DraftRef
from lienthong.channels.portal.views import wording
from lienthong.channels.portal.views.questions import questions_of, review_groups
from lienthong.kernel import access, clock
from lienthong.kernel.errors import FieldError, Invalid, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.kernel.web.sending import send_file
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.sources.procedures import queries as procedures_queries

BACK = "ve"
CHECK = "kiem-tra"
LEVEL_TO_FILE = 2


@access.signed_in()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, code: str) -> HttpResponse:
    """What will be asked, and the button that begins; drafts of the same service are offered first.

    Signed in is enough to come here, so that somebody with a level 1 account learns what is missing and how to get
    it; beginning needs level 2.
    """
    actor = access.acting(request)
    procedure = procedures_queries.get_procedure(code)
    if procedure.code != code:
        return redirect(reverse("portal-start", args=[procedure.code]))
    if procedure.form is None:
        return redirect(reverse("portal-procedure", args=[procedure.code]))
    if actor.kind != "person" or actor.level < LEVEL_TO_FILE:
        return render(request, "portal/need_level.html", {"procedure": procedure}, status=403)
    if request.method == "POST":
        draft = services.begin_draft(procedure_code=procedure.code, actor=actor)
        return redirect(_page_url(draft.id, draft.pages[0].key))
    limit = procedure.time_limit_for("online")
    context = {
        "procedure": procedure,
        "drafts": queries.list_drafts(actor, procedure.code),
        "page_count": len(procedures_queries.pages_for(procedure.form, {})),
        "fee": wording.fee_words(procedure.fee_for("online")),
        "time": limit.as_words() if limit else None,
        "attachments": [one.title for one in procedure.form.fields() if one.kind == "file"],
    }
    return render(request, "portal/start.html", context)


@access.signed_in(level=LEVEL_TO_FILE)
@never_cache
@require_safe
def go_on(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """To the first page that still needs an answer, or to the check."""
    draft = queries.get_draft(draft_id, access.acting(request), filed_too=True)
    return redirect(reverse("portal-filed", args=[draft.id]) if draft.filed else _next_url(draft))


@access.signed_in(level=LEVEL_TO_FILE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, draft_id: UUID, page_key: str) -> HttpResponse:
    """One page of the form; posting saves it and leads on."""
    actor = access.acting(request)
    draft = queries.get_draft(draft_id, actor)
    if draft.page_of(page_key) is None:
        return redirect(_next_url(draft))
    if request.method != "POST":
        return _show_page(request, draft, page_key)
    outcome = services.save_page(
        draft_id=draft_id, page_key=page_key, posted=request.POST, uploads=request.FILES, actor=actor
    )
    if outcome.errors:
        answers = outcome.typed
        return _show_page(request, outcome.draft, page_key, outcome.errors, answers, outcome.filled)
    if outcome.filled:
        return _show_page(request, outcome.draft, page_key, filled=outcome.filled)
    if request.GET.get(BACK) == CHECK:
        return redirect(reverse("portal-check", args=[draft_id]))
    after = outcome.draft.after(page_key)
    return redirect(_page_url(draft_id, after) if after else reverse("portal-check", args=[draft_id]))


def _show_page(
    request: HttpRequest,
    draft: DraftRef,
    page_key: str,
    errors: Sequence[FieldError] = (),
    typed: Mapping[str, Any] | None = None,
    filled: Sequence[str] = (),
) -> HttpResponse:
    page = draft.page_of(page_key)
    if page is None:
        return redirect(_next_url(draft))
    before = draft.before(page_key)
    back = _page_url(draft.id, before) if before else reverse("portal-start", args=[draft.procedure.code])
    questions = questions_of(page, draft, draft.answers if typed is None else typed)
    context = {
        "draft": draft,
        "page": page,
        "questions": questions,
        "heading": None if any(one["heading"] for one in questions) else page.title,
        "has_files": any(one["widget"] == "file" for one in questions),
        "known_at": max((draft.known[one.path].at for one in page.fields if one.path in draft.known), default=None),
        "errors": list(errors),
        "filled": bool(filled),
        "number": draft.number_of(page_key),
        "total": len(draft.pages) + 1,
        "back": reverse("portal-check", args=[draft.id]) if request.GET.get(BACK) == CHECK else back,
    }
    return render(request, "portal/form_page.html", context, status=422 if errors else 200)


@access.signed_in(level=LEVEL_TO_FILE)
@never_cache
@require_safe
def kept_file(request: HttpRequest, draft_id: UUID, path: str) -> FileResponse:
    """A file that was put into the draft, to look at it once more."""
    draft = queries.get_draft(draft_id, access.acting(request))
    described = procedures_queries.answer_at(draft.answers, path)
    if not isinstance(described, Mapping) or "sha256" not in described:
        raise NotFound("portal.no-file", tr("Bản nháp không có tệp này.", "The draft has no such file."))
    return send_file(FileRef(**described))


@access.signed_in(level=LEVEL_TO_FILE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Check your answers, with the button that files. Nothing is filed before it is pressed."""
    actor = access.acting(request)
    draft = queries.get_draft(draft_id, actor, filed_too=True)
    filed = reverse("portal-filed", args=[draft_id])
    if request.method == "POST":
        try:
            services.file_draft(draft_id=draft_id, actor=actor)
        except Refused as refusal:
            if refusal.status == 404:
                raise
            return _show_check(request, queries.get_draft(draft_id, actor), refusal)
        return redirect(filed)
    if draft.filed:
        return redirect(filed)
    waiting = first_open_page(draft)
    if waiting:
        return redirect(
            f"{_page_url(draft_id, waiting)}?{BACK}={CHECK}"
            if _was_seen(draft, waiting)
            else _page_url(draft_id, waiting)
        )
    return _show_check(request, draft)


def _show_check(request: HttpRequest, draft: DraftRef, refusal: Refused | None = None) -> HttpResponse:
    delivery = procedures_queries.answer_at(draft.answers, "delivery.method") or "electronic"
    fee = procedures_queries.fee_due(draft.procedure, "online", draft.answers)
    limit = draft.procedure.time_limit_for("online")
    errors: list[FieldError] = []
    if refusal is not None:
        errors = list(refusal.field_errors) or [FieldError("", refusal.message, refusal.code)]
    context = {
        "draft": draft,
        "groups": review_groups(draft),
        "errors": errors,
        "pages_of_errors": [(error.message, draft.page_with(error.path)) for error in errors],
        "receiver": _receiver_name(draft),
        "fee": wording.due_words(fee),
        "fee_is_due": fee != 0,
        "time": limit.as_words() if limit else None,
        "return_way": RETURN_LABELS.get(str(delivery), RETURN_LABELS["electronic"]),
        "back": _page_url(draft.id, draft.pages[-1].key),
        "number": len(draft.pages) + 1,
    }
    return render(request, "portal/check.html", context, status=refusal.status if refusal else 200)


def _receiver_name(draft: DraftRef) -> str:
    try:
        return services.receiver_of(draft).name
    except Invalid:
        return ""


def first_open_page(draft: DraftRef) -> str:
    """Key of the first page not yet seen or with something to correct; "" when all is answered."""
    seen = draft.number_of(draft.page)
    _, errors = procedures_queries.check_answers(draft.form, draft.answers, today=clock.today())
    wrong = {draft.page_with(error.path) for error in errors}
    return next(
        (page.key for number, page in enumerate(draft.pages, start=1) if number > seen or page.key in wrong), ""
    )


def _was_seen(draft: DraftRef, page_key: str) -> bool:
    return 0 < draft.number_of(page_key) <= draft.number_of(draft.page)


def _next_url(draft: DraftRef) -> str:
    waiting = first_open_page(draft)
    return _page_url(draft.id, waiting) if waiting else reverse("portal-check", args=[draft.id])


def _page_url(draft_id: UUID, key: str) -> str:
    return reverse("portal-page", args=[draft_id, key])


@access.signed_in(level=LEVEL_TO_FILE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    actor = access.acting(request)
    draft = queries.get_draft(draft_id, actor)
    if request.method == "POST":
        services.discard_draft(draft_id=draft_id, actor=actor)
        return redirect(f"{reverse('portal-my-dossiers')}?da-xoa=1")
    return render(request, "portal/discard.html", {"draft": draft})


@access.signed_in(level=LEVEL_TO_FILE)
@never_cache
@require_safe
def filed(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """The confirmation: the code, what happens next and when. It bears being kept as a bookmark."""
    dossier = dossiers_queries.get_my_dossier(draft_id, access.acting(request))
    procedure = procedures_queries.find_procedure(dossier.procedure_code, version=dossier.procedure_version)
    limit = procedure.time_limit_for("online") if procedure else None
    context = {
        "dossier": dossier,
        "agency": agencies_queries.name_of_agency(dossier.agency_code),
        "procedure": procedure,
        "time": limit.as_words() if limit else None,
        "fee": wording.due_words(dossier.published_fee),
        "fee_is_due": dossier.published_fee != 0,
        "return_way": RETURN_LABELS.get(dossier.return_way),
    }
    return render(request, "portal/filed.html", context)
