"""`/documents/lgsp/v1/`: the LGSP variant: the key in a header, numbers in `code`, the same mailbox."""

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from lienthong.kernel.errors import NotFound
from lienthong.platform.documents.axis_api import authentication, bodies, shapes
from lienthong.platform.documents.axis_api.authentication import Call
from lienthong.platform.documents.axis_api.doors import View, answering, fetched, file_answer, partner_system
from lienthong.platform.documents.axis_api.parameters import parameters_of, read_kind
from lienthong.platform.documents.axis_api.verbs import hand_in
from lienthong.platform.documents.partner_types import PartnerEntry
from lienthong.platform.documents.queries import mailbox as mailbox_queries
from lienthong.platform.documents.services import outside


def _door(view: Callable[..., HttpResponseBase], method: Callable[..., View]) -> View:
    return csrf_exempt(method(partner_system(answering(view, shapes.lgsp_failed))))


def _known(request: HttpRequest, verb: str) -> Call:
    head = request.headers
    return authentication.by_key(request, head.get("X-SystemId", ""), head.get("X-SecretKey", ""), "lgsp", verb)


def _done(data: Any) -> HttpResponse:
    return shapes.answer({"code": "0", "message": "", "data": data})


def _send(request: HttpRequest) -> HttpResponse:
    """`POST sendEdoc`: `edocFile` and `messageType`."""
    bodies.stated_length(request, bodies.MOST_BYTES)
    call = _known(request, "sendEdoc")
    return authentication.guarded(lambda: _hand_in(request, call), call)


def _hand_in(request: HttpRequest, call: Call) -> HttpResponse:
    with closing(bodies.spool(request, lambda _block: None, bodies.MOST_BYTES)) as body:
        file, fields = bodies.file_of(request, body)
        with closing(file.stream):
            kind = read_kind(fields.get("messageType", "edoc"), "messageType")
            doc_id = hand_in(call.partner, kind, file, "", [], request.headers.get("hash-file", ""))
    call.ended("", doc_id)
    return _done({"docId": doc_id})


def _inbox(request: HttpRequest) -> HttpResponse:
    """`GET getInbox`: what waits."""
    call = _known(request, "getInbox")

    def work() -> HttpResponse:
        kind = read_kind(request.GET.get("messageType") or "edoc", "messageType")
        found = outside.list_measured(call.partner.codes, kind)
        return _done([shapes.received_item(one, call.partner.code_form) for one in found])

    return authentication.guarded(work, call)


def _status(request: HttpRequest, doc_id: str) -> HttpResponse:
    """`GET getDocStatus/<docId>`: of something sent or received, both levels apart."""
    call = _known(request, "getDocStatus")
    return authentication.guarded(lambda: _done(states_of(call.partner, doc_id)), call)


def states_of(partner: PartnerEntry, doc_id: str) -> dict[str, Any]:
    """Transport and business states of a docId. Raises NotFound `documents.unknown-item`."""
    try:
        wanted = UUID(doc_id)
    except ValueError:
        raise mailbox_queries.unknown_item() from None
    try:
        item = mailbox_queries.get_item(wanted, partner.codes)
    except NotFound:
        sent = mailbox_queries.list_sent_of(wanted, partner.codes)
        return {
            "docId": doc_id,
            "direction": "sent",
            "receivers": [
                {
                    "to": shapes.shown_code(one.receiver_code, partner.code_form),
                    "transport": one.transport,
                    "business": one.status,
                    "answer": one.answer,
                    "problem": one.problem,
                    "updated_time": shapes.moment(one.updated_at),
                }
                for one in sent
            ],
        }
    return {
        "docId": doc_id,
        "direction": "received",
        "transport": item.state,
        "business": outside.business_state_of(item),
        "updated_time": shapes.moment(item.updated_at),
    }


def _get(request: HttpRequest, doc_id: str) -> HttpResponseBase:
    """`GET getEdoc/<docId>`: the file."""
    call = _known(request, "getEdoc")
    item, blocks = authentication.guarded(lambda: fetched(call, doc_id), call)
    return file_answer(item, blocks)


def _update(request: HttpRequest, doc_id: str) -> HttpResponse:
    """`POST updateStatus/<docId>`: the transport's state."""
    call = _known(request, "updateStatus")

    def work() -> HttpResponse:
        with closing(bodies.spool(request, lambda _block: None, bodies.MOST_JSON_BYTES)) as body:
            told = parameters_of(request, body)
        item = outside.set_state(
            call.partner.owner, doc_id, state=told.need("status").casefold(), description=told.get("description")
        )
        return _done({"docId": str(item.id)})

    return authentication.guarded(work, call)


send_edoc = _door(_send, require_POST)
get_inbox = _door(_inbox, require_safe)
get_doc_status = _door(_status, require_safe)
get_edoc = _door(_get, require_safe)
update_status = _door(_update, require_POST)
