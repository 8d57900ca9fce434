"""Files of an own dossier: the result, and what was handed in."""

from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.kernel import access, audit
from lienthong.kernel.web.sending import send_file


@access.signed_in()
@never_cache
@require_safe
def result(request: HttpRequest, dossier_id: UUID) -> FileResponse:
    """The signed and sealed result, to keep."""
    actor = access.acting(request)
    found = dossiers_queries.get_my_result(dossier_id, actor)
    audit.record(actor, "portal.download-result", f"dossier:{dossier_id}")
    return send_file(found.file, saved=True)


@access.signed_in()
@never_cache
@require_safe
def attachment(request: HttpRequest, dossier_id: UUID, attachment_id: UUID) -> FileResponse:
    """A paper of the own dossier."""
    return send_file(dossiers_queries.get_my_attachment(dossier_id, attachment_id, access.acting(request)).file)
