"""Papers of a draft: pages as pictures for small screens, the PDF itself, Word files, attachments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from lienthong.casework.office import pages
from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.types import DraftPage
from lienthong.casework.office.views import frame
from lienthong.casework.office.views.writing import SPOTS
from lienthong.kernel import access, files
from lienthong.kernel.errors import NotFound
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.kernel.web.sending import send_file

_MARK = "#7f1416"
_INK = "#122999"


@access.duty(*frame.DUTIES)
@require_safe
def show_page(request: HttpRequest, draft_id: UUID, page: int) -> HttpResponse:
    """A page of the paper as a picture; `?vi-tri=1` frames the places of signature and number."""
    actor = access.acting(request)
    digest, _, count = draft_queries.shown_pdf(draft_id, actor)
    draft = draft_queries.get_draft(draft_id, actor)
    marks = _marks(draft, page, count) if request.GET.get("vi-tri") else signed_marks(draft, page, count)
    wide = request.GET.get("to") == "1"
    png = pages.picture(digest, page, ppi=160.0 if wide else 110.0, marks=marks)
    return HttpResponse(png, content_type=files.PNG)


@access.duty(*frame.DUTIES)
@require_safe
def show_pdf(request: HttpRequest, draft_id: UUID) -> FileResponse:
    """The paper itself, with its signatures, as the browser shows or saves it."""
    digest, name, _ = draft_queries.shown_pdf(draft_id, access.acting(request))
    known = files.describe(digest)
    return send_file(FileRef(digest, name, known.media_type, known.size))


@access.duty(*frame.DUTIES)
@require_safe
def show_word(request: HttpRequest, draft_id: UUID, number: int) -> FileResponse:
    """The Word file of a version."""
    version = draft_queries.get_version(draft_id, number, access.acting(request))
    if version.word is None:
        raise NotFound("office.no-file", tr("Phiên bản này không có tệp Word.", "This version has no Word file."))
    return send_file(version.word)


@access.duty(*frame.DUTIES)
@require_safe
def show_attachment(request: HttpRequest, draft_id: UUID, sha256: str) -> FileResponse:
    """An attachment."""
    draft = draft_queries.get_draft(draft_id, access.acting(request))
    found = next((one for one in draft.attachments if one.sha256 == sha256), None)
    if found is None:
        raise NotFound("office.no-file", tr("Không có tệp này.", "There is no such file."))
    return send_file(found)


def signed_marks(draft: DraftPage, page: int, count: int) -> list[dict[str, Any]]:
    """What signatures draw and a picture of the page alone does not show: the number's digits, who signed, the seal."""
    places = draft.newest.places if draft.newest and draft.final else {}
    told: dict[str, tuple[str, float, str]] = {}
    if draft.final is not None:
        seal = tr(" · đã đóng dấu", " · sealed").vi if draft.status in ("sealed", "sent") else ""
        told["sign"] = (f"Đã ký số{seal}", 11, _INK)
    if draft.status in ("sealed", "sent") and draft.promulgated_on is not None:
        day = draft.promulgated_on
        told["number"] = (draft.code.partition("/")[0], 13, "#000000")
        told["day"] = (f"{day.day:02d}", 13, "#000000")
        told["month"] = (f"{day.month:02d}" if day.month < 3 else str(day.month), 13, "#000000")
    return [
        {"left": spot.left, "bottom": spot.bottom, "width": spot.right - spot.left, "height": spot.top - spot.bottom,
         "label": told[name][0], "size": told[name][1], "colour": told[name][2], "words": True}
        for name, spot in places.items()
        if name in told and (spot.page if spot.page >= 0 else count - 1) == page - 1
    ]  # fmt: skip


def _marks(draft: Any, page: int, count: int) -> list[dict[str, Any]]:
    places = draft.newest.places if draft.newest else {}
    return [
        {
            "left": spot.left,
            "bottom": spot.bottom,
            "width": spot.right - spot.left,
            "height": spot.top - spot.bottom,
            "label": str(SPOTS[name]),
            "colour": _MARK,
        }
        for name, spot in places.items()
        if (spot.page if spot.page >= 0 else count - 1) == page - 1
    ]
