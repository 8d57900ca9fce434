"""What each deed asks the officer for: the fields of its form, and how its POST becomes a service call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest

from lienthong.casework.dossiers import queries, rules, services
from lienthong.casework.dossiers.types import RETURN_LABELS, Dossier, Paper
from lienthong.kernel import files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a deed's form, as the template shows it."""

    name: str
    kind: Literal["text", "textarea", "select", "radios", "number", "file"]
    label: Bilingual
    hint: Bilingual | str = ""
    value: Any = ""
    options: tuple[tuple[Any, Any], ...] = ()
    optional: bool = False


Act = Callable[[HttpRequest, UUID, Actor], Dossier]


def fields_of(deed: str, dossier: Dossier) -> tuple[FormField, ...]:
    """The fields of a deed; none where a single button is enough."""
    make = _FIELDS.get(deed)
    return make(dossier) if make else ()


def act(deed: str, request: HttpRequest, dossier_id: UUID, actor: Actor) -> Dossier:
    """Do the deed with what was posted. Raises what its service raises, and Refused for an unknown deed."""
    function = _ACTS.get(deed)
    if function is None:
        raise Refused("dossiers.no-such-deed", tr("Không có thao tác này.", "There is no such deed."), status=404)
    return function(request, dossier_id, actor)


_REASON_HINT = tr("Người nộp sẽ đọc nguyên văn.", "The applicant reads exactly this.")


def _reason(_: Dossier) -> tuple[FormField, ...]:
    return (FormField("reason", "textarea", tr("Lý do", "Reason"), _REASON_HINT),)


def _supplement(_: Dossier) -> tuple[FormField, ...]:
    hint = tr(
        "Mỗi dòng một giấy tờ. Chỉ được yêu cầu một lần, nên hãy ghi đủ.",
        "One paper a line. It may be asked only once, so list everything.",
    )
    return (
        FormField("papers", "textarea", tr("Giấy tờ cần bổ sung", "Papers to add"), hint),
        FormField("reason", "textarea", tr("Lý do", "Reason"), _REASON_HINT),
    )


def _take_supplement(_: Dossier) -> tuple[FormField, ...]:
    return (
        FormField("title", "text", tr("Tên giấy tờ", "Name of the paper")),
        FormField("paper", "file", tr("Bản quét", "Scan"), tr("PDF, JPG, PNG, Word; đến 10 MB", "Up to 10 MB")),
        FormField("note", "text", tr("Ghi chú", "Note"), optional=True),
    )


def _assign(dossier: Dossier) -> tuple[FormField, ...]:
    officers = tuple(
        (one.account_id, f"{one.name} ({one.position})") for one in queries.list_handlers(dossier.agency_code)
    )
    first = officers[0][0] if len(officers) == 1 else dossier.handler_id
    return (
        FormField("officer", "radios", tr("Cán bộ thụ lý", "Handler"), value=first or "", options=officers),
        FormField("note", "text", tr("Ghi chú", "Note"), optional=True),
    )


def _fee(dossier: Dossier) -> tuple[FormField, ...]:
    if dossier.published_fee:
        return ()
    return (FormField("amount", "number", tr("Số tiền (đồng)", "Amount (đồng)")),)


def _payment(_: Dossier) -> tuple[FormField, ...]:
    return (FormField("receipt", "text", tr("Số biên lai", "Number of the receipt")),)


def _draft(dossier: Dossier) -> tuple[FormField, ...]:
    options = (("granted", tr("Đồng ý", "Granted")), ("rejected", tr("Không đồng ý", "Not granted")))
    return (
        FormField("verdict", "radios", tr("Kết quả", "Outcome"), value=dossier.verdict or "granted", options=options),
        FormField(
            "text", "textarea", tr("Nội dung", "Text"),
            tr("In trên kết quả. Bắt buộc khi không đồng ý.", "Printed on the result; required if not granted."),
            value=dossier.decision_text, optional=True,
        ),
    )  # fmt: skip


def _remarks(_: Dossier) -> tuple[FormField, ...]:
    return (FormField("remarks", "textarea", tr("Cần sửa gì", "What to correct")),)


