"""Pages of payments: pay, the result, and the door where the gateway tells."""

from __future__ import annotations

import orjson
import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.platform.payments import queries, services
from lienthong.platform.payments.messages import MAX_BYTES
from lienthong.platform.payments.services.notices import Answer
from lienthong.platform.payments.services.orders import may_see
from lienthong.platform.payments.types import OrderRef

log = structlog.get_logger()


@access.signed_in()
@never_cache
@require_safe
def result(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The result of a payment, and the way to pay while it is still open; the gateway sends the payer here."""
    order = _own_order(request, reference)
    came_back = "tu-cong" in request.GET
    context = {
        "order": order,
        "outcome": queries.last_outcome(reference),
        "waiting": came_back and not order.is_settled,
        "problem": None,
    }
    name = "payments/_state.html" if request.headers.get("HX-Request") else "payments/result.html"
    return render(request, name, context)


@access.signed_in()
@require_POST
def start(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Start paying: on to the gateway's page; if the gateway fails, the page says so and nothing was charged."""
    order = _own_order(request, reference)
    actor = access.acting(request)
    try:
        address = services.start_payment(order.order_id, actor=actor, ip=request.META["REMOTE_ADDR"])
    except Refused as refusal:
        if order.is_settled or refusal.status == 404:
            raise
        context = {"order": order, "outcome": "", "waiting": False, "problem": refusal.message}
        return render(request, "payments/result.html", context, status=refusal.status)
    return redirect(address)


@access.signed_in()
@require_POST
def check(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Ask the gateway now, for a payer whose notice is late."""
    _own_order(request, reference)
    try:
        services.ask_gateway(reference, actor=access.acting(request))
    except Refused as refusal:
        log.warning("payment not checked", reference=reference, code=refusal.code)
    return redirect(f"/thanh-toan/ket-qua/{reference}/?tu-cong=1")


@csrf_exempt
@access.public
@require_POST
def take_notice(request: HttpRequest) -> HttpResponseBase:
    """The gateway tells a result (IPN). The authentication code inside stands for the sender."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        return _answer(Answer("01"))
    return _answer(services.take_notice(request.body))


def _answer(answer: Answer) -> HttpResponse:
    body = {
        "MaLoi": answer.code,
        "MoTaLoi": answer.sentence.vi,
        "MaThamChieu": answer.reference,
        "ChiTiet": [{"Truong": error.path, "MoTa": error.message.vi} for error in answer.errors],
    }
    return HttpResponse(orjson.dumps(body), status=answer.status, content_type="application/json")


def _own_order(request: HttpRequest, reference: str) -> OrderRef:
    order = queries.get_order(reference)
    if not may_see(access.actor_of(request), order.payer_number):
        raise queries.no_order()
    return order
