"""Files of documents to the browser: a PDF or a picture opens, everything else is saved; never guessed at."""

from __future__ import annotations

import shutil
import tempfile
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access, audit, files, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.web.sending import send_content, send_file
from lienthong.platform.documents.edxml.zips import open_attachment
from lienthong.platform.documents.queries import papers
from lienthong.platform.documents.rights import READERS
from lienthong.platform.documents.views import parts
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import PdfVerdict


@access.duty(*READERS)
@require_safe
def show_paper(request: HttpRequest, message_id: UUID, position: int) -> FileResponse:
    """The file in an attachment's ZIP; the ZIP itself when it holds several."""
    actor = access.acting(request)
    paper = papers.get_paper(message_id, position, actor)
    audit.record(actor, "documents.read-file", f"message:{message_id}", position=position)
    with files.open_file(paper.sha256) as blob, open_attachment(blob) as found:
        if len(found) == 1:
            # The answer reads after this block, which closes what it opened.
            content: Any = _again(found[0].content)
            return send_content(content, found[0].name, found[0].media_type, saved=_is_saved(request))
    return send_content(files.open_file(paper.sha256), f"{paper.name}.zip", files.ZIP)


@access.duty(*READERS)
@require_safe
def show_signatures(request: HttpRequest, message_id: UUID, position: int) -> HttpResponse:
    """Who signed the PDF of an attachment, and whether it holds, in sentences."""
    actor, page = parts.desk(request, "in")
    paper = papers.get_paper(message_id, position, actor)
    verdict: PdfVerdict | None = None
    refusal: Refused | None = None
    try:
        with files.open_file(paper.sha256) as blob, open_attachment(blob) as found:
            pdf = next((one for one in found if one.media_type == files.PDF), None)
            verdict = _judge(pdf.content.read()) if pdf else None
    except Refused as caught:
        refusal = caught
    page |= {"paper": paper, "verdict": verdict, "refusal": refusal}
    return render(request, "documents/signatures.html", page)


def _judge(content: bytes) -> PdfVerdict | None:
    """Read in a process of its own where the node has one, which is stopped when it takes too long."""
    if roles.is_open("signing.verifier"):
        return signing_queries.judge_file(content).pdf
    return signing_queries.judge_pdf(content)


@access.duty(*READERS)
@require_safe
def show_scan(request: HttpRequest, entry_id: int) -> FileResponse:
    """The scan of a document that came on paper."""
    actor = access.acting(request)
    scan = papers.get_scan(entry_id, actor)
    audit.record(actor, "documents.read-scan", f"register-entry:{entry_id}")
    return send_file(scan, saved=_is_saved(request))


def _again(content: Any) -> Any:
    """The same bytes in a file of their own, on disk when they are many."""
    kept = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 (the answer closes it)
    content.seek(0)
    shutil.copyfileobj(content, kept, 2**18)
    kept.seek(0)
    return kept


def _is_saved(request: HttpRequest) -> bool:
    return request.GET.get("tai") == "1"
