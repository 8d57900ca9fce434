"""Pages of the axis for clerks and leaders: one message with its recipients, what waits, what is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.text import Bilingual, show_date, show_moment, show_number, tr
from lienthong.platform.documents import queries, states
from lienthong.platform.documents.queries.axis import DeliveryWindow, name_agencies
from lienthong.platform.documents.rights import CLERKS, READERS
from lienthong.platform.documents.types import (
    ArrivalFilters,
    BusinessKind,
    DeliveryFilters,
    DeliveryRef,
    MessageView,
    Overdue,
    StatusStep,
)
from lienthong.platform.documents.views import parts

PER_PAGE = 50
KINDS: Mapping[BusinessKind, Bilingual] = {
    "new": tr("Văn bản mới", "New document"),
    "recall": tr("Thu hồi", "Recall"),
    "update": tr("Cập nhật", "Update"),
    "replace": tr("Thay thế", "Replacement"),
}
NONE = "none"
_HEAD = (
    tr("Nơi nhận", "Recipient"),
    tr("Truyền", "Transport"),
    tr("Xử lý", "Handling"),
    tr("Trả lời yêu cầu", "Answer"),
    tr("Cập nhật lúc", "Updated"),
)
_OVERDUE_HEAD = (
    tr("Văn bản", "Document"),
    {"text": tr("Việc", "What"), "stacked": "bare"},
    tr("Cơ quan", "Agency"),
    tr("Hạn", "Term"),
)
_FIELDS = {"truyen": "transport", "xu-ly": "status", "tra-loi": "answer", "co-quan": "agency"}
_ANSWERS = ("13", "15", "16")
EVIDENCE: Mapping[str, Bilingual] = {
    "letter": tr("thư có ký và biên nhận {ref}", "signed letter with its receipt {ref}"),
    "message": tr("gói tin edXML {ref}", "edXML message {ref}"),
    "deed": tr("thao tác tại nút này {ref}", "deed at this node {ref}"),
}
OVERDUE: Mapping[str, Bilingual] = {
    "unhandled": tr("Đến mà chưa tiếp nhận hay từ chối", "Arrived, neither accepted nor refused"),
    "unanswered": tr("Gửi đi mà nơi nhận chưa trả lời", "Sent, not answered by its recipient"),
    "late": tr("Gửi sau hạn", "Sent after its term"),
}


@access.duty(*READERS)
@require_safe
def show_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message: what it is, the picture of its recipients' states, the recipients themselves."""
    actor, page = parts.desk(request, "axis")
    message = queries.get_message(message_id, actor)
    filters = _filters(request)
    total = queries.count_deliveries(message_id, actor, filters)
    recipients = Paginator(DeliveryWindow(message_id, actor, filters, total), PER_PAGE).get_page(
        request.GET.get("page")
    )
    is_own = message.direction == "out" and message.document.agency_code == actor.agency_code
    page |= {
        "message": message,
        "title": message.document.subject,
        "kind": KINDS[message.kind],
        "facts": _facts(message),
        "picture": _picture(message),
        "filters": filters,
        "choices": _choices(message),
        "selected": _selected(request, filters),
        "clear": request.path,
        "head": _HEAD,
        "rows": _rows(recipients),
        "recipients": recipients,
        "total": show_number(total),
        "standing": states.STANDINGS[message.standing] if message.standing != "in-force" else None,
        "may_act": is_own and actor.has(*CLERKS) and message.standing == "in-force" and message.kind != "recall",
        "may_send_again": is_own and actor.has(*CLERKS) and message.transports.get("failed", 0),
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/message.html", page)


def _facts(message: MessageView) -> list[dict[str, Any]]:
    document = message.document
    due = show_moment(message.due_at)
    sent = show_moment(message.at)
    late = tr("{sent} – quá hạn {due}", "{sent} – after its term {due}").format(sent=sent, due=due)
    paper = tr("Có cần bản giấy", "Paper is needed") if message.needs_paper else tr("Không cần bản giấy", "No paper")
    rows = [
        (tr("Số, ký hiệu", "Code"), document.code),
        (tr("Ngày ban hành", "Promulgated"), show_date(document.promulgated_on)),
        (tr("Bên gửi", "Sender"), parts.name_of(document.agency_code)),
        (tr("Gửi lúc", "Sent"), late if message.late else sent),
        (tr("Bản giấy", "Paper"), paper),
        (tr("Lý do", "Reason"), message.reason),
        (tr("Được thay thế bởi", "Replaced by"), message.replaced_by),
        (tr("Mã định danh văn bản", "Document id"), document.document_id),
        (tr("Mã gói tin", "Message id"), str(message.id)),
        (tr("Trích yếu", "Subject"), parts.whole_subject(document.subject)),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def _picture(message: MessageView) -> list[dict[str, Any]]:
    """How many recipients are how far: transport and handling apart."""
    groups = (
        ("truyen", tr("Truyền qua mạng", "Transport"), states.TRANSPORT_STATES, message.transports),
        ("xu-ly", tr("Nơi nhận xử lý", "Handling at the recipients"), states.STATUSES, message.statuses),
        ("tra-loi", tr("Trả lời yêu cầu lấy lại, cập nhật", "Answers to requests"), states.REQUESTS, message.answers),
    )
    found = []
    for name, label, table, sums in groups:
        rows = [
            _bar(name, key, states_of, sums[key], message.receivers)
            for key, states_of in table.items()
            if sums.get(key)
        ]
        if rows and (name != "tra-loi" or any(key for key in sums)):
            found.append({"label": label, "rows": rows})
    return found


def _bar(name: str, key: str, state: states.State, number: int, total: int) -> dict[str, Any]:
    return {
        "label": state.label,
        "colour": state.colour,
        "number": show_number(number),
        "percent": f"{max(1.0, 100 * number / total):.1f}" if total else "0",
        "href": "?" + urlencode({name: key or NONE}),
    }


def _filters(request: HttpRequest) -> DeliveryFilters:
    """Filters out of the address; what makes no sense is left out."""
    given = {field: request.GET.get(name, "")[:64] for name, field in _FIELDS.items()}
    known = {
        "transport": given["transport"] in states.TRANSPORT_STATES,
        "status": given["status"] == NONE or (given["status"] in states.STATUSES and bool(given["status"])),
        "answer": given["answer"] == NONE or given["answer"] in _ANSWERS,
        "agency": "\x00" not in given["agency"],
    }
    return DeliveryFilters(**{field: value if known[field] else "" for field, value in given.items()})


def _choices(message: MessageView) -> dict[str, list[tuple[str, Bilingual]]]:
    everything = ("", tr("Tất cả", "All"))
    return {
        "transport": [everything, *((key, one.label) for key, one in states.TRANSPORT_STATES.items())],
        "status": [everything, *((key or NONE, one.label) for key, one in states.STATUSES.items())],
        "answer": [everything, *((key, states.REQUESTS[key].label) for key in _ANSWERS)]
        if any(message.answers)
        else [],
    }


def _selected(request: HttpRequest, filters: DeliveryFilters) -> list[dict[str, Any]]:
    given = {name: value for name, field in _FIELDS.items() if (value := getattr(filters, field))}
    words = {
        "truyen": states.TRANSPORT_STATES.get(filters.transport),
        "xu-ly": states.STATUSES.get("" if filters.status == NONE else filters.status),
        "tra-loi": states.REQUESTS.get(filters.answer),
    }
    return [
        {
            "text": found.label if (found := words.get(name)) else value,
            "href": "?" + urlencode({other: kept for other, kept in given.items() if other != name}),
        }
        for name, value in given.items()
    ]


def _rows(recipients: Page[DeliveryRef]) -> list[list[Any]]:
    rows = list(recipients.object_list)
    names = name_agencies({row.agency_code for row in rows})
    return [_cells(row, names.get(row.agency_code, row.agency_code)) for row in rows]


def _cells(row: DeliveryRef, name: str) -> list[Any]:
    transport, status = states.TRANSPORT_STATES[row.transport], states.STATUSES[row.status]
    answer = states.REQUESTS.get(row.answer)
    who: Bilingual | str = f"{row.agency_code} {name}"
    if row.instead_of:
        who = tr("{who} (tiếp nhận thay {old})", "{who} (took over from {old})").format(who=who, old=row.instead_of)
    return [
        {"text": who, "href": reverse("documents-recipient", args=[row.id])},
        {"text": transport.label, "tag": transport.colour},
        {"text": status.label, "tag": status.colour},
        {"text": answer.label, "tag": answer.colour} if answer else "",
        show_moment(row.updated_at),
    ]


@access.duty(*READERS)
@require_safe
def show_recipient(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One recipient: both histories side by side, each step with its proof."""
    actor, page = parts.desk(request, "axis")
    row = queries.get_delivery(delivery_id, actor)
    message = queries.get_message(row.message_id, actor)
    steps = queries.steps_of(actor=actor, delivery_id=delivery_id)
    page |= {
        "row": row,
        "message": message,
        "title": parts.name_of(row.agency_code),
        "transport": states.TRANSPORT_STATES[row.transport],
        "status": states.STATUSES[row.status],
        "answer": states.REQUESTS.get(row.answer),
        "transport_steps": timeline(steps, "transport"),
        "business_steps": timeline(steps, "business"),
        "may_ask_back": _may_ask_back(actor, message, row),
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/recipient.html", page)


def _may_ask_back(actor: Actor, message: MessageView, row: DeliveryRef) -> bool:
    is_own = message.document.agency_code == actor.agency_code and actor.has(*CLERKS)
    open_now = message.standing == "in-force" and row.answer not in ("13", "15") and row.transport != "failed"
    return is_own and open_now and row.status != "02" and message.kind in ("new", "update", "replace")


def timeline(steps: Any, level: str) -> list[dict[str, Any]]:
    """Steps of one level, the latest first, each with what proves it."""
    table = states.TRANSPORT_STATES | states.INBOX_STATES if level == "transport" else states.STATUSES | states.REQUESTS
    return [_step(one, table) for one in reversed(steps) if one.level == level]


def _step(one: StatusStep, table: Mapping[str, states.State]) -> dict[str, Any]:
    state = table.get(one.state)
    proof = EVIDENCE[one.evidence.kind].format(ref=one.evidence.reference)
    text = tr("Bằng chứng: {proof}.", "Proof: {proof}.").format(proof=proof)
    if one.reason:
        text = tr("{reason} – {text}", "{reason} – {text}").format(reason=one.reason, text=text)
    return {
        "title": state.label if state else one.state,
        "colour": state.colour if state else "grey",
        "moment": one.at,
        "by": " · ".join(part for part in (one.staff.department, one.staff.name) if part),
        "text": text,
    }


@access.duty(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What waits or is overdue at the agency, and what was sent last."""
    actor, page = parts.desk(request, "axis")
    agency = actor.agency_code
    overdue = queries.list_overdue(agency, actor=actor, count=100)
    asked = queries.list_arrivals(agency, ArrivalFilters(kind="asked"), actor=actor, count=50)
    page |= {
        "title": tr("Gửi nhận qua trục", "On the axis"),
        "overdue": [_overdue_row(one) for one in overdue],
        "overdue_head": _OVERDUE_HEAD,
        "asked": [
            {
                "arrival": one,
                "label": states.REQUESTS[f"ask-{one.asked}"].label,
                "href": reverse("documents-answer", args=[one.id]),
            }
            for one in asked
        ],
        "failed": [
            {"message": one, "href": f"{reverse('documents-message', args=[one.id])}?truyen=failed"}
            for one in queries.list_failed(agency, actor)
        ],
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/axis_overview.html", page)


def _overdue_row(one: Overdue) -> list[Any]:
    if one.kind == "unhandled":
        href = f"/van-ban/den/{one.reference}/"
    else:
        href = reverse("documents-message", args=[one.reference])
    return [
        {"text": f"{one.document.code} – {one.document.subject}", "href": href},
        OVERDUE[one.kind],
        one.agency_code,
        show_moment(one.since),
    ]
