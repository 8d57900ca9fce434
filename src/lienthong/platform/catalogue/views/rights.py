"""Who may call what and how much they do, in both directions; and why a call is let through or not."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.text import Bilingual, show_date, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.catalogue import forms, queries
from lienthong.platform.catalogue.rules.paths import METHODS
from lienthong.platform.catalogue.types import AccessRequest, Explanation, PermissionLine, Side
from lienthong.platform.catalogue.views import parts

_SIDES: dict[Side, object] = {
    "provider": tr("Ai được gọi dịch vụ của chúng tôi", "Who may call our services"),
    "consumer": tr("Chúng tôi được gọi những gì", "What we may call"),
}


@require_safe
@access.duty("operator")
def permissions(request: HttpRequest) -> HttpResponse:
    """Every accepted purpose with today's calls beside its quota."""
    filters = parts.asked(request, "side", "client")
    side, lines = _lines(filters)
    used = {one.purpose_id: one for one in queries.list_usage()}
    page = parts.page_of(request, lines)
    context = {
        "side": side,
        "sides": [(key, label, f"?side={key}") for key, label in _SIDES.items()],
        "selected": parts.kept({"client": filters["client"]}, {}),
        "rows": [
            {
                "line": line,
                "client": str(line.client),
                "service": str(line.service),
                "href": parts.agreement_address(line.agreement_id),
                "state": parts.shown_tag(line.state),
                "endpoints": ", ".join(map(str, line.endpoints)) or tr("Tất cả", "All"),
                "until": _until(line),
                "usage": used.get(line.purpose.id),
            }
            for line in page.object_list
        ],
        "page": page,
        "count": len(lines),
        "query": request.GET.urlencode(),
    }
    return render(request, "catalogue/permissions.html", context)


@require_safe
@access.duty("operator")
def permissions_sheet(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV."""
    _, lines = _lines(parts.asked(request, "side", "client"))
    used = {one.purpose_id: one for one in queries.list_usage()}
    head = ["client", "service", "endpoints", "purpose_id", "purpose", "legal_ground", "fields", "state", "valid_to",
            "calls_today", "quota"]  # fmt: skip
    rows = (
        [
            line.client, line.service, "; ".join(map(str, line.endpoints)), line.purpose.id, line.purpose.title,
            line.purpose.legal_ground, "; ".join(line.purpose.fields), line.state, line.valid_to,
            used[line.purpose.id].calls if line.purpose.id in used else 0,
            used[line.purpose.id].quota if line.purpose.id in used else None,
        ]
        for line in lines
    )  # fmt: skip
    return sheet("quyen-khai-thac.csv", head, rows)


def _lines(filters: dict[str, str]) -> tuple[Side, list[PermissionLine]]:
    side: Side = "consumer" if filters["side"] == "consumer" or filters["client"] else "provider"
    client = forms.system_ref(filters["client"]) if filters["client"] else None
    return side, queries.list_permissions(side=None if client else side, client=client)


@require_safe
@access.duty("operator")
def why(request: HttpRequest) -> HttpResponse:
    """Replay a decision in sentences."""
    asked = parts.asked(request, "client", "service", "method", "path", "purpose")
    explained = _explain(asked) if asked["client"] or asked["service"] else None
    context = {
        "typed": {**asked, "path": asked["path"] or "/", "method": asked["method"] or "GET"},
        "methods": [(method, method) for method in METHODS],
        "clients": [str(one.ref) for one in queries.list_systems(own=False)],
        "services": [str(one.service.ref) for one in queries.list_services()],
        "explained": explained,
    }
    return render(request, "catalogue/why.html", context)


def _explain(asked: dict[str, str]) -> Explanation:
    return queries.explain(
        AccessRequest(
            client=forms.system_ref(asked["client"]),
            service=forms.service_ref(asked["service"]),
            method=asked["method"] or "GET",
            path=asked["path"] or "/",
            purpose_id=asked["purpose"],
        )
    )


def _until(line: PermissionLine) -> Bilingual:
    day = show_date(line.valid_to)
    return tr(f"đến {day}", f"until {day}") if day else tr("không thời hạn", "no end")
