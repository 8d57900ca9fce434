"""What a citizen does to a dossier after filing: pay, supplement, withdraw."""

from typing import Any
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.casework.dossiers import services as dossiers
from lienthong.casework.dossiers.types import Dossier, Status, SupplementRequest
from lienthong.channels.portal import services
from lienthong.channels.portal.views.mine import OPEN, dossier_context
from lienthong.kernel import access, files
from lienthong.kernel.errors import FieldError, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import bilingual

log = structlog.get_logger()


@access.signed_in()
@never_cache
@require_POST
def pay(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """On to the gateway's page; if it does not answer, the dossier page says so and nothing was charged."""
    actor = access.acting(request)
    try:
        address = services.pay_fee(dossier_id=dossier_id, actor=actor, ip=request.META["REMOTE_ADDR"])
    except Refused as refusal:
        if refusal.status == 404:
            raise
        log.warning("payment not started", code=refusal.code)
        context = dossier_context(dossier_id, actor) | {"problem": refusal.message}
        return render(request, "portal/my_dossier.html", context, status=refusal.status)
    return redirect(address)


@access.signed_in()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Hand in what the agency asked for: one file per paper it listed, all sent at once.

    Files that were accepted stay when another one is refused; they wait in the session until all is sent.
    """
    actor = access.acting(request)
    dossier = dossiers_queries.get_my_dossier(dossier_id, actor)
    asked = _asked(dossier)
    if asked is None or dossier.status != Status.SUPPLEMENT_ASKED or dossier.awaiting:
        return redirect(reverse("portal-my-dossier", args=[dossier_id]))
    if request.method != "POST":
        return _show_supplement(request, dossier, asked)
    errors = _keep_uploads(request, dossier, asked)
    if errors:
        return _show_supplement(request, dossier, asked, errors)
    kept = _kept(request, dossier)
    papers = [(title, FileRef(**kept[name])) for name, title in _inputs(asked) if name in kept]
    try:
        services.send_supplement(dossier_id=dossier_id, papers=papers, note=request.POST.get("note", ""), actor=actor)
    except Refused as refusal:
        first = _inputs(asked)[0][0]
        return _show_supplement(request, dossier, asked, [FieldError(first, refusal.message, refusal.code)])
    request.session.pop(_session_key(dossier), None)
    return redirect(f"{reverse('portal-my-dossier', args=[dossier_id])}?bao=bo-sung")


def _asked(dossier: Dossier) -> SupplementRequest | None:
    return next((one for one in reversed(dossier.supplements) if one.answered_at is None), None)


def _inputs(asked: SupplementRequest) -> list[tuple[str, str]]:
    """Name of the file box and what the agency asked for there."""
    return [(f"paper-{number}", title) for number, title in enumerate(asked.papers, start=1)]


def _session_key(dossier: Dossier) -> str:
    return f"portal.supplement:{dossier.id}"


def _kept(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(_session_key(dossier), {})
    return kept


def _keep_uploads(request: HttpRequest, dossier: Dossier, asked: SupplementRequest) -> list[FieldError]:
    kept, errors = dict(_kept(request, dossier)), []
    for name, title in _inputs(asked):
        upload = request.FILES.get(name)
        if upload is not None:
            try:
                ref = files.store(upload, name=upload.name or "", field=name)
            except Refused as refusal:
                errors.append(FieldError(name, services.about(bilingual(title), refusal.message), refusal.code))
            else:
                kept[name] = {"sha256": ref.sha256, "name": ref.name, "media_type": ref.media_type, "size": ref.size}
        elif request.POST.get(f"{name}-remove"):
            kept.pop(name, None)
    request.session[_session_key(dossier)] = kept
    return errors


def _show_supplement(
    request: HttpRequest, dossier: Dossier, asked: SupplementRequest, errors: list[FieldError] | None = None
) -> HttpResponse:
    kept = _kept(request, dossier)
    context = {
        "dossier": dossier,
        "asked": asked,
        "inputs": [{"name": name, "label": title, "kept": kept.get(name)} for name, title in _inputs(asked)],
        "note": request.POST.get("note", ""),
        "errors": errors or [],
    }
    return render(request, "portal/supplement.html", context, status=422 if errors else 200)


@access.signed_in()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Ask to withdraw, with a reason, after being told what it means."""
    actor = access.acting(request)
    dossier = dossiers_queries.get_my_dossier(dossier_id, actor)
    back = reverse("portal-my-dossier", args=[dossier_id])
    if dossier.status not in OPEN or dossier.awaiting == "withdrawal":
        return redirect(back)
    errors: list[FieldError] = []
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            dossiers.withdraw_dossier(dossier_id=dossier_id, reason=reason, actor=actor)
        except Refused as refusal:
            errors = list(refusal.field_errors) or [FieldError("reason", refusal.message, refusal.code)]
        else:
            return redirect(f"{back}?bao=rut")
    context = {"dossier": dossier, "reason": reason, "errors": errors}
    return render(request, "portal/withdraw.html", context, status=422 if errors else 200)
