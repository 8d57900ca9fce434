"""The demo's phone in the officer's hand (điện thoại ký thử nghiệm): shows what is asked, signs with the PIN."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lienthong.kernel import access, clock, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import FieldError, NotFound, Refused
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.services import phone
from lienthong.platform.signing.types import RemoteSigning
from lienthong.platform.signing.views.remote import onward, shown


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in()
def asked(request: HttpRequest) -> HttpResponse:
    """What signing services ask of this officer: agree to all hashes of a question at once, or refuse them."""
    _require_phone()
    actor = access.acting(request)
    problem: Refused | None = None
    if request.method == "POST":
        try:
            return _answered(request, actor)
        except NotFound:
            raise
        except Refused as refusal:
            problem = refusal
    rows = [
        {
            "id": row.pk,
            "words": row.words,
            "count": len(row.digests),
            "until": show_moment(row.expires_at),
            "hashes": row.digests,
        }
        for row in phone.list_asked(actor)
    ]
    context = {"rows": rows, "errors": _errors(problem)}
    return render(request, "signing/phone_asked.html", context, status=problem.status if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in()
def by_phone(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One document: shows what is to be signed, and signs at the officer's press and PIN."""
    _require_phone()
    actor = access.acting(request)
    found = queries.get_remote(request_id, actor)
    problem: Refused | None = None
    if request.method == "POST":
        try:
            services.prove_pin(request.POST.get("pin", ""), actor=actor)
            services.sign_remotely(request_id, activation=phone.give_consent(found.digest, actor=actor), actor=actor)
            return onward(request_id, actor)
        except Refused as refusal:
            if not refusal.field_errors:
                raise
            problem = refusal
    context: dict[str, Any] = {
        "request_row": shown(found),
        "is_open": _is_open(found, actor),
        "errors": _errors(problem),
    }
    return render(request, "signing/phone.html", context, status=problem.status if problem else 200)


def _answered(request: HttpRequest, actor: Actor) -> HttpResponse:
    agrees = request.POST.get("answer") == "agree"
    try:
        consent_id = UUID(request.POST.get("consent", ""))
    except ValueError:
        raise NotFound("signing.no-consent-asked", tr("Không có yêu cầu này.", "There is no such request.")) from None
    phone.answer(consent_id, agrees=agrees, pin=request.POST.get("pin", ""), actor=actor)
    told = tr("Đã đồng ý. Chữ ký được gửi đi.", "Agreed. The signatures go out.") if agrees else tr(
        "Đã từ chối. Không có gì được ký.", "Refused. Nothing is signed.")  # fmt: skip
    messages.success(request, str(told))
    return redirect("phone-asked")


def _errors(problem: Refused | None) -> tuple[FieldError, ...]:
    return tuple(problem.field_errors) if problem else ()


def _is_open(found: RemoteSigning, actor: Actor) -> bool:
    return found.expires_at > clock.now() and not queries.get_remote_result(found.id, actor)[0]


def _require_phone() -> None:
    if not roles.is_open("signing.demo_phone"):
        raise Refused("signing.no-phone", tr("Nút này không có điện thoại thử.", "There is no demo phone."), status=404)
