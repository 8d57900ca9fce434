"""How the axis answers: OK or FAIL with its number and a sentence, items of lists, codes in the partner's form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpResponse

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.documents.axis_api.numbers import DONE, lgsp_number_of, number_of
from lienthong.platform.documents.partner_types import CodeForm, ItemEntry, PartnerEntry, SentEntry
from lienthong.platform.documents.queries.partners import list_partner_agencies
from lienthong.platform.documents.states import INBOX_STATES

SERVICE_TYPE = "eDoc"

_SENT = {"waiting": "processing", "delivered": "done", "opened": "done", "failed": "fail"}
_RECEIVED = {"waiting": "", "delivered": "inbox", "opened": "done", "failed": "fail"}


def done(**more: Any) -> dict[str, Any]:
    """The good answer of a verb."""
    return {"status": "OK", "ErrorCode": str(DONE), "ErrorDesc": "", **more}


def answer(body: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), content_type="application/json; charset=utf-8", status=status)


def failed(refusal: Refused) -> HttpResponse:
    """A refusal as the axis tells it: HTTP 200, so that clients read the body; ours by 500 or 503, so they repeat."""
    body = {
        "status": "FAIL",
        "ErrorCode": str(number_of(refusal)),
        "ErrorDesc": sentence(refusal),
        "code": refusal.code,
        "field": refusal.field,
    }
    return answer(body, refusal.status if refusal.status >= 500 else 200)


def lgsp_failed(refusal: Refused) -> HttpResponse:
    """A refusal as the LGSP variant tells it."""
    body = {"code": str(lgsp_number_of(number_of(refusal))), "message": sentence(refusal), "cause": refusal.code}
    return answer(body, refusal.status if refusal.status >= 500 else 200)


def sentence(refusal: Refused) -> str:
    """What is wrong, in Vietnamese, with the fields where there are several."""
    wrong = [f"{one.path}: {one.message.vi}" for one in refusal.field_errors if one.message != refusal.message]
    return " ".join([refusal.message.vi, *wrong])[:2000]


def broken() -> Refused:
    """Something of ours broke; the details stand in our log alone."""
    return Refused(
        "documents.failed",
        tr("Trục đang gặp sự cố, hãy gửi lại sau.", "The axis has a problem; try again later."),
        status=500,
    )


def moment(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y/%m/%d %H:%M:%S}"


def shown_code(code: str, form: CodeForm) -> str:
    """An agency code in the form that the partner wants, where that form can hold it."""
    if form == "qd20":
        return code
    try:
        return agencies_queries.to_qcvn102(code)
    except Refused:
        return code


def received_item(item: ItemEntry, form: CodeForm) -> dict[str, Any]:
    """One line of `getReceivedEdocList`: the transport's state and nothing of the document's."""
    return {
        "docId": str(item.id),
        "serviceType": SERVICE_TYPE,
        "messageType": item.kind,
        "from": shown_code(item.sender_code, form),
        "to": shown_code(item.agency_code, form),
        "status": item.state,
        "status_desc": item.description or INBOX_STATES[item.state].label.vi,
        "created_time": moment(item.created_at),
        "updated_time": moment(item.updated_at),
        "contentSha256": item.sha256,
        "contentLength": item.size,
    }


def sent_item(sent: SentEntry, form: CodeForm) -> dict[str, Any]:
    """One line of `getSentEdocList`: a receiver of something that was sent."""
    return {
        "docId": str(sent.id),
        "senderDocId": str(sent.message_id),
        "receiverDocId": str(sent.id) if sent.transport in ("delivered", "opened") else "",
        "serviceType": SERVICE_TYPE,
        "messageType": "edoc",
        "fromCode": shown_code(sent.sender_code, form),
        "toCode": shown_code(sent.receiver_code, form),
        "sendStatus": _SENT[sent.transport],
        "receiveStatus": _RECEIVED[sent.transport],
        "status_desc": sent.problem,
        "notation": sent.code,
        "title": sent.subject,
        "updated_time": moment(sent.updated_at),
    }


def agency_lines(partner: PartnerEntry) -> list[dict[str, str]]:
    """`getAgenciesList`: everybody who can be written to, in the partner's form."""
    return [
        {
            "id": code,
            "pid": parent,
            "code": shown_code(code, partner.code_form),
            "pcode": shown_code(parent, partner.code_form) if parent else "",
            "name": name,
            "mail": mail,
        }
        for code, parent, name, mail in known_agencies()
    ]


def agency_levels(level: int | None = None) -> dict[str, list[dict[str, str]]]:
    """`getAgenciesListQD20`: level → agencies with both forms of their code."""
    found: dict[str, list[dict[str, str]]] = {}
    for code, parent, name, mail in known_agencies():
        depth = code.count(".") + 1
        if level is None or depth == level:
            old = shown_code(code, "qcvn102")
            told = {"id": code, "pid": parent, "code": code, "name": name, "mail": mail}
            found.setdefault(str(depth), []).append({**told, "code102": old, "oldCode": old})
    return found


def known_agencies() -> list[tuple[str, str, str, str]]:
    """Code, parent, name and mail of every agency of today, those that partners registered among them."""
    found = {one.code: (one.code, one.parent_code, one.name, "") for one in agencies_queries.list_agencies()}
    for own in list_partner_agencies():
        listed = found.get(own.code)
        parent = listed[1] if listed else own.parent_code
        found[own.code] = (own.code, parent, listed[2] if listed else own.name, own.mail)
    return [found[code] for code in sorted(found)]
