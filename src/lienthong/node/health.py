"""Health: is this node able to work, and if not, why."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from lienthong import __version__
from lienthong.kernel import access
from lienthong.kernel.profile import node


@access.public
def health(request: HttpRequest) -> JsonResponse:
    """`{"status": "ok" | "failing", "reasons": […]}` with 200 or 503."""
    reasons = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
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
