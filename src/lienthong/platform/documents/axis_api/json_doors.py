"""`/documents/api/v1/`: the JSON API of partners, described at `/documents/api/v1/openapi.json`."""

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.security import HttpBasicAuth
from ninja.security.http import DecodeError

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.kernel.web.api_errors import answer_with_problems
from lienthong.kernel.web.pages import problem
from lienthong.platform.documents.axis_api import authentication, json_forms, shapes
from lienthong.platform.documents.axis_api.authentication import Call
from lienthong.platform.documents.axis_api.doors import file_answer
from lienthong.platform.documents.partner_types import ItemEntry, ItemKind, PartnerEntry
from lienthong.platform.documents.queries import mailbox as mailbox_queries
from lienthong.platform.documents.queries.arrivals import get_arrival
from lienthong.platform.documents.queries.steps import steps_of
from lienthong.platform.documents.services import outside
from lienthong.platform.documents.services.partners import not_your_agency, read_code
from lienthong.platform.documents.services.recalls import send_recall
from lienthong.platform.documents.services.sending import send_documents
from lienthong.platform.documents.types import Paper, Sending

api = NinjaAPI(
    title="lienthong documents",
    version="1",
    description="The mailbox of a system outside: send, list, fetch, and both levels of state. Refusals are problem"
    " bodies (RFC 9457) with a stable `code`. Authentication: system id and secret by HTTP Basic.",
    docs_url=None,
    urls_namespace="documents-api",
)


class SystemSecret(HttpBasicAuth):
    """HTTP Basic: system id and secret of a partner. A system id may hold colons, a secret never does."""

    def decode_authorization(self, value: str) -> tuple[str, str]:
        kind, _, encoded = value.partition(" ")
        if kind.lower() != "basic":
            raise DecodeError("no Basic")
        try:
            system_id, colon, secret = b64decode(encoded.strip(), validate=True).decode().rpartition(":")
        except (BadBase64, UnicodeDecodeError) as error:
            raise DecodeError("unreadable") from error
        if not colon:
            raise DecodeError("no secret")
        return system_id, secret

    def authenticate(self, request: HttpRequest, username: str, password: str) -> Call:
        verb = request.path.rpartition("/documents/api/v1/")[2].split("/")[0]
        return authentication.by_key(request, username, password, "api", f"{request.method} {verb}")


api.auth = [SystemSecret()]


