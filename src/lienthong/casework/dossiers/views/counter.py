"""The counter (nhận hồ sơ tại quầy): an officer files for the person who stands there, and receives at once."""

from __future__ import annotations

import string
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.casework.dossiers import rules, services
from lienthong.casework.dossiers.types import Applicant, Paper
from lienthong.kernel import access, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import FieldError, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.sources.procedures import queries as procedure_queries
from lienthong.sources.procedures.types import Field, Form, Procedure


@access.duty("reception")
@require_safe
def choose_procedure(request: HttpRequest) -> HttpResponse:
    """Which procedure? Search as on the portal; only those with a form."""
    text = request.GET.get("q", "").replace("\x00", "")[:100]
    listing = procedure_queries.search_procedures(text, with_form=True, size=30)
    rows = [
        [{"text": hit.code, "href": f"/mot-cua/tiep-nhan/{hit.code}/", "code": True}, hit.name, hit.field]
        for hit in listing.hits
        if "direct" in hit.channels
    ]
    head = [tr("Mã", "Code"), tr("Thủ tục", "Procedure"), tr("Lĩnh vực", "Field")]
    return render(request, "dossiers/choose_procedure.html", {"text": text, "rows": rows, "head": head})


@access.duty("reception")
@require_http_methods(["GET", "HEAD", "POST"])
def file_here(request: HttpRequest, procedure_code: str) -> HttpResponse:
    """The whole form on one page: the officer types while the person speaks."""
    actor = access.acting(request)
    procedure = procedure_queries.get_procedure(procedure_code)
    if procedure.form is None:
        raise NotFound("procedures.no-form", tr("Thủ tục này chưa có biểu mẫu.", "This procedure has no form yet."))
    answers: dict[str, Any] = _first_answers(procedure.form)
    errors: list[FieldError] = []
    if request.method == "POST":
        try:
            answers, papers = _read(request, procedure, actor)
            dossier = services.file_at_counter(
                procedure_code=procedure.code,
                agency_code=_deciding(actor),
                answers=answers,
                papers=papers,
                applicant=_applicant(answers),
                return_way=cast("Any", _at(answers, "delivery.method") or "counter"),
                actor=actor,
            )
        except Refused as refusal:
            errors = list(refusal.field_errors) or [FieldError("", refusal.message, refusal.code)]
            answers = _typed(request, procedure.form)
        else:
            messages.success(
                request,
                str(tr("Đã tiếp nhận hồ sơ {code}.", "Dossier {code} received.").format(code=dossier.code)),
            )
            return redirect(f"/mot-cua/{dossier.id}/")
    context = {"procedure": procedure, "pages": _shown(procedure.form, answers), "errors": errors}
    return render(request, "dossiers/counter_form.html", context, status=422 if errors else 200)


def _deciding(actor: Actor) -> str:
    """The body that decides what this counter takes in: a desk's commune, else the officer's own agency."""
    code = actor.agency_code
    return code.rpartition(".")[0] if code.count(".") > 1 else code


def _first_answers(form: Form) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for one in form.fields():
        if one.default is not None:
            _put(answers, one.path, one.default)
    _put(answers, "delivery.method", "counter")
    return answers


def _file_here(answers: dict[str, Any], form: Form, actor: Actor) -> None:
    """Who receives is not asked at the counter: the officer's own body."""
    agency = agency_queries.find_agency(_deciding(actor))
    if form.receiver_path and agency is not None:
        _put(answers, form.receiver_path, agency.gso_code)


def _typed(request: HttpRequest, form: Form) -> dict[str, Any]:
    """What was typed, unchecked, page by page."""
    answers: dict[str, Any] = {}
    for page in form.pages:
        for group, part in procedure_queries.answers_from_post(page, request.POST).items():
            answers.setdefault(group, {}).update(part)
    return answers


def _read(request: HttpRequest, procedure: Procedure, actor: Actor) -> tuple[dict[str, Any], tuple[Paper, ...]]:
    """Answers and stored papers. Raises Refused `files.*` for a bad file."""
    form = cast("Form", procedure.form)
    answers = _typed(request, form)
    _file_here(answers, form, actor)
    papers = []
    for one in form.fields():
        upload = request.FILES.get(one.path) if one.kind == "file" else None
        if upload is None:
            continue
        kept = files.store(cast("Any", upload).chunks(), name=upload.name or "", field=one.path)
        described = {"sha256": kept.sha256, "name": kept.name, "media_type": kept.media_type, "size": kept.size}
        _put(answers, one.path, described)
        papers.append(Paper(one.component, one.title.vi, kept, digitised=True))
    return answers, tuple(papers)


def _applicant(answers: dict[str, Any]) -> Applicant:
    part = answers.get("applicant", {})
    name = rules.clean_text(str(part.get("name") or ""), field="applicant.name", at_most=250)
    number = "".join(letter for letter in str(part.get("number") or "") if letter in string.digits)
    return Applicant(
        name=name,
        number=number[:12],
        phone=str(part.get("phone") or ""),
        email=str(part.get("email") or ""),
        address=str(part.get("address") or ""),
    )


def _shown(form: Form, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """All pages of the form as groups of fields with their values, but for where it is filed: here."""
    return [
        {
            "title": page.title,
            "fields": [
                {"field": one, "value": _value(one, answers), "options": _options(one), "optional": not one.required}
                for one in page.fields
            ],
        }
        for page in form.pages
        if [one.path for one in page.fields] != [form.receiver_path]
    ]


def _options(one: Field) -> list[tuple[str, Any]]:
    return [(option.value, option.label) for option in one.options]


def _value(one: Field, answers: dict[str, Any]) -> Any:
    value = _at(answers, one.path)
    return "" if value is None or one.kind == "file" else value


def _at(answers: dict[str, Any], path: str) -> Any:
    return procedure_queries.answer_at(answers, path)


def _put(answers: dict[str, Any], path: str, value: Any) -> None:
    group, _, name = path.partition(".")
    answers.setdefault(group, {})[name] = value
