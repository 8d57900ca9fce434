"""`/signing/csc/v2/`: the demo's phone as a signing service by the CSC API v2: info, credentials, signHash."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lienthong.kernel import access, clock
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.platform.signing.models import PhoneConsent
from lienthong.platform.signing.rules import csc
from lienthong.platform.signing.services import phone

_MAX_BODY = 64 * 1024
# An answer given in the last moment still serves.
_SIGN_WITHIN = timedelta(minutes=5)
_Answer = dict[str, Any]


@csrf_exempt
@require_POST
@access.public
def info(request: HttpRequest) -> JsonResponse:
    """What the service is and which methods it has (CSC v2, 11.1)."""
    return JsonResponse(
        {
            "specs": csc.SPECS,
            "name": "Điện thoại ký thử nghiệm",
            "logo": request.build_absolute_uri("/static/web/mark.svg"),
            "region": "VN",
            "lang": "vi-VN",
            "description": "Demo keys of officers; each signature by the officer's own consent.",
            "authType": ["external"],
            "methods": [
                "credentials/list",
                "credentials/info",
                "credentials/authorize",
                "credentials/authorizeCheck",
                "signatures/signHash",
            ],
        }
    )


@csrf_exempt
@require_POST
@access.door("csc token")
def list_credentials(request: HttpRequest) -> JsonResponse:
    """The credentials of a user (CSC v2, 11.4)."""
    return _answered(request, lambda body: {"credentialIDs": list(phone.list_credentials(str(body.get("userID", ""))))})


@csrf_exempt
@require_POST
@access.door("csc token")
def credential_info(request: HttpRequest) -> JsonResponse:
    """A credential's key and certificates (CSC v2, 11.5)."""

    def tell(body: _Answer) -> _Answer:
        return csc.credential_info(phone.credential_chain(csc.credential_of(body)).certificates, enabled=True)

    return _answered(request, tell)


@csrf_exempt
@require_POST
@access.door("csc token")
def authorize(request: HttpRequest) -> JsonResponse:
    """The signer is asked on the phone; the answer is looked for with the handle (CSC v2, asynchronous)."""
    return _answered(request, lambda body: _told(phone.ask(csc.read_authorize(body))))


@csrf_exempt
@require_POST
@access.door("csc token")
def authorize_check(request: HttpRequest) -> JsonResponse:
    """What the signer has answered: 202 while waiting, 200 with SAD, an error for a refusal or a lapse."""
    return _answered(request, lambda body: _told(phone.look(csc.handle_of(body))))


def _told(row: PhoneConsent) -> _Answer:
    if row.answer == "agreed" and row.expires_at + _SIGN_WITHIN > clock.now():
        return {"SAD": phone.consent_of(row), "expiresIn": 120}
    if row.answer == "refused":
        raise csc.BadMessage(csc.DECLINED, "the signer refused")
    if row.expires_at <= clock.now():
        raise csc.BadMessage(csc.LAPSED, "the signer did not answer in time")
    return {"handle": str(row.pk)}


@csrf_exempt
@require_POST
@access.door("csc token")
def sign_hash(request: HttpRequest) -> JsonResponse:
    """A signature over a hash, with the signer's consent (CSC v2, 11.10)."""

    def sign(body: _Answer) -> _Answer:
        order = csc.read_sign_hash(body)
        return csc.signed(phone.sign_hashes(order.credential, order.digests, order.activation))

    return _answered(request, sign)


def _answered(request: HttpRequest, work: Callable[[_Answer], _Answer]) -> JsonResponse:
    """CSC's own shape of errors (8.2)."""
    try:
        phone.require_token(request.headers.get("Authorization", ""))
        answer = work(_body(request))
        return JsonResponse(answer, status=202 if "handle" in answer else 200)
    except csc.BadMessage as bad:
        return JsonResponse({"error": bad.error, "error_description": bad.words}, status=400)
    except NotAllowed as refused:
        error = "invalid_token" if refused.status == 401 else "access_denied"
        return JsonResponse({"error": error, "error_description": refused.message.en}, status=refused.status)
    except Refused as refused:
        return JsonResponse({"error": "invalid_request", "error_description": refused.message.en}, status=400)


def _body(request: HttpRequest) -> _Answer:
    try:
        told = json.loads(request.body if len(request.body) <= _MAX_BODY else b"")
    except ValueError:
        raise csc.BadMessage("invalid_request", "not JSON") from None
    if not isinstance(told, dict):
        raise csc.BadMessage("invalid_request", "not a JSON object")
    return told
