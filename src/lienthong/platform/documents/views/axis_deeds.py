"""Deeds on the axis' pages: recall, update, replace, ask back, send again, answer what a sender asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from lienthong.kernel import access, clock, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.documents import queries, services, states
from lienthong.platform.documents.notation import read_number
from lienthong.platform.documents.queries.documents import describe_document
from lienthong.platform.documents.rights import ANSWERERS, CLERKS
from lienthong.platform.documents.types import DocumentRef, NewDocument
from lienthong.platform.documents.views import parts

_MOST_FILE = 100 * 2**20
_MOST_CODES = 5000
_REASON = tr("Lý do (nơi nhận thấy)", "Reason (shown to the recipients)")
_ANSWERS = [
    ("15", tr("Đồng ý", "Agree")),
    ("16", tr("Không đồng ý", "Decline")),
]


@access.duty(*CLERKS)
@require_http_methods(["GET", "POST"])
def recall(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Recall a document from all who got it."""
    page = _Deed(
        "recall",
        tr("Thu hồi văn bản", "Recall the document"),
        tr("Thu hồi", "Recall"),
        tr(
            "Nơi nhận chưa tiếp nhận: văn bản rời khỏi danh sách xử lý ngay. Nơi đã tiếp nhận: người ở đó trả lời"
            " đồng ý hay không. Dấu vết được giữ ở cả hai bên.",
            "Where it is not registered yet it leaves the work list at once; elsewhere people answer. The trace stays.",
        ),
    )
    return _on_sent(
        request, document_id, page, lambda actor, reason: services.send_recall(document_id, reason=reason, actor=actor)
    )


