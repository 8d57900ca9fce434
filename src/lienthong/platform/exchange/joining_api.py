"""The hub's doors for nodes that are not yet listed: apply, follow the application, learn whom to trust."""

import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.kernel.web.pages import problem
from lienthong.platform.exchange import joining_form, queries, services

log = structlog.get_logger()

_WINDOW_SECONDS = 600
_PER_ADDRESS = 20


@csrf_exempt
@require_POST
@access.public
def applications(request: HttpRequest) -> HttpResponse:
    """Take an application; answers with the link to follow it and the digits to read out."""
    try:
        _check_rate(request)
        _check_length(request)
        row = services.receive_application(request.read())
    except Refused as refusal:
        return _told(refusal)
    base = node().base_url
    return JsonResponse(
        {
            "state": row.state,
            "token": row.token,
            "fingerprint": row.fingerprint,
            "status_url": f"{base}{reverse('exchange-application', args=[row.token])}",
            "page_url": f"{base}{reverse('exchange-joining-follow', args=[row.token])}",
        },
        status=201,
    )


@require_GET
@access.public
def application(request: HttpRequest, token: str) -> HttpResponse:
    """Where an application stands; with the certificates once it is approved."""
    try:
        told = queries.status_of(queries.get_application(token))
    except Refused as refusal:
        return _told(refusal)
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


@require_GET
@access.public
def trust(request: HttpRequest) -> HttpResponse:
    """Whom this country's exchange trusts; believed only after comparing the digits by another way."""
    pems, digits = queries.describe_trust()
    return JsonResponse({"hub_code": node().agency_code, "trusted": list(pems), "trust_fingerprint": digits})


def _told(refusal: Refused) -> HttpResponse:
    response = problem(refusal)
    if wait := refusal.details.get("retry_after"):
        response["Retry-After"] = str(wait)
    return response


def _check_length(request: HttpRequest) -> None:
    length = request.headers.get("Content-Length", "")
    if not length.isascii() or not length.isdigit():
        raise Refused(
            "exchange.length-required", tr("Thiếu Content-Length.", "Content-Length is required."), status=411
        )
    if int(length) > joining_form.MAX_BYTES:
        raise Refused(
            "exchange.too-large",
            tr(
                f"Đơn lớn hơn {joining_form.MAX_BYTES // 1024} KB.",
                f"The application is larger than {joining_form.MAX_BYTES // 1024} KB.",
            ),
            status=413,
        )


def _check_rate(request: HttpRequest) -> None:
    key = f"exchange.applications:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, _WINDOW_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:  # the window ended between the two calls
        count = 1
    if count > _PER_ADDRESS:
        raise Refused(
            "exchange.too-many-applications",
            tr(
                "Có quá nhiều đơn từ mạng này; hãy thử lại sau 10 phút.", "Too many from this network; wait 10 minutes."
            ),
            status=429,
            details={"retry_after": _WINDOW_SECONDS},
        )
