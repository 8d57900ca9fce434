"""Recipients: searched while typing, and the groups that an agency keeps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.casework.office.queries import recipients
from lienthong.casework.office.services import groups as group_services
from lienthong.casework.office.views import frame
from lienthong.kernel import access
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr


@access.duty(*frame.DUTIES)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Agencies that match what is being typed, as boxes to tick; a part of a page."""
    text = request.GET.get("find", "").replace("\x00", "")[:100]
    found = recipients.search_agencies(text) if text.strip() else []
    name = "members" if request.GET.get("name") == "members" else "receivers"
    context = {"found": [(one.code, one.name) for one in found], "text": text, "field": name}
    return render(request, "office/_found.html", context)


@access.duty(*frame.DUTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: HttpRequest) -> HttpResponse:
    """The agency's groups: made, changed, dropped."""
    actor = access.acting(request)
    problem: Refused | None = None
    sent = request.POST
    if request.method == "POST" and "find_now" not in sent:
        try:
            if group_id := frame.whole(sent.get("drop")):
                group_services.drop_group(group_id, actor=actor)
            else:
                codes = [*sent.getlist("members"), *recipients.members_of(sent.getlist("group"), actor)]
                group_services.save_group(sent.get("name", ""), codes, actor=actor)
            return redirect("/van-phong/nhom/")
        except (NotAllowed, NotFound):
            raise
        except Refused as refusal:
            problem = refusal
    saved = recipients.list_saved(actor)
    opened = next((one for one in saved if one.key == request.GET.get("sua")), None)
    chosen = sent.getlist("members") or (list(opened.members) if opened else [])
    names = recipients.name_agencies(chosen)
    found = recipients.search_agencies(sent.get("find", "")) if sent.get("find") else []
    context = {
        "side": frame.side(actor, "groups"),
        "groups": [(one, recipients.name_agencies(one.members[:5]).values(), len(one.members) - 5) for one in saved],
        "standing": [
            (one.key, tr("{name} ({n})", "{name} ({n})").format(name=one.name, n=len(one.members)))
            for one in recipients.list_groups(actor) if not one.is_saved
        ],
        "errors": problem,
        "name": sent.get("name", opened.name if opened else ""),
        "chosen": list(names.items()),
        "chosen_codes": chosen,
        "found": [(one.code, one.name) for one in found if one.code not in names],
        "find": sent.get("find", ""),
    }  # fmt: skip
    return render(request, "office/groups.html", context, status=problem.status if problem else 200)
