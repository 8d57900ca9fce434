"""Files of a dossier: the one-stop forms, what was handed in, the result."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from lienthong.casework.dossiers import printing, queries
from lienthong.casework.dossiers.types import Dossier
from lienthong.casework.dossiers.views.worklist import DUTIES
from lienthong.kernel import access, audit, files
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.kernel.web.sending import send_file


@access.duty(*DUTIES)
@require_safe
def show_form(request: HttpRequest, dossier_id: UUID, form: str) -> HttpResponse:
    """A one-stop form (01, 02, 03, 05, 06) as PDF."""
    actor = access.acting(request)
    dossier = queries.get_dossier(dossier_id, actor)
    pdf = _make(form, dossier, actor.name)
    if pdf is None:
        raise NotFound("dossiers.no-form", tr("Chưa có phiếu này.", "There is no such form yet."))
    response = HttpResponse(pdf, content_type=files.PDF)
    response["Content-Disposition"] = f'inline; filename="mau-{form}-{dossier.shown_code}.pdf"'
    return response


def _make(form: str, dossier: Dossier, officer: str) -> bytes | None:
    deeds = {entry.deed for entry in dossier.timeline}
    if form == "01" and dossier.received_at is not None:
        titles = [f"{one.title} ({one.file.name})" for one in dossier.attachments]
        return printing.make_receipt(dossier, officer=officer, components=titles)
    if form == "02" and dossier.supplements:
        return printing.make_supplement_slip(dossier, officer=officer)
    if form == "03" and "refuse" in deeds:
        return printing.make_refusal(dossier, officer=officer)
    if form == "05" and "stop" in deeds:
        return printing.make_stop_notice(dossier, officer=officer)
    if form == "06" and dossier.steps:
        return printing.make_control_sheet(dossier, officer=officer)
    return None


@access.duty(*DUTIES)
@require_safe
def show_attachment(request: HttpRequest, dossier_id: UUID, attachment_id: UUID) -> FileResponse:
    """A paper that was handed in; the look goes on the ledger."""
    actor = access.acting(request)
    paper = queries.get_attachment(dossier_id, attachment_id, actor)
    audit.record(actor, "dossiers.read_paper", f"dossier:{dossier_id}", attachment=attachment_id)
    return send_file(paper.file)


@access.duty(*DUTIES)
@require_safe
def show_result(request: HttpRequest, dossier_id: UUID) -> FileResponse:
    """The signed and sealed result."""
    return send_file(queries.get_result(dossier_id, access.acting(request)).file)
