"""Follow a dossier by its code (tra cứu hồ sơ): for anybody, without personal data."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.casework.dossiers.types import PublicStatus
from lienthong.channels.portal.limits import check_looks, note_miss
from lienthong.channels.portal.views.catalogue import clean_text
from lienthong.channels.portal.views.status import MEANINGS, timeline_items
from lienthong.kernel import access
from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.sources.procedures import queries as procedures_queries

_NO_CODE = tr("Hãy nhập mã hồ sơ.", "Enter the code of the dossier.")
_UNKNOWN = tr(
    "Không có hồ sơ mang mã này. Hãy xem lại mã trên giấy tiếp nhận hoặc trên trang xác nhận.",
    "No dossier has this code. Check the code on the receipt or the confirmation page.",
)


@access.public
@never_cache
@require_safe
def track(request: HttpRequest) -> HttpResponse:
    """The form, and the status behind a code; the QR code of the receipt leads here."""
    if "ma" not in request.GET:
        return render(request, "portal/track.html", {"code": ""})
    code = "".join(clean_text(request.GET["ma"]).split())[:80]
    if not code:
        return _problem(request, code, FieldError("ma", _NO_CODE, "portal.no-code"), 422)
    check_looks(request)
    found = dossiers_queries.find_public_status(code)
    if found is None:
        note_miss(request)
        return _problem(request, code, FieldError("ma", _UNKNOWN, "dossiers.unknown"), 404)
    return render(request, "portal/track.html", {"code": code, **_context(found)})


def _problem(request: HttpRequest, code: str, error: FieldError, status: int) -> HttpResponse:
    return render(request, "portal/track.html", {"code": code, "errors": [error]}, status=status)


def _context(found: PublicStatus) -> dict[str, Any]:
    procedure = procedures_queries.find_procedure(found.procedure_code)
    return {
        "found": found,
        "procedure": procedure.name if procedure else found.procedure_code,
        "agency": agencies_queries.name_of_agency(found.agency_code),
        "meaning": MEANINGS[found.status],
        "timeline": timeline_items(found.timeline),
    }
