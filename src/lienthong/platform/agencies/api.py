"""Public JSON answers about agencies and units: who a code was on a day and who answers today."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries
from lienthong.platform.agencies.types import AgencyRef, Succession, UnitRef, UnitResolution


@access.public
@require_safe
def show_agency(request: HttpRequest, code: str) -> JsonResponse:
    """``GET /api/v1/agencies/{code}?on=2025-06-30``: a code of either form; the agency of that day, who answers now."""
    on = _day_asked(request)
    try:
        agency = queries.get_agency(code, on)
    except NotFound as refusal:
        if refusal.code != "agencies.closed":
            raise
        raise NotFound(
            refusal.code,
            refusal.message,
            field="code",
            details={"answers": _agency(_answering(code))},
        ) from None
    return JsonResponse({"agency": _agency(agency), "answers": _agency(_answering(agency.code))})


@access.public
@require_safe
def show_unit(request: HttpRequest, code: str) -> JsonResponse:
    """``GET /api/v1/units/{code}?on=2025-06-30``: every bearer of the statistics code, or the one of that day."""
    on = _day_asked(request)
    if on is not None:
        meanings = [queries.resolve_unit(code, on)]
    else:
        meanings = list(queries.look_up(code).units) if code.isascii() and code.isdigit() else []
    if not meanings:
        raise NotFound(
            "agencies.unit-unknown",
            tr("Không có đơn vị hành chính nào mang mã này.", "No administrative unit ever had this code."),
            field="code",
        )
    made_of = queries.list_predecessors(code) if any(meaning.is_current for meaning in meanings) else []
    return JsonResponse(
        {
            "code": code,
            "meanings": [_meaning(meaning) for meaning in meanings],
            "made_of": [_predecessor(succession) for succession in made_of],
        }
    )


def _day_asked(request: HttpRequest) -> date | None:
    text = request.GET.get("on", "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # Python also reads 20250630 and 2025-W27-1, which nobody means.
    if day is None or day.isoformat() != text:
        raise Refused(
            "agencies.date-malformed",
            tr("Ngày phải có dạng 2025-06-30.", "A day must look like 2025-06-30."),
            field="on",
        )
    return day


def _answering(code: str) -> AgencyRef | None:
    try:
        return queries.answers_for(code)
    except NotFound:
        return None


def _agency(agency: AgencyRef | None) -> dict[str, Any] | None:
    return None if agency is None else {**asdict(agency), "kind": agency.kind.value, "level": agency.level}


def _unit(unit: UnitRef) -> dict[str, Any]:
    return {**asdict(unit), "kind": unit.kind.value, "full_name": unit.full_name, "address": unit.address}


def _meaning(found: UnitResolution) -> dict[str, Any]:
    return {
        "was": _unit(found.was),
        "is_current": found.is_current,
        "now": [_unit(unit) for unit in found.now],
        "split": found.split,
        "decision": found.decision,
        "answers": _agency(found.answers),
    }


def _predecessor(succession: Succession) -> dict[str, Any]:
    return {
        "unit": _unit(succession.old),
        "relation": succession.relation,
        "effective_date": succession.effective_date,
        "decision": succession.decision,
    }
