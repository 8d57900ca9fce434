"""`/signing/csc/v2/`: the demo's phone as a signing service by the CSC API v2: info, credentials, signHash."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lienthong.kernel import access
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.platform.signing.rules import csc
from lienthong.platform.signing.services import phone

_MAX_BODY = 16 * 1024
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
            "methods": ["credentials/list", "credentials/info", "signatures/signHash"],
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
def sign_hash(request: HttpRequest) -> JsonResponse:
    """A signature over a hash, with the signer's consent (CSC v2, 11.10)."""

    def sign(body: _Answer) -> _Answer:
        order = csc.read_sign_hash(body)
        return csc.signed(phone.sign_hash(order.credential, order.digest, order.activation))

    return _answered(request, sign)


def _answered(request: HttpRequest, work: Callable[[_Answer], _Answer]) -> JsonResponse:
    """CSC's own shape of errors (8.2)."""
    try:
        phone.require_token(request.headers.get("Authorization", ""))
        return JsonResponse(work(_body(request)))
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
