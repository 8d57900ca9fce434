"""`/documents/axis/`: the doors of the axis' own interface, one for each verb."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

import orjson
import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.platform.documents.axis_api import authentication, bodies, shapes
from lienthong.platform.documents.axis_api.authentication import Call
from lienthong.platform.documents.axis_api.parameters import parameters_of
from lienthong.platform.documents.axis_api.verbs import VERBS, send_edoc
from lienthong.platform.documents.partner_types import ItemEntry
from lienthong.platform.documents.services import outside

log = structlog.get_logger()

View = Callable[..., HttpResponseBase]
FILE_TYPE = "application/xml"


def partner_system(view: View) -> View:
    """Only systems registered as partners; the door checks signature or key by itself."""
    return access.guarded(view, "partner_system", lambda _request: None)


def answering(view: View, told: Callable[[Refused], HttpResponse] = shapes.failed) -> View:
    """Refusals in the dialect's shape; what breaks is ours, told without details."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            return told(refusal)
        except Exception:
            log.exception("call of a partner broke", path=request.path)
            return told(shapes.broken())

    return answer


def verb_door(name: str) -> View:
    """The door of a verb whose answer is small."""
    work = VERBS[name]

    def view(request: HttpRequest) -> HttpResponse:
        with closing(_opened(request, name, bodies.MOST_JSON_BYTES)) as opened:
            told = parameters_of(request, opened.body)
            return shapes.answer(authentication.guarded(lambda: work(opened.call.partner, told), opened.call))

    return csrf_exempt(require_POST(partner_system(answering(view))))


class _Opened:
    """A call that has proved who it is, and its body on the disk."""

    __slots__ = ("body", "call")

    def __init__(self, call: Call, body: Any) -> None:
        self.call = call
        self.body = body

    def close(self) -> None:
        self.body.close()


def _opened(request: HttpRequest, verb: str, most: int) -> _Opened:
    claim = authentication.begin(request)
    body = bodies.spool(request, claim.take, most)
    try:
        return _Opened(authentication.finish(claim, request, verb), body)
    except BaseException:
        body.close()
        raise


@csrf_exempt
@require_POST
@partner_system
@answering
def send(request: HttpRequest) -> HttpResponse:
    """`sendEdoc`: the body goes to the disk, then its file is taken out, hashed and read from there."""
    with closing(_opened(request, "sendEdoc", bodies.MOST_BYTES)) as opened:
        return authentication.guarded(lambda: _send(request, opened), opened.call)


def _send(request: HttpRequest, opened: _Opened) -> HttpResponse:
    file, fields = bodies.file_of(request, opened.body)
    with closing(file.stream):
        told = parameters_of(request, None)
        told = type(told)(told.headers, {**told.body, **fields})
        done = send_edoc(opened.call.partner, told, file)
    opened.call.ended("", done["DocId"])
    return shapes.answer(done)


@csrf_exempt
@require_POST
@partner_system
@answering
def get(request: HttpRequest) -> HttpResponseBase:
    """`getEdoc`: JSON with the file in base64, written while it is put together."""
    with closing(_opened(request, "getEdoc", bodies.MOST_JSON_BYTES)) as opened:
        told = parameters_of(request, opened.body)
        item, blocks = authentication.guarded(lambda: fetched(opened.call, told.need("docId")), opened.call)
    head = shapes.done(DocId=str(item.id), messageType=item.kind, filename=file_name(item), contentSha256=item.sha256)
    return StreamingHttpResponse(_as_json(head, blocks), content_type="application/json; charset=utf-8")


@csrf_exempt
@require_safe
@partner_system
@answering
def download(request: HttpRequest) -> HttpResponseBase:
    """`downloadEdoc`: the file itself. The body of a GET is nothing, so the signature is over the head alone."""
    claim = authentication.begin(request)
    call = authentication.finish(claim, request, "downloadEdoc")
    item, blocks = authentication.guarded(lambda: fetched(call, parameters_of(request, None).need("docId")), call)
    return file_answer(item, blocks)


def fetched(call: Call, doc_id: str) -> tuple[ItemEntry, Iterator[bytes]]:
    """An item of the caller's mailbox and the blocks of its file."""
    item, blocks = outside.fetch_item(call.partner.owner, doc_id)
    call.ended("", str(item.id))
    return item, blocks


def file_answer(item: ItemEntry, blocks: Iterable[bytes]) -> HttpResponseBase:
    return StreamingHttpResponse(
        blocks,
        content_type=FILE_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(item)}"',
            "Content-Length": str(item.size),
            "X-Content-SHA256": item.sha256,
        },
    )


def file_name(item: ItemEntry) -> str:
    return f"{item.kind}-{item.id}.edxml"


def _as_json(head: dict[str, Any], blocks: Iterable[bytes]) -> Iterator[bytes]:
    yield orjson.dumps(head)[:-1] + b',"data":"'
    rest = b""
    for block in blocks:
        whole = rest + block
        cut = len(whole) - len(whole) % 3
        rest = whole[cut:]
        yield b64encode(whole[:cut])
    yield b64encode(rest) + b'"}'
