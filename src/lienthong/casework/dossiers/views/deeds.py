"""One deed, one page: its form on GET, the deed itself on POST, then back to the dossier with a sentence."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lienthong.casework.dossiers import queries, states
from lienthong.casework.dossiers.views import deed_forms
from lienthong.casework.dossiers.views.worklist import DUTIES
from lienthong.kernel import access
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr


@access.duty(*DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def do_deed(request: HttpRequest, dossier_id: UUID, deed: str) -> HttpResponse:
    """Show a deed's form or do it; the service decides whether it may be done."""
    actor = access.acting(request)
    if deed not in states.DEEDS:
        raise Http404
    dossier = queries.get_dossier(dossier_id, actor)
    problem: Refused | None = None
    if request.method == "POST":
        try:
            done = deed_forms.act(deed, request, dossier_id, actor)
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
        else:
            messages.success(
                request,
                str(tr("Đã xong: {deed}. Hồ sơ {code}.", "Done: {deed}. Dossier {code}.").format(
                    deed=states.DEEDS[deed].label, code=done.shown_code
                )),
            )  # fmt: skip
            return redirect(f"/mot-cua/{dossier_id}/")
    elif not any(action.deed == deed for action in queries.list_next_actions(dossier, actor)):
        messages.warning(request, str(tr("Việc này không còn cần làm.", "This is no longer to be done.")))
        return redirect(f"/mot-cua/{dossier_id}/")
    typed = request.POST
    fields = [
        replace(field, value=typed.get(field.name, field.value)) if typed else field
        for field in deed_forms.fields_of(deed, dossier)
    ]
    context = {"dossier": dossier, "deed": states.DEEDS[deed], "fields": fields, "errors": problem}
    return render(request, "dossiers/deed.html", context, status=problem.status if problem else 200)
