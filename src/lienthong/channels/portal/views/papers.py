"""Files of an own dossier: the result, and what was handed in."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.kernel import access, audit, files
from lienthong.kernel.files import FileRef


@access.signed_in()
@never_cache
@require_safe
def result(request: HttpRequest, dossier_id: UUID) -> FileResponse:
    """The signed and sealed result, to keep."""
    actor = access.acting(request)
    found = dossiers_queries.get_my_result(dossier_id, actor)
    audit.record(actor, "portal.download-result", f"dossier:{dossier_id}")
    return send_file(found.file, download=True)


@access.signed_in()
@never_cache
@require_safe
def attachment(request: HttpRequest, dossier_id: UUID, attachment_id: UUID) -> FileResponse:
    """A paper of the own dossier."""
    return send_file(dossiers_queries.get_my_attachment(dossier_id, attachment_id, access.acting(request)).file)


def send_file(file: FileRef, *, download: bool = False) -> FileResponse:
    """A stored file to the browser: shown if it is a PDF or a picture, else saved; never guessed at."""
    shown = not download and file.media_type in (files.PDF, files.PNG, files.JPEG)
    content: Any = files.open_file(file.sha256)
    response = FileResponse(content, as_attachment=not shown, filename=file.name, content_type=file.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response
