"""One document (trang văn bản): what it says, who signed it, its files, what became of it, with proofs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lienthong.kernel import access, roles
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, show_date, show_moment, tr
from lienthong.platform.documents import queries, states
from lienthong.platform.documents.edxml import warning_codes
from lienthong.platform.documents.notation import show_number
from lienthong.platform.documents.queries import entries, papers
from lienthong.platform.documents.queries import numbering as numbering_queries
from lienthong.platform.documents.queries.desk import WAITING
from lienthong.platform.documents.rights import CLERKS, READERS
from lienthong.platform.documents.services import registering, statuses
from lienthong.platform.documents.types import ArrivalRef, DocumentRef, MessageView, SentRow, StatusStep
from lienthong.platform.documents.views import parts
from lienthong.platform.documents.views.desk import KINDS

VERDICTS: Mapping[str, tuple[Bilingual, str]] = {
    "ours": (tr("Do cơ quan này ký và gửi.", "Signed and sent by this agency."), "green"),
    "valid": (
        tr("Chữ ký số của bao thư hợp lệ; nội dung và tệp đúng như bên gửi đã ký.",
           "The envelope's signature is valid; text and files are as the sender signed them."),
        "green",
    ),
    "warned": (
        tr("Chữ ký số hợp lệ nhưng có điểm cần lưu ý ở dưới.", "The signature holds, with the remarks below."),
        "yellow",
    ),
    "unsigned": (
        tr("Bao thư không có chữ ký số: hãy xác nhận với bên gửi trước khi đăng ký.",
           "The envelope bears no signature: ask the sender before you register it."),
        "red",
    ),
}  # fmt: skip
EVIDENCE: Mapping[str, Bilingual] = {
    "letter": tr("thư có biên nhận {ref}", "letter with receipt {ref}"),
    "message": tr("thông điệp edXML {ref}", "edXML message {ref}"),
    "deed": tr("thao tác tại nút này {ref}", "deed at this node {ref}"),
}


@access.duty(*READERS)
@require_safe
def show_arrival(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """A document that came: the first look tells the sender that it was opened."""
    actor = access.acting(request)
    arrival = queries.get_arrival(arrival_id, actor)
    if arrival.opened_at is None:
        statuses.mark_opened(arrival_id, actor=actor)
        arrival = queries.get_arrival(arrival_id, actor)
    return _arrival_page(request, arrival)


@access.duty(*CLERKS)
@require_POST
def register(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Give it its number of arrival."""
    actor = access.acting(request)
    try:
        given = registering.register_arrival(
            arrival_id,
            actor=actor,
            number=parts.word(request.POST, "number", 10),
            receivers=parts.word(request.POST, "receivers", 2000),
            note=parts.word(request.POST, "note", 1000),
        )
    except Refused as refusal:
        return _arrival_page(request, queries.get_arrival(arrival_id, actor), refusal)
    parts.say(
        request,
        tr("Đã đăng ký, số đến {n}.", "Registered with the number of arrival {n}.").format(n=show_number(given.number)),
    )
    return HttpResponseRedirect(f"/van-ban/den/{arrival_id}/")


