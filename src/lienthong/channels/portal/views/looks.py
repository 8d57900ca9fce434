"""Who looked at my data (ai đã xem thông tin của tôi): the population register's ledger, for the person concerned."""

import structlog
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lienthong.channels.portal.views.catalogue import page_number
from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.sources.population import queries as population_queries
from lienthong.sources.population.types import LookSeen

log = structlog.get_logger()

PER_PAGE = 15
_FIELDS: dict[str, Bilingual] = {
    "name": tr("họ tên", "name"),
    "birth_date": tr("ngày sinh", "date of birth"),
    "sex": tr("giới tính", "sex"),
    "ethnicity": tr("dân tộc", "ethnic group"),
    "nationality": tr("quốc tịch", "nationality"),
    "residence": tr("nơi thường trú", "residence"),
    "birth_place": tr("nơi sinh", "place of birth"),
    "hometown": tr("quê quán", "hometown"),
    "mother": tr("mẹ", "mother"),
    "father": tr("cha", "father"),
    "spouse": tr("vợ hoặc chồng", "spouse"),
    "status": tr("tình trạng sống, chết", "alive or dead"),
}
_OUTCOMES: dict[str, tuple[Bilingual, str]] = {
    "answered": (tr("Đã cung cấp", "Shown"), "blue"),
    "unknown": (tr("Không có thông tin", "Nothing found"), "grey"),
    "denied": (tr("Đã từ chối", "Denied"), "red"),
}


@access.signed_in()
@never_cache
@require_safe
def my_looks(request: HttpRequest) -> HttpResponse:
    """Each look: who, when, what for, on which legal ground, which facts; by name of the field, never its content."""
    actor = access.acting(request)
    if actor.kind != "person":
        return render(request, "portal/looks.html", {"is_person": False})
    try:
        seen = population_queries.list_my_looks(actor=actor)
    except Refused as refusal:
        log.warning("looks not shown", code=refusal.code)
        return render(request, "portal/looks.html", {"is_person": True, "unreachable": True}, status=503)
    page = Paginator(seen, PER_PAGE).get_page(page_number(request.GET))
    context = {"is_person": True, "page": page, "looks": [_line(look) for look in page.object_list], "total": len(seen)}
    return render(request, "portal/looks.html", context)


def _line(look: LookSeen) -> dict[str, object]:
    label, colour = _OUTCOMES.get(look.outcome, (tr(look.outcome, look.outcome), "grey"))
    shown = [_FIELDS[name] for name in look.fields if name in _FIELDS]
    return {
        "at": look.at,
        "agency": look.agency_name or look.agency_code,
        "purpose": look.purpose_title,
        "ground": look.legal_ground,
        "outcome": label,
        "colour": colour,
        "fields": tr(", ".join(one.vi for one in shown), ", ".join(one.en for one in shown)) if shown else None,
    }
