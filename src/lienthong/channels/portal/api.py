"""Public JSON of the portal: the status of a dossier by its code, without personal data or sign-in."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.casework.dossiers.types import PublicStatus
from lienthong.channels.portal.limits import check_looks, note_miss
from lienthong.kernel import access
from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies_queries


@access.public
@require_safe
def dossier_status(request: HttpRequest, code: str) -> HttpResponse:
    """GET → status, moments and timeline. Problems (RFC 9457): `dossiers.unknown`, `portal.too-many-looks`."""
    check_looks(request)
    found = dossiers_queries.find_public_status(code)
    if found is None:
        note_miss(request)
        raise NotFound("dossiers.unknown", tr("Không có hồ sơ mang mã này.", "No dossier has this code."), field="code")
    response = JsonResponse(_body(found), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response


def _body(found: PublicStatus) -> dict[str, Any]:
    return {
        "code": found.code,
        "procedure_code": found.procedure_code,
        "agency": {"code": found.agency_code, "name": agencies_queries.name_of_agency(found.agency_code)},
        "status": int(found.status),
        "status_label": found.status_label.as_dict(),
        "submitted_at": _moment(found.submitted_at),
        "received_at": _moment(found.received_at),
        "due_at": _moment(found.due_at),
        "finished_at": _moment(found.finished_at),
        "timeline": [
            {"at": _moment(entry.at), "status": int(entry.status), "deed": entry.deed, "label": entry.label.as_dict()}
            for entry in found.timeline
        ],
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(ZONE).isoformat(timespec="seconds") if at else None