@access.duty(*CLERKS)
@require_POST
def refuse(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Send it back with the reason."""
    actor = access.acting(request)
    try:
        registering.refuse_arrival(arrival_id, reason=request.POST.get("reason", ""), actor=actor)
    except Refused as refusal:
        return _arrival_page(request, queries.get_arrival(arrival_id, actor), refusal)
    parts.say(request, tr("Đã từ chối và báo bên gửi.", "Refused; the sender is told."))
    return HttpResponseRedirect(f"/van-ban/den/{arrival_id}/")


@access.duty(*READERS)
@require_http_methods(["GET", "HEAD"])
def show_sent(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A document that the agency sent, with how its recipients are."""
    actor, page = parts.desk(request, "out")
    document = queries.get_document(document_id, actor)
    sent = queries.list_messages(document_id, actor)
    own = [one for one in sent if document.agency_code == actor.agency_code]
    first = queries.get_message(sent[0].id, actor) if sent else None
    page |= _facts(document, actor) | {
        "title": document.subject,
        "sent": [_message_row(one) for one in own],
        "is_own": document.agency_code == actor.agency_code,
        "acts": _acts("document", document_id),
        "verdict": _verdict(first) if first else None,
        "entries": entries.entries_of_document(document_id, actor.agency_code),
        "standing": states.STANDINGS[first.standing] if first and first.standing != "in-force" else None,
        "replaced_by": _find(document.agency_code, first.replaced_by, actor) if first and first.replaced_by else None,
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/sent.html", page)


def _arrival_page(request: HttpRequest, arrival: ArrivalRef, refusal: Refused | None = None) -> HttpResponse:
    actor, page = parts.desk(request, "in")
    document = arrival.document
    message = queries.get_message(arrival.message_id, actor) if arrival.message_id else None
    is_waiting = arrival.status in WAITING and arrival.standing == "in-force" and not arrival.asked
    steps = queries.steps_of(actor=actor, arrival_id=arrival.id)
    page |= _facts(document, actor) | {
        "title": document.subject,
        "arrival": arrival,
        "status": states.STATUSES[arrival.status],
        "standing": states.STANDINGS[arrival.standing] if arrival.standing != "in-force" else None,
        "sender": parts.name_of(arrival.sender_code),
        "number": show_number(arrival.registered_number) if arrival.registered_number else "",
        "verdict": _verdict(message) if message else None,
        "may_register": is_waiting and page["is_clerk"],
        "acts": _acts("arrival", arrival.id),
        "business": _timeline(steps, "business"),
        "transport": _timeline(steps, "transport"),
        "entries": entries.entries_of_document(document.id, actor.agency_code),
        "replaced_by": _find(document.agency_code, arrival.replaced_by, actor) if arrival.replaced_by else None,
        "errors": refusal,
        "typed": request.POST,
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/arrival.html", page, status=refusal.status if refusal else 200)


def _acts(kind: str, thing_id: UUID) -> list[tuple[str, Bilingual]]:
    """What rooms above offer to do with it: tabs of the groups `arrival` and `document`, `_id_` in their addresses."""
    return [(href.replace("_id_", str(thing_id)), label) for href, label in roles.tabs(kind)]


def _facts(document: DocumentRef, actor: Actor) -> dict[str, Any]:
    type_ = numbering_queries.find_type(document.type_code)
    urgency, colour = parts.PRIORITIES.get(document.priority, parts.PRIORITIES[0])
    signer = " · ".join(part for part in (document.signer.position, document.signer.name) if part)
    rows = [
        (tr("Số, ký hiệu", "Code"), document.code),
        (tr("Ngày ban hành", "Promulgated"), show_date(document.promulgated_on)),
        (tr("Loại văn bản", "Type"), type_.name if type_ else document.type_code),
        (tr("Cơ quan ban hành", "Issued by"), parts.name_of(document.agency_code)),
        (tr("Người ký", "Signed by"), f"{document.signer.competence} {signer}".strip()),
        (tr("Hạn trả lời", "Answer by"), show_date(document.due_on)),
        (tr("Mã định danh văn bản", "Document id"), document.document_id),
        (tr("Trích yếu", "Subject"), parts.whole_subject(document.subject)),
    ]
    return {
        "document": document,
        "facts": [{"key": key, "value": value} for key, value in rows if value],
        "urgency": urgency if document.priority else None,
        "urgency_colour": colour,
        "papers": papers.list_papers(document.id, actor),
        "content": papers.content_of(document.id, actor),
        "relations": _relations(document, actor),
    }


def _relations(document: DocumentRef, actor: Actor) -> list[dict[str, Any]]:
    """What it answers, and what answers it."""
    found: list[dict[str, Any]] = []
    for one in queries.list_answered(document.id, actor):
        known = _find(one["agency_code"], one["document_id"], actor)
        text = f"{one['notation']} ({parts.name_of(one['agency_code'])})"
        found.append({"label": tr("Trả lời văn bản", "Answers"), "text": text, "href": known["href"] if known else ""})
    found += [
        {
            "label": tr("Được trả lời bởi", "Answered by"),
            "text": f"{one.code} – {one.subject}",
            "href": _href(one, actor),
        }
        for one in queries.list_answers(document.id, actor)
    ]
    return found


def _find(agency_code: str, document_id: str, actor: Actor) -> dict[str, str] | None:
    known = queries.find_document(agency_code, document_id, actor)
    return {"text": known.code, "href": _href(known, actor)} if known else {"text": document_id, "href": ""}


def _href(document: DocumentRef, actor: Actor) -> str:
    arrival = queries.find_arrival(actor.agency_code, document.agency_code, document.document_id, actor)
    return f"/van-ban/den/{arrival.id}/" if arrival else f"/van-ban/di/{document.id}/"


def _verdict(message: MessageView) -> dict[str, Any]:
    sentence, colour = VERDICTS.get(message.verdict, VERDICTS["warned"])
    signer = str(message.verdict_facts.get("signer") or message.verdict_facts.get("signer_code") or "")
    remarks: Iterable[str] = message.verdict_facts.get("warnings") or ()
    return {
        "sentence": sentence,
        "colour": colour,
        "signer": parts.name_of(signer) if signer else "",
        "remarks": [warning_codes.WARNINGS.get(str(code), str(code)) for code in remarks],
        "needs_paper": message.needs_paper,
        "via": message.via,
    }


def _timeline(steps: Iterable[StatusStep], level: str) -> list[dict[str, Any]]:
    table = states.STATUSES | states.REQUESTS if level == "business" else states.INBOX_STATES | states.TRANSPORT_STATES
    found = []
    for step in reversed([one for one in steps if one.level == level]):
        state = table.get(step.state)
        proof = EVIDENCE[step.evidence.kind].format(ref=step.evidence.reference[:36])
        who = " · ".join(part for part in (step.staff.department, step.staff.name) if part)
        found.append(
            {
                "title": state.label if state else step.state,
                "colour": state.colour if state else "grey",
                "moment": step.at,
                "by": who,
                "text": f"{step.reason}\n{tr('Bằng chứng', 'Proof')}: {proof}".strip(),
            }
        )
    return found


def _message_row(one: SentRow) -> dict[str, Any]:
    return {"sent": one, "kind": KINDS[one.kind], "moment": show_moment(one.at), "href": f"/van-ban/truc/{one.id}/"}
