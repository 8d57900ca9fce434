"""Health: is this node able to work, and if not, why."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from lienthong import __version__
from lienthong.kernel import access, roles
from lienthong.kernel.profile import node
from lienthong.platform.exchange import queries as exchange_queries


@access.public
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """`{"status": "ok" | "failing", "reasons": […]}` with 200 or 503."""
    reasons = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        reasons += _exchange_reasons()
    except DatabaseError:
        reasons.append("the database does not answer")
    body = {
        "status": "failing" if reasons else "ok",
        "reasons": reasons,
        "node": node().name,
        "agency": node().agency_code,
        "version": __version__,
    }
    return JsonResponse(body, status=503 if reasons else 200)


def _exchange_reasons() -> list[str]:
    """A node that has never seen the directory, or holds one past its grace, can neither post nor receive."""
    if not roles.is_open("exchange.member"):
        return []
    state = exchange_queries.get_directory_state().state
    if state in ("good", "grace"):
        return []
    return [f"the directory of nodes is {state}: is the hub at {node().hub_url} reachable?"]