@api.exception_handler(AuthenticationError)
def _stranger(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(authentication.stranger())


def _ended(request: HttpRequest, refusal: Refused) -> None:
    call = getattr(request, "auth", None)
    if isinstance(call, Call):
        call.ended(refusal.code)


answer_with_problems(api, "documents", _ended)


def _partner(request: HttpRequest) -> PartnerEntry:
    return cast("Call", cast("Any", request).auth).partner


# Mailbox


@api.get("/mailbox", response=list[json_forms.ItemOut], summary="What waits for the system's agencies")
def list_mailbox(request: HttpRequest, kind: ItemKind = "edoc", agency_code: str = "") -> Any:
    partner = _partner(request)
    codes = (_own(partner, agency_code),) if agency_code else partner.codes
    return [json_forms.ItemOut.of(one, outside.business_state_of(one)) for one in outside.list_measured(codes, kind)]


@api.get("/mailbox/{item_id}", response=json_forms.DocumentOut, summary="What a document in the mailbox says")
def get_item(request: HttpRequest, item_id: UUID) -> Any:
    item, arrival, attachments = _document(_partner(request), item_id)
    return json_forms.DocumentOut(
        item=json_forms.ItemOut.of(item, arrival.status),
        type_code=arrival.document.type_code,
        code=arrival.document.code,
        promulgated_on=arrival.document.promulgated_on,
        subject=arrival.document.subject,
        signer=arrival.document.signer.name,
        priority=arrival.document.priority,
        due_on=arrival.document.due_on,
        verdict=arrival.verdict,
        needs_paper=arrival.needs_paper,
        standing=arrival.standing,
        files=[
            json_forms.AttachmentOut(
                position=one.position,
                name=one.file.name,
                description=one.description,
                media_type=one.file.media_type,
                size=one.file.size,
            )
            for one in attachments
        ],
    )


def _document(partner: PartnerEntry, item_id: UUID) -> tuple[ItemEntry, Any, Any]:
    item = mailbox_queries.get_item(item_id, partner.codes)
    if item.arrival_id is None or item.message_id is None:
        raise mailbox_queries.unknown_item()
    return item, get_arrival(item.arrival_id, access.SYSTEM), outside.attachments_of(item.message_id)


@api.get("/mailbox/{item_id}/edxml", response={200: None}, summary="The edXML file of an item")
def get_edxml(request: HttpRequest, item_id: UUID) -> HttpResponseBase:
    item, blocks = outside.fetch_item(_partner(request).owner, str(item_id))
    return file_answer(item, blocks)


@api.get("/mailbox/{item_id}/files/{position}", response={200: None}, summary="A file of a document, unpacked")
def get_file(request: HttpRequest, item_id: UUID, position: int) -> HttpResponseBase:
    _, _, attachments = _document(_partner(request), item_id)
    found = next((one.file for one in attachments if one.position == position), None)
    if found is None:
        raise mailbox_queries.unknown_item()
    blocks = outside.blocks_of(found)
    headers = {"Content-Length": str(found.size), "X-Content-SHA256": found.sha256}
    return StreamingHttpResponse(blocks, content_type=found.media_type, headers=headers)


@api.put("/mailbox/{item_id}/state", response=json_forms.ItemOut, summary="What the system did with it (transport)")
def set_state(request: HttpRequest, item_id: UUID, body: json_forms.StateBody) -> Any:
    partner = _partner(request)
    item = outside.set_state(partner.owner, str(item_id), state=body.state, description=body.description)
    return json_forms.ItemOut.of(item, outside.business_state_of(item))


@api.post("/mailbox/{item_id}/status", response=json_forms.ItemOut, summary="What people did with it (business)")
def say_status(request: HttpRequest, item_id: UUID, body: json_forms.StatusBody) -> Any:
    partner = _partner(request)
    item = mailbox_queries.get_item(item_id, partner.codes)
    outside.say_status(partner.owner, item, body.status, reason=body.reason, staff=body.people, at=body.at)
    return json_forms.ItemOut.of(item, outside.business_state_of(item))


# Sent


@api.post("/documents", response=json_forms.SentOut, summary="Send a document by its facts and files")
def send(request: HttpRequest, body: json_forms.DocumentBody) -> Any:
    return _send(_partner(request), [body], "files")[0]


@api.post("/documents/batch", response=list[json_forms.SentOut], summary="Send up to 100 documents of one agency")
def send_batch(request: HttpRequest, body: json_forms.BatchBody) -> Any:
    """All of them or none; a refusal says in `document` which one it is about (from 0)."""
    return _send(_partner(request), body.documents, "documents.{n}.files")


def _send(partner: PartnerEntry, bodies: Sequence[json_forms.DocumentBody], where: str) -> list[json_forms.SentOut]:
    agency = _own(partner, bodies[0].agency_code)
    if any(_own(partner, one.agency_code) != agency for one in bodies):
        raise Refused(
            "documents.one-agency",
            tr("Mỗi lần chỉ gửi văn bản của một cơ quan.", "Send documents of one agency at a time."),
            field="documents",
        )
    given = [_sending(one, agency, where.format(n=place)) for place, one in enumerate(bodies)]
    sent = send_documents(given, actor=outside.acting(partner.owner, agency))
    ids = mailbox_queries.document_ids_of(sent)
    return [json_forms.SentOut(message_id=one, document_id=ids[one]) for one in sent]


def _sending(body: json_forms.DocumentBody, agency: str, where: str) -> Sending:
    return Sending(
        body.document(agency),
        tuple(
            Paper(one.name, _content(one, f"{where}.{place}"), f"{where}.{place}")
            for place, one in enumerate(body.files)
        ),
        tuple(body.receivers),
        body.needs_paper,
        tuple(one.description for one in body.files),
    )


@api.get("/sent", response=list[json_forms.ReceiverOut], summary="Receivers of what was sent, in the order of sending")
def list_sent(request: HttpRequest, after: int = 0, agency_code: str = "") -> Any:
    partner = _partner(request)
    codes = (_own(partner, agency_code),) if agency_code else partner.codes
    found = mailbox_queries.list_sent(codes, after=max(0, min(after, 2**62)))
    return [json_forms.ReceiverOut.of(one, []) for one in found]


@api.get("/sent/{message_id}", response=list[json_forms.ReceiverOut], summary="Both states of a message, with evidence")
def get_sent(request: HttpRequest, message_id: UUID) -> Any:
    found = mailbox_queries.list_sent_of(message_id, _partner(request).codes)
    return [json_forms.ReceiverOut.of(one, list(steps_of(actor=access.SYSTEM, delivery_id=one.id))) for one in found]


@api.post("/sent/{message_id}/recall", response=json_forms.SentOut, summary="Recall a document that was sent")
def recall(request: HttpRequest, message_id: UUID, body: json_forms.RecallBody) -> Any:
    partner = _partner(request)
    sent = mailbox_queries.list_sent_of(message_id, partner.codes)[0]
    document = outside.document_of(message_id)
    actor = outside.acting(partner.owner, sent.sender_code)
    receivers = [read_code(one, "receivers") for one in body.receivers]
    recalled = send_recall(document, reason=body.reason, actor=actor, receivers=receivers)
    return json_forms.SentOut(message_id=recalled, document_id=sent.document_id)


@api.get("/agencies", response=list[json_forms.AgencyOut], summary="Agencies that can be written to")
def list_agencies(request: HttpRequest) -> Any:
    return [
        json_forms.AgencyOut(code=code, parent_code=parent, name=name, mail=mail)
        for code, parent, name, mail in shapes.known_agencies()
    ]


def _own(partner: PartnerEntry, text: str) -> str:
    code = read_code(text, "agency_code")
    if not partner.speaks_for(code):
        raise not_your_agency(code)
    return code


def _content(one: json_forms.FileBody, field: str) -> bytes:
    try:
        return b64decode(one.content, validate=True)
    except (BadBase64, ValueError):
        raise Refused(
            "documents.bad-field",
            tr("Nội dung tệp không phải base64.", "The file's content is not base64."),
            field=field,
        ) from None


def urls() -> tuple[list[Any], str, str]:
    """The routes of the API, each with its rule of access; its description and its bare root (404) are public."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if getattr(pattern, "name", "") in ("openapi-json", "api-root"):
            pattern.callback = require_safe(access.public(cast("Any", pattern.callback)))
        else:
            cast("Any", pattern.callback).access_rule = "partner_system"
    return list(patterns), app_name, namespace