def _hand_over(dossier: Dossier) -> tuple[FormField, ...]:
    way = dossier.return_way if dossier.return_way != "electronic" else "counter"
    return (
        FormField("way", "radios", tr("Cách trả", "How"), value=way, options=tuple(RETURN_LABELS.items())),
        FormField("receiver", "text", tr("Người nhận", "Taken by"), value=dossier.applicant.name, optional=True),
    )


_FIELDS: dict[str, Callable[[Dossier], tuple[FormField, ...]]] = {
    "refuse": _reason,
    "stop": _reason,
    "withdraw": _reason,
    "ask_supplement": _supplement,
    "supplement": _take_supplement,
    "assign": _assign,
    "request_fee": _fee,
    "settle_fee": _payment,
    "draft": _draft,
    "return_draft": _remarks,
    "hand_over": _hand_over,
}


def _officer_id(request: HttpRequest) -> int:
    text = request.POST.get("officer", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused("dossiers.no-such-handler", tr("Chọn một cán bộ.", "Choose an officer."), field="officer")
    return int(text)


def _amount(request: HttpRequest) -> int | None:
    text = request.POST.get("amount", "").replace(".", "").replace(" ", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Refused("dossiers.fee-unknown", tr("Số tiền không hợp lệ.", "Not a valid amount."), field="amount")
    return int(text)


def _uploaded(request: HttpRequest) -> tuple[Paper, ...]:
    upload = request.FILES.get("paper")
    if upload is None:
        raise Refused("dossiers.supplement-empty", tr("Hãy chọn tệp.", "Choose a file."), field="paper")
    kept = files.store(cast("Any", upload).chunks(), name=upload.name or "", field="paper")
    title = request.POST.get("title", "")
    named = rules.clean_text(title, field="title", at_most=250) if title.strip() else kept.name
    return (Paper("", named, kept, digitised=True),)


_ACTS: dict[str, Act] = {
    "receive": lambda _, d, a: services.receive_dossier(dossier_id=d, actor=a),
    "refuse": lambda r, d, a: services.refuse_dossier(dossier_id=d, reason=r.POST.get("reason", ""), actor=a),
    "ask_supplement": lambda r, d, a: services.ask_supplement(
        dossier_id=d, papers=r.POST.get("papers", "").splitlines(), reason=r.POST.get("reason", ""), actor=a
    ),
    "supplement": lambda r, d, a: services.take_supplement(
        dossier_id=d, papers=_uploaded(r), note=r.POST.get("note", ""), actor=a
    ),
    "assign": lambda r, d, a: services.assign_dossier(
        dossier_id=d, officer_id=_officer_id(r), note=r.POST.get("note", ""), actor=a
    ),
    "request_fee": lambda r, d, a: services.request_fee(dossier_id=d, amount=_amount(r), actor=a),
    "settle_fee": lambda r, d, a: services.take_payment(
        dossier_id=d, receipt_number=r.POST.get("receipt", ""), actor=a
    ),
    "request_number": lambda _, d, a: services.request_number(dossier_id=d, actor=a),
    "draft": lambda r, d, a: services.draft_decision(
        dossier_id=d, verdict=cast("Any", r.POST.get("verdict", "")), text=r.POST.get("text", ""), actor=a
    ),
    "return_draft": lambda r, d, a: services.return_draft(dossier_id=d, remarks=r.POST.get("remarks", ""), actor=a),
    "decide": lambda _, d, a: services.decide_dossier(dossier_id=d, actor=a),
    "issue": lambda _, d, a: services.issue_result(dossier_id=d, actor=a),
    "hand_over": lambda r, d, a: services.hand_over_result(
        dossier_id=d, way=cast("Any", r.POST.get("way", "")), receiver=r.POST.get("receiver", ""), actor=a
    ),
    "withdraw": lambda r, d, a: services.record_withdrawal(dossier_id=d, reason=r.POST.get("reason", ""), actor=a),
    "stop": lambda r, d, a: services.stop_dossier(dossier_id=d, reason=r.POST.get("reason", ""), actor=a),
}
