"""Operator's pages (vận hành): letters by state, questions, directory and certificates, the check of the log."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lienthong.kernel import access, clock
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.exchange import limits, queries, services
from lienthong.platform.exchange.paging import page_of
from lienthong.platform.exchange.states import STATES
from lienthong.platform.exchange.types import LetterRow, Look


@require_GET
@access.duty("operator")
def letters(request: HttpRequest) -> HttpResponse:
    """Letters by state, newest first; what waits and what was refused comes with its reason."""
    counts = queries.count_letters()
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    total = counts[state] if state else sum(counts.values())
    page = page_of(request, total, lambda start, n: queries.list_letters(state, limit=n, offset=start))
    context = {
        "figures": [
            {
                "number": counts[key],
                "label": one.label,
                "href": f"?state={key}",
                "tone": "bad" if key == "refused" else "",
            }
            for key, one in STATES.items()
        ],
        "state": STATES.get(state),
        "head": [
            tr("Thông điệp", "Letter"),
            tr("Nơi nhận", "To"),
            tr("Trạng thái", "State"),
            tr("Lúc gửi", "Posted"),
            {"text": tr("Số lần thử", "Attempts"), "numeric": True},
            tr("Lý do", "Reason"),
        ],
        "rows": [_letter_cells(row) for row in page.object_list],
        "page": page,
    }
    return render(request, "exchange/letters.html", context)


def _letter_cells(row: LetterRow) -> list[Any]:
    state = STATES[row.state]
    return [
        {"text": row.name, "href": reverse("exchange-page-letter", args=[row.id])},
        row.recipient,
        {"text": state.label, "tag": state.colour},
        show_moment(row.posted_at),
        row.attempts,
        row.reason or "",
    ]


@require_GET
@access.duty("operator")
def letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """One letter: where it stands, why, and the button that fits."""
    row = queries.get_letter(letter_id)
    facts = [
        (tr("Mã thông điệp", "Id"), row.id),
        (tr("Loại", "Name"), row.name),
        (tr("Nơi nhận", "To"), row.recipient),
        (tr("Về việc", "About"), row.about or "–"),
        (tr("Dung lượng", "Size"), tr("{n} byte", "{n} bytes").format(n=row.size)),
        (tr("Lúc gửi", "Posted"), show_moment(row.posted_at)),
        (tr("Số lần thử", "Attempts"), row.attempts),
        (tr("Lần thử kế tiếp", "Next attempt"), show_moment(row.next_attempt_at) or "–"),
        (tr("Lúc có biên nhận", "Receipt at"), show_moment(row.answered_at) or "–"),
        (tr("Lý do", "Reason"), row.reason or "–"),
        (tr("Mã lỗi", "Code"), row.code or "–"),
    ]
    late = row.state == "waiting" and clock.now() - row.posted_at > limits.limits().dead_after
    context = {
        "row": row,
        "state": STATES[row.state],
        "may_discard": late or row.state == "refused",
        "facts": [{"key": key, "value": value} for key, value in facts],
    }
    return render(request, "exchange/letter.html", context)


@require_POST
@access.duty("operator")
def resend(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Try a waiting letter now, or send a refused one anew."""
    sent = services.resend_letter(letter_id=letter_id, actor=access.acting(request))
    messages.success(request, str(tr("Thông điệp đang được gửi lại.", "The letter is on its way again.")))
    return redirect("exchange-page-letter", letter_id=sent)


@require_GET
@access.duty("operator")
def questions(request: HttpRequest) -> HttpResponse:
    """The questions log: who asked whom, why, on what ground, with what outcome."""
    page = page_of(request, queries.count_questions(), lambda start, n: queries.list_questions(limit=n, offset=start))
    context = {
        "head": [
            tr("Lúc", "At"),
            tr("Bên hỏi", "Client"),
            tr("Bên trả lời", "Provider"),
            tr("Dịch vụ", "Service"),
            tr("Mục đích", "Purpose"),
            tr("Căn cứ pháp lý", "Legal ground"),
            tr("Về ai", "About"),
            tr("Kết quả", "Outcome"),
        ],
        "rows": [_look_cells(look) for look in page.object_list],
        "page": page,
    }
    return render(request, "exchange/questions.html", context)


def _look_cells(look: Look) -> list[Any]:
    outcome: Bilingual | str = tr("Đã trả lời", "Answered") if look.answered else look.outcome
    return [
        show_moment(look.at),
        look.client,
        look.provider,
        look.service,
        look.purpose,
        look.legal_ground,
        # An operator keeps the exchange running and need not know whom a question concerned.
        f"…{look.about[-3:]}" if look.about else "–",
        {"text": outcome, "tag": "green" if look.answered else "red"},
    ]
