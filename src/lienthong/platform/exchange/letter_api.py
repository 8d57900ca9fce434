"""The doors for letters in numbers: batches, pieces of parts, and fetching by nodes that cannot be reached."""

import re

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.web.pages import problem
from lienthong.platform.exchange import batch_form, limits, services, wire
from lienthong.platform.exchange.api import check_length
from lienthong.platform.exchange.services import parts as part_services

log = structlog.get_logger()

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,15}")


@csrf_exempt
@require_POST
@access.signed_node
def batches(request: HttpRequest) -> HttpResponse:
    """Several letters come in; as many receipts or problems go out, in the same order."""
    try:
        check_length(request, limits.BATCH_REQUEST_BYTES)
        entries = batch_form.parse(request.read(), most=limits.BATCH_LETTERS)
        return _batch(services.receive_letters(entries))
    except Refused as refusal:
        return problem(refusal)
    except Exception:
        log.exception("batch broke")
        return problem(services.failed())


@csrf_exempt
@require_POST
@access.signed_node
def bundles(request: HttpRequest) -> HttpResponse:
    """As `batches`, with the parts of the letters before them."""
    try:
        check_length(request, limits.BATCH_REQUEST_BYTES)
        parts, entries = batch_form.parse_bundle(request.read(), most=limits.BATCH_LETTERS)
        return _batch(services.receive_letters(entries, parts))
    except Refused as refusal:
        return problem(refusal)
    except Exception:
        log.exception("bundle broke")
        return problem(services.failed())


@csrf_exempt
@require_POST
@access.signed_node
def pull(request: HttpRequest) -> HttpResponse:
    """A node that cannot be reached fetches letters that wait for it."""
    try:
        check_length(request, 4096)
        return _batch(services.give_letters(request.read(), _signature(request)))
    except Refused as refusal:
        return problem(refusal)


@csrf_exempt
@require_POST
@access.signed_node
def receipts(request: HttpRequest) -> HttpResponse:
    """The receipts and problems of fetched letters come back."""
    try:
        check_length(request, limits.BATCH_REQUEST_BYTES)
        ended = services.take_receipts(request.read(), _signature(request))
    except Refused as refusal:
        return problem(refusal)
    return HttpResponse(f'{{"ended":{ended}}}', content_type="application/json")


@csrf_exempt
@require_http_methods(["HEAD", "PUT", "GET"])
@access.signed_node
def part(request: HttpRequest, sha256: str) -> HttpResponse:
    """HEAD: how far a part has come. PUT: its next piece. GET: a piece of a part that waits for who asks."""
    try:
        if not _DIGEST.fullmatch(sha256):
            raise wire.malformed("sha256", "Mã băm không hợp lệ.", "The digest is not a SHA-256 in hex.")
        if request.method == "PUT":
            return _progress(_receive_piece(request, sha256))
        if request.method == "HEAD":
            return _progress(part_services.find_upload(sha256, _signature(request)))
        piece, size = part_services.read_piece(
            sha256, _signature(request), offset=_number(request, "Upload-Offset", default=0)
        )
        return HttpResponse(piece, content_type="application/octet-stream", headers={"Upload-Length": str(size)})
    except Refused as refusal:
        answer = problem(refusal)
        if "offset" in refusal.details:
            answer["Upload-Offset"] = str(refusal.details["offset"])
        return answer


def _receive_piece(request: HttpRequest, sha256: str) -> part_services.Progress:
    check_length(request, limits.CHUNK_BYTES)
    offset, size = _number(request, "Upload-Offset"), _number(request, "Upload-Length")
    return part_services.receive_piece(sha256, request.read(), _signature(request), offset=offset, size=size)


def _number(request: HttpRequest, name: str, default: int | None = None) -> int:
    text = request.headers.get(name, "")
    if not text and default is not None:
        return default
    if not _NUMBER.fullmatch(text):
        raise wire.malformed(name, f"{name} phải là một số.", f"{name} must be a number.")
    return int(text)


def _progress(progress: part_services.Progress) -> HttpResponse:
    whole = "?1" if progress.whole else "?0"
    return HttpResponse(status=200, headers={"Upload-Offset": str(progress.offset), "Upload-Complete": whole})


def _signature(request: HttpRequest) -> str:
    return request.headers.get(wire.SIGNATURE_HEADER, "")


def _batch(entries: list[batch_form.Entry]) -> HttpResponse:
    return HttpResponse(batch_form.compose(entries), content_type=batch_form.CONTENT_TYPE)