@access.duty(*CLERKS)
@require_http_methods(["GET", "POST"])
def update(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Update a document: subject, files, recipients."""
    page = _Deed(
        "update",
        tr("Cập nhật văn bản đã gửi", "Update a sent document"),
        tr("Gửi bản cập nhật", "Send the update"),
        tr("Số, ký hiệu và ngày ban hành giữ nguyên.", "Number, notation and day stay as they are."),
    )

    def send(actor: Actor, reason: str) -> UUID:
        subject = request.POST.get("subject", "").strip()
        known = describe_document(document_id, actor)
        changed = replace(known, subject=subject) if subject and subject != known.subject else None
        return services.send_update(
            document_id,
            reason=reason,
            actor=actor,
            document=changed,
            attachments=_files(request) or None,
            added=_codes(request, "added"),
            removed=_codes(request, "removed"),
        )

    return _on_sent(request, document_id, page, send)


@access.duty(*CLERKS)
@require_http_methods(["GET", "POST"])
def replace_document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Replace a document by another one, with its own number, for all who got it."""
    page = _Deed(
        "replace",
        tr("Thay thế văn bản đã gửi", "Replace a sent document"),
        tr("Gửi văn bản thay thế", "Send the replacement"),
        tr(
            "Văn bản thay thế có số riêng, đã ký, và được gửi đến mọi nơi đã nhận văn bản cũ.",
            "The replacement has its own number, is signed, and goes to all who got the old one.",
        ),
    )

    def send(actor: Actor, reason: str) -> UUID:
        return services.send_replacement(
            document_id,
            document=_replacement(request, describe_document(document_id, actor)),
            attachments=_files(request),
            reason=reason,
            actor=actor,
        )

    return _on_sent(request, document_id, page, send)


def _replacement(request: HttpRequest, known: NewDocument) -> NewDocument:
    number = read_number(request.POST.get("number", ""))
    if number is None:
        raise Refused(
            "documents.number-malformed",
            tr("Số viết như 12 hoặc 12a.", "A number looks like 12 or 12a."),
            field="number",
        )
    return replace(
        known,
        number=number[0],
        suffix=number[1],
        notation=request.POST.get("notation", ""),
        subject=request.POST.get("subject", ""),
        promulgated_on=clock.today(),
    )


class _Deed:
    """What the page of a deed says."""

    def __init__(self, name: str, title: Bilingual, button: Bilingual, explanation: Bilingual) -> None:
        self.name, self.title, self.button, self.explanation = name, title, button, explanation


def _on_sent(request: HttpRequest, document_id: UUID, page: _Deed, send: Callable[[Actor, str], UUID]) -> HttpResponse:
    actor, context = parts.desk(request, "axis")
    document = queries.get_document(document_id, actor)
    refusal = None
    if request.method == "POST":
        try:
            message_id = send(actor, request.POST.get("reason", ""))
        except Refused as found:
            refusal = found
        else:
            messages.success(request, str(tr("Đã gửi.", "Sent.")))
            return redirect("documents-message", message_id=message_id)
    return _form(request, context, document, page, refusal, back=f"/van-ban/di/{document_id}/")


def _form(
    request: HttpRequest,
    context: dict[str, Any],
    document: DocumentRef,
    page: _Deed,
    refusal: Refused | None,
    *,
    back: str,
) -> HttpResponse:
    typed: Any = request.POST if request.method == "POST" else {"subject": document.subject}
    context |= {
        "document": document,
        "deed": page.name,
        "title": page.title,
        "button": page.button,
        "button_kind": "warning" if page.name == "recall" else "",
        "explanation": page.explanation,
        "reason_label": tr("Ý kiến (cần lý do khi không đồng ý)", "Remark (a reason when declining)")
        if page.name == "answer"
        else _REASON,
        "answers": _ANSWERS,
        "with_files": page.name in ("update", "replace"),
        "typed": typed,
        "errors": refusal,
        "back": back,
        "results": [],
    }
    return render(request, "documents/axis_deed.html", context, status=refusal.status if refusal else 200)


def _files(request: HttpRequest) -> list[FileRef]:
    return [
        files.store(one, name=one.name or "tep", max_bytes=_MOST_FILE, field="attachments")
        for one in request.FILES.getlist("attachments")
    ]


def _codes(request: HttpRequest, name: str) -> list[str]:
    given = request.POST.get(name, "").replace("\n", ",").replace(";", ",").split(",")
    return [code for one in given[:_MOST_CODES] if (code := one.strip())]


@access.duty(*CLERKS)
@require_POST
def ask_back(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Ask one recipient to give a document back (13)."""
    actor = access.acting(request)
    row = queries.get_delivery(delivery_id, actor)
    try:
        services.ask_back(row.message_id, row.agency_code, request.POST.get("reason", ""), actor)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, str(tr("Đã gửi yêu cầu lấy lại.", "It was asked back.")))
    return redirect("documents-recipient", delivery_id=delivery_id)


@access.duty(*CLERKS)
@require_POST
def send_again(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Send a message anew to those where it failed."""
    actor = access.acting(request)
    queries.get_message(message_id, actor)
    try:
        sent = services.send_again(message_id, actor=actor)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, str(tr("Đang gửi lại cho {n} nơi nhận.", "On its way again to {n}.").format(n=sent)))
    return redirect("documents-message", message_id=message_id)


@access.duty(*ANSWERERS)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Agree or decline what the sender asks of a registered document."""
    actor, context = parts.desk(request, "axis")
    arrival = queries.get_arrival(arrival_id, actor)
    back, refusal = f"/van-ban/den/{arrival_id}/", None
    if request.method == "POST":
        try:
            services.answer_request(
                arrival_id, agree=_agrees(request), reason=request.POST.get("reason", ""), actor=actor
            )
        except Refused as found:
            refusal = found
        else:
            messages.success(request, str(tr("Đã trả lời bên gửi.", "The sender has your answer.")))
            return redirect(back)
    asked = states.REQUESTS.get(f"ask-{arrival.asked}")
    page = _Deed(
        "answer",
        asked.label if asked else tr("Không có yêu cầu nào chờ trả lời", "Nothing is asked"),
        tr("Gửi trả lời", "Send the answer"),
        tr(
            "Đồng ý: văn bản rời khỏi danh sách xử lý (thu hồi, thay thế) hoặc nhận nội dung mới (cập nhật); dấu vết"
            " được giữ. Không đồng ý: văn bản giữ nguyên, bên gửi nhận lý do.",
            "Agreed, the document leaves the work list or takes its new content; the trace stays. Declined, it stays.",
        ),
    )
    return _form(request, context, arrival.document, page, refusal, back=back)


def _agrees(request: HttpRequest) -> bool:
    agree = request.POST.get("agree", "")
    if agree not in ("15", "16"):
        raise Refused("documents.answer-missing", tr("Hãy chọn câu trả lời.", "Choose an answer."), field="agree")
    return agree == "15"
