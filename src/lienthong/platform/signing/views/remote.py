"""An officer's own pages for signing with a key that lies elsewhere (ký từ xa): hash out, signature back."""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lienthong.kernel import access, clock, files, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import show_moment, tr
from lienthong.platform.signing import queries, services
from lienthong.platform.signing.types import RemoteSigning

_MAX_SIGNATURE = 4096


@require_safe
@access.signed_in()
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for this officer's signature from elsewhere."""
    found = queries.list_remote_waiting(access.acting(request))
    return render(request, "signing/remote_waiting.html", {"requests": [shown(one) for one in found]})


@require_http_methods(["GET", "POST"])
@access.signed_in()
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: the hash to be signed, and the place for the signature that comes back."""
    actor = access.acting(request)
    if request.method == "GET":
        return _page(request, request_id, actor)
    try:
        signature = _signature(request.POST.get("signature", ""))
        services.complete_remote(request_id, signature, actor=actor)
    except Refused as refused:
        if not refused.field_errors:
            raise
        return _page(request, request_id, actor, refused)
    return onward(request_id, actor)


@require_safe
@access.signed_in()
def document(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The document: as it will be signed, and once it is, with its signature."""
    body = queries.get_remote_document(request_id, access.acting(request))
    headers = {"Content-Disposition": 'inline; filename="van-ban.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type=files.PDF, headers=headers)


def _page(request: HttpRequest, request_id: UUID, actor: Actor, refused: Refused | None = None) -> HttpResponse:
    found = queries.get_remote(request_id, actor)
    result, back = queries.get_remote_result(request_id, actor)
    context = {
        "request_row": shown(found),
        "is_open": not result and found.expires_at > clock.now(),
        "is_signed": bool(result),
        "back": back,
        "has_phone": roles.is_open("signing.demo_phone"),
        "errors": refused.field_errors if refused else (),
    }
    context["opens_device"] = bool(refused) or not context["has_phone"]
    return render(request, "signing/remote_one.html", context, status=refused.status if refused else 200)


def shown(found: RemoteSigning) -> dict[str, Any]:
    hashed = base64.b64encode(found.digest).decode("ascii")
    rows = [
        (tr("Gửi lúc", "Asked at"), show_moment(found.created_at)),
        (tr("Trả lời trước", "Answer before"), show_moment(found.expires_at)),
    ]
    hashes = [
        (tr("Mã băm cần ký (base64)", "Hash to sign (base64)"), hashed),
        (tr("SHA-256 của văn bản", "SHA-256 of the document"), found.document_sha256),
        (tr("Chứng thư sẽ dùng", "Certificate to be used"), found.thumbprint[:16]),
    ]
    return {
        "id": found.id,
        "title": found.title or tr("Văn bản không có tên", "Document without a name"),
        "hash": hashed,
        "expires": show_moment(found.expires_at),
        "rows": [{"key": key, "value": value} for key, value in rows],
        "hashes": [{"key": key, "value": value} for key, value in hashes],
    }


def _signature(text: str) -> bytes:
    """Base64 with or without line breaks. Raises Refused `signing.bad-signature`."""
    try:
        found = base64.b64decode("".join(text[:_MAX_SIGNATURE].split()), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not 8 <= len(found) <= 200:
        raise Refused(
            "signing.bad-signature",
            tr("Hãy dán chữ ký dạng base64.", "Paste the signature in base64."),
            field="signature",
        )
    return found


def onward(request_id: UUID, actor: Actor) -> HttpResponse:
    """Back to the room that asked; else the page of the request."""
    _, back = queries.get_remote_result(request_id, actor)
    return redirect(back) if back else redirect("remote-one", request_id=request_id)
