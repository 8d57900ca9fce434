"""The search page (tra cứu văn bản)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.text import show_number, tr
from lienthong.platform.documents.queries import numbering as numbering_queries
from lienthong.platform.documents.queries import search
from lienthong.platform.documents.rights import READERS
from lienthong.platform.documents.types import SearchFilters, SearchHit
from lienthong.platform.documents.views import parts

DIRECTIONS = (
    ("", tr("Đến và đi", "Both")),
    ("in", tr("Văn bản đến", "Incoming")),
    ("out", tr("Văn bản đi", "Outgoing")),
)


@access.duty(*READERS)
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Documents of the officer's agency by their words."""
    actor, page = parts.desk(request, "search")
    text = parts.word(request.GET, "q")
    direction = request.GET.get("chieu", "")
    filters = SearchFilters(
        direction=cast("Any", direction if direction in ("in", "out") else ""),
        type_code=parts.word(request.GET, "loai", 16),
        author_code=parts.word(request.GET, "co_quan", 64),
        since=parts.day_or_none(request.GET, "tu"),
        until=parts.day_or_none(request.GET, "den"),
        signer=parts.word(request.GET, "nguoi_ky", 100),
    )
    number = request.GET.get("trang", "")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1
    found = search.search_documents(actor.agency_code, text, filters, max(1, at), actor=actor)
    page |= {
        "text": text,
        "filters": filters,
        "narrowed": filters != SearchFilters(),
        "asked": bool(text) or filters != SearchFilters(),
        "directions": DIRECTIONS,
        "types": [("", tr("Mọi loại", "All types")), *((one.code, one.name) for one in numbering_queries.list_types())],
        "hits": [{"hit": hit, "href": _href(hit)} for hit in found.hits],
        "total": f"{show_number(found.total)}{'+' if found.more else ''}",
        "more": found.more,
        "following": parts.query(request, trang=str(found.following)) if found.following else "",
        "first": parts.without(request, "trang") if at > 1 else "",
    }
    return render(request, "documents/search.html", page)


def _href(hit: SearchHit) -> str:
    if hit.arrival_id:
        return f"/van-ban/den/{hit.arrival_id}/"
    return f"/van-ban/di/{hit.document_id}/" if hit.document_id else f"/van-ban/so/dong/{hit.entry_id}/"
