"""The leader's page (trình ký): read what waits, choose many, sign all."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lienthong.casework.dossiers import queries, services
from lienthong.kernel import access
from lienthong.kernel.errors import FieldError, Refused
from lienthong.kernel.text import show_moment, tr

_MOST = 100


@access.duty("leader")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_many(request: HttpRequest) -> HttpResponse:
    """Drafts of the leader's agency; the chosen ones are signed one by one, and each failure is named."""
    actor = access.acting(request)
    errors: list[FieldError] = []
    if request.method == "POST":
        chosen = _chosen(request)
        if not chosen:
            errors.append(FieldError("dossier", tr("Chọn ít nhất một hồ sơ.", "Choose at least one."), "dossiers.none"))
        signed = 0
        for dossier_id in chosen:
            try:
                services.decide_dossier(dossier_id=dossier_id, actor=actor)
                signed += 1
            except Refused as refusal:
                errors.append(FieldError("dossier", refusal.message, refusal.code))
        if signed:
            messages.success(request, str(tr("Đã ký {n} hồ sơ.", "{n} dossiers signed.").format(n=signed)))
        if not errors:
            return redirect("/mot-cua/ky/")
    waiting = queries.list_signing(actor)
    options = [
        (row.id, f"{row.shown_code} · {row.subject}",
         tr(f"{row.applicant_name}. Hẹn trả {show_moment(row.due_at)}",
            f"{row.applicant_name}. Due {show_moment(row.due_at)}"))
        for row in waiting
    ]  # fmt: skip
    context = {"waiting": waiting, "options": options, "errors": errors}
    return render(request, "dossiers/signing.html", context, status=422 if errors else 200)


def _chosen(request: HttpRequest) -> list[UUID]:
    found = []
    for text in request.POST.getlist("dossier")[:_MOST]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
