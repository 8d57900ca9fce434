"""The demo gateway's doors: INIT and QUERY for the partner, a page for the payer."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.kernel import access
from lienthong.kernel.errors import Conflict, FieldError, Invalid, Refused
from lienthong.kernel.text import show_dong, tr
from lienthong.platform.payments import rules
from lienthong.platform.payments.demo_gateway import desk
from lienthong.platform.payments.messages import WrongCode
from lienthong.platform.payments.models import WAITING

_MANNER_LABELS = (
    ("once", tr("Báo một lần", "Tell once")),
    ("twice", tr("Báo hai lần", "Tell twice")),
    ("wrong-code-first", tr("Báo với mã xác thực sai, rồi báo đúng", "Tell with a wrong code, then rightly")),
    ("wrong-code", tr("Chỉ báo với mã xác thực sai", "Tell with a wrong code only")),
    ("wrong-amount", tr("Báo sai số tiền", "Tell a wrong amount")),
    ("other-currency", tr("Báo bằng tiền khác", "Tell another currency")),
    ("unknown-reference", tr("Báo mã tham chiếu lạ", "Tell an unknown reference")),
    ("nothing", tr("Không báo (thông báo bị lạc)", "Tell nothing (the notice is lost)")),
)


@csrf_exempt
@access.public
@require_POST
def init(request: HttpRequest) -> HttpResponseBase:
    """INIT of the partner: answered with UrlThanhToan."""
    return _answered(lambda: {"MaLoi": rules.OK, "UrlThanhToan": desk.take_init(request.body)})


@csrf_exempt
@access.public
@require_POST
def query(request: HttpRequest) -> HttpResponseBase:
    """QUERY of the partner: answered with the notice."""
    return _answered(lambda: desk.answer_query(request.body))


@access.public
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """The page where the payer chooses a bank and pays, fails or cancels."""
    payment = desk.find_payment(token)
    errors: list[FieldError] = []
    if request.method == "POST":
        try:
            goal = desk.decide(
                token,
                act=request.POST.get("act", ""),
                bank=request.POST.get("bank", ""),
                manner=request.POST.get("manner", desk.ONCE),
            )
            return redirect(goal)
        except Invalid as refusal:
            errors = list(refusal.field_errors)
    context = {
        "payment": payment,
        "amount": show_dong(payment.amount),
        "is_waiting": payment.state == WAITING,
        "banks": desk.BANKS,
        "bank": request.POST.get("bank", "") if errors else desk.BANKS[0][0],
        "manners": _MANNER_LABELS,
        "manner": request.POST.get("manner", desk.ONCE),
        "errors": errors,
    }
    return render(request, "payments/demo_gateway.html", context, status=422 if errors else 200)


def _answered(work: Callable[[], dict[str, str] | bytes]) -> HttpResponse:
    try:
        reply = work()
    except WrongCode as refusal:
        return _refused(rules.WRONG_CODE, refusal)
    except Conflict as refusal:
        return _refused(rules.ALREADY_SETTLED, refusal)
    except Refused as refusal:
        code = rules.UNKNOWN_PARTNER if refusal.code == "demo-gateway.partner" else rules.UNREADABLE
        return _refused(code, refusal)
    body = reply if isinstance(reply, bytes) else orjson.dumps(reply)
    return HttpResponse(body, content_type="application/json")


def _refused(code: str, refusal: Refused) -> HttpResponse:
    status = rules.ANSWERS[code][0]
    body = {
        "MaLoi": code,
        "MoTaLoi": refusal.message.vi,
        "ChiTiet": [{"Truong": error.path, "MoTa": error.message.vi} for error in refusal.field_errors],
    }
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
