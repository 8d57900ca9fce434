"""Health: is this node able to work, and if not, why."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from lienthong import __version__
from lienthong.kernel import access
from lienthong.kernel.health import Check
from lienthong.kernel.profile import node
from lienthong.platform.monitoring import queries as monitoring_queries


@access.public
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200, or 503 with the reasons; whoever may watch this node is told every check, its finding and what to do."""
    checks = monitoring_queries.run_checks()
    status = monitoring_queries.worst_level(checks)
    body: dict[str, Any] = {
        "status": status,
        "reasons": [check.sentence.en for check in checks if check.level == "failing"],
        "node": node().name,
        "agency": node().agency_code,
        "version": __version__,
    }
    address = request.META.get("REMOTE_ADDR", "")
    if monitoring_queries.may_watch(access.actor_of(request), address, request.headers):
        body["checks"] = [_told(check) for check in checks]
    return JsonResponse(body, status=503 if status == "failing" else 200, json_dumps_params={"ensure_ascii": False})


def _told(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "about": check.about,
        "level": check.level,
        "sentence": check.sentence.as_dict(),
        "hint": check.hint.as_dict() if check.hint else None,
    }
