"""The doors between nodes: `/exchange/…`. Sizes are looked at before anything is read or parsed."""

import structlog
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from lienthong.kernel import access, tracing
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.kernel.web.pages import problem
from lienthong.platform.exchange import rules, services, wire
from lienthong.platform.exchange.batch_form import Entry
from lienthong.platform.exchange.models import DirectoryCopy

log = structlog.get_logger()

_gathering = services.Gathering()


@csrf_exempt
@require_POST
@access.signed_node
def letters(request: HttpRequest) -> HttpResponse:
    """A letter comes in; a receipt or a problem goes out."""
    try:
        body, parts = _read_letter(request)
        signature = request.headers.get(wire.SIGNATURE_HEADER, "")
        if parts or not wire.has_no_parts(body):
            return _signed(services.receive_letter(body, signature, parts))
        answer = _gathering.take(Entry(0, signature, body, tracing.current()))
        if answer.signature:
            return _signed(services.Reply(answer.status, answer.body, answer.signature))
        return HttpResponse(answer.body, status=answer.status, content_type="application/problem+json")
    except Refused as refusal:
        return problem(refusal)
    except Exception:
        log.exception("letter broke its inbox")
        return problem(services.failed())


@csrf_exempt
@require_POST
@access.signed_node
def questions(request: HttpRequest, service: str) -> HttpResponse:
    """A question comes in; a signed answer, a signed refusal or a problem goes out."""
    try:
        check_length(request, rules.MAX_QUESTION_BYTES)
        signature = request.headers.get(wire.SIGNATURE_HEADER, "")
        return _signed(services.answer_question(service, request.read(), signature))
    except Refused as refusal:
        return problem(refusal)
    except Exception:
        log.exception("question broke its service", service=service)
        return problem(services.failed())


@require_GET
@access.public
def directory(request: HttpRequest) -> HttpResponse:
    """The directory with its signature; 304 when the reader has this serial.

    Version 1 for who asks for no other; a node that is not the hub gives its copy of version 2 on.
    """
    row = DirectoryCopy.objects.first()
    later = request.GET.get("version", "1") != "1"
    if row is None or not (later or row.signature_1):
        return problem(
            Refused("exchange.directory-missing", tr("Chưa có danh bạ.", "There is no directory yet."), status=503)
        )
    tag = f'"{row.serial}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    body, signature = (row.body, row.signature) if later else (row.body_1, row.signature_1)
    headers = {"ETag": tag, wire.SIGNATURE_HEADER: signature}
    return HttpResponse(bytes(body), content_type="application/json", headers=headers)


def _read_letter(request: HttpRequest) -> tuple[bytes, dict[str, bytes]]:
    if request.content_type == "application/json":
        check_length(request, rules.MAX_BODY_BYTES)
        return request.read(), {}
    if request.content_type != "multipart/form-data":
        raise wire.malformed("Content-Type", "Kiểu nội dung không được hỗ trợ.", "JSON or multipart/form-data, please.")
    check_length(request, rules.MAX_REQUEST_BYTES)
    try:
        uploads = request.FILES
    except (MultiPartParserError, RequestDataTooBig, BadRequest):
        raise wire.malformed(
            "body", "Không đọc được các phần của yêu cầu.", "The multipart body cannot be read."
        ) from None
    letter = uploads.get("letter")
    if not isinstance(letter, UploadedFile) or (letter.size or 0) > rules.MAX_BODY_BYTES:
        raise wire.malformed(
            "letter", "Thiếu phần “letter” hoặc phần này quá lớn.", "The part “letter” is absent or too large."
        )
    return letter.read(), {name: _content(file) for name, file in uploads.items() if name != "letter"}


def _content(file: object) -> bytes:
    return bytes(file.read()) if isinstance(file, UploadedFile) else b""


def check_length(request: HttpRequest, limit: int) -> None:
    length = request.headers.get("Content-Length", "")
    if not length.isascii() or not length.isdigit():
        raise Refused(
            "exchange.length-required", tr("Thiếu Content-Length.", "Content-Length is required."), status=411
        )
    if int(length) > limit:
        raise Refused(
            "exchange.too-large",
            tr(f"Yêu cầu lớn hơn {limit // 2**20} MB.", f"The request is larger than {limit // 2**20} MB."),
            status=413,
        )


def _signed(reply: services.Reply) -> HttpResponse:
    return HttpResponse(
        reply.body,
        status=reply.status,
        content_type="application/json",
        headers={wire.SIGNATURE_HEADER: reply.signature},
    )
