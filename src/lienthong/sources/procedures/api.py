"""Public JSON of the catalogue: anybody may read what procedures there are and what their forms ask."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.sources.procedures import queries
from lienthong.sources.procedures.types import Hit


@access.public
@require_safe
def list_procedures(request: HttpRequest) -> HttpResponse:
    """GET ?q=&field=&level=&audience=&life_event=&form=1&page=&size= → a page of the catalogue."""
    asked = request.GET
    found = queries.search_procedures(
        asked.get("q", ""),
        field=asked.get("field") or None,
        level=asked.get("level") or None,
        audience=asked.get("audience") or None,
        life_event=asked.get("life_event") or None,
        with_form=asked.get("form") == "1",
        page=_number(request, "page", 1),
        size=_number(request, "size", 20),
    )
    return _json({
        "total": found.total,
        "page": found.number,
        "size": found.size,
        "procedures": [_line(hit) for hit in found.hits],
    })  # fmt: skip


@access.public
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """GET ?q= → the best few hits for type-ahead."""
    return _json({"procedures": [_line(hit) for hit in queries.suggest(request.GET.get("q", ""))]})


@access.public
@require_safe
def show_procedure(request: HttpRequest, code: str) -> HttpResponse:
    """GET ?on=2026-11-21&version=1 → the whole procedure with its form as JSON Schema (draft 2020-12)."""
    version = _number(request, "version", 0)
    procedure = queries.get_procedure(code, _day(request), version=version or None)
    return _json(procedure.model_dump(mode="json", by_alias=True))


def _line(hit: Hit) -> dict[str, Any]:
    return {
        "code": hit.code,
        "name": hit.name.as_dict(),
        "field": hit.field.as_dict(),
        "levels": hit.levels,
        "owner_code": hit.owner_code,
        "online": hit.online,
        "channels": hit.channels,
        "time_limit": hit.time_limit and hit.time_limit.model_dump(mode="json", exclude_none=True),
        "fees": {"direct": hit.fee_direct, "online": hit.fee_online},
        "has_form": hit.has_form,
    }


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    written = request.GET.get(name, "")
    if not written:
        return otherwise
    if not (written.isascii() and written.isdigit() and len(written) <= 6):
        raise Refused(
            "procedures.not-a-number",
            tr(f"Tham số {name} phải là số nguyên dương.", f"The parameter {name} must be a positive whole number."),
            field=name,
            status=400,
        )
    return int(written)


def _day(request: HttpRequest) -> date | None:
    written = request.GET.get("on", "")
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise Refused(
            "procedures.not-a-day",
            tr("Tham số on phải là ngày dạng 2026-11-21.", "The parameter on must be a day like 2026-11-21."),
            field="on",
            status=400,
        ) from None


def _json(body: dict[str, Any]) -> JsonResponse:
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
