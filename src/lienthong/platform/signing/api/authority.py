"""The public doors of the demo's authority: `/authority/…`. Programs come here, by the RFCs' own rules."""

import base64
import binascii
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.kernel.web.pages import problem
from lienthong.platform.signing import services
from lienthong.platform.signing.services import responder, timestamps

SIGNATURE_HEADER = "Lienthong-Signature"
_OCSP_REPLY = "application/ocsp-response"
_MAX_QUESTION = 16 * 1024


@csrf_exempt
@require_http_methods(["GET", "POST"])
@access.public
def ocsp(request: HttpRequest, encoded: str = "") -> HttpResponse:
    """RFC 6960, appendix A: a question in the body, or in the address in base64."""
    try:
        question = _read(request, "application/ocsp-request") if request.method == "POST" else _decoded(encoded)
    except Refused as refused:
        return problem(refused)
    return HttpResponse(responder.answer_ocsp(question), content_type=_OCSP_REPLY)


@require_GET
@access.public
def revocation_list(request: HttpRequest) -> HttpResponse:
    """The revocation list in DER (RFC 5280)."""
    return HttpResponse(responder.current_revocation_list(), content_type="application/pkix-crl")


@csrf_exempt
@require_POST
@access.public
def timestamp(request: HttpRequest) -> HttpResponse:
    """RFC 3161, section 3.4: a time stamp, or a reply that says why there is none."""
    try:
        question = _read(request, "application/timestamp-query")
    except Refused as refused:
        return problem(refused)
    return HttpResponse(timestamps.answer_timestamp(question), content_type="application/timestamp-reply")


@csrf_exempt
@require_POST
@access.signed_node
def certificates(request: HttpRequest) -> HttpResponse:
    """A request for a certificate (PKCS#10, PEM), signed by a certificate that is still good: the renewed chain."""
    try:
        body = _read(request, "application/pkcs10")
        renewed = services.renew_from_request(body, request.headers.get(SIGNATURE_HEADER, ""))
    except Refused as refused:
        return problem(refused)
    return HttpResponse(renewed.pem, content_type="application/x-pem-file")


def _read(request: HttpRequest, media_type: str) -> bytes:
    if request.content_type != media_type:
        raise Refused(
            "signing.media-type",
            tr(f"Kiểu nội dung phải là {media_type}.", f"The content must be {media_type}."),
            field="Content-Type",
            status=415,
        )
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isascii() or not length.isdigit() or int(length) > _MAX_QUESTION:
        raise Refused(
            "signing.too-large",
            tr("Yêu cầu quá lớn hoặc không rõ độ dài.", "The request is too large, or of unknown length."),
            status=413,
        )
    return request.read()


def _decoded(encoded: str) -> bytes:
    if len(encoded) > 2 * _MAX_QUESTION:
        return b""
    try:
        return base64.b64decode(unquote(encoded), validate=True)
    except (binascii.Error, ValueError):
        return b""
