"""Operator's pages (vận hành): letters by state, questions, directory and certificates, the check of the log."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.kernel import access, clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, show_date, show_moment, tr
from lienthong.platform.exchange import queries, services
from lienthong.platform.exchange.states import STATES
from lienthong.platform.exchange.types import GrantEntry, LetterRow, Look

_PER_PAGE = 30
_WARN_DAYS = 30

_DIRECTORY_STATES = {
    "good": (tr("Còn hiệu lực", "In force"), "green"),
    "grace": (tr("Đã hết hạn, đang dùng bản gần nhất", "Expired, last good copy in use"), "orange"),
    "expired": (tr("Đã hết hạn", "Expired"), "red"),
    "missing": (tr("Chưa có", "Missing"), "red"),
}


class _Window(Sequence[Any]):
    """A list that is fetched a page at a time, as the paginator asks for it."""

    def __init__(self, total: int, fetch: Callable[[int, int], list[Any]]) -> None:
        self._total = total
        self._fetch = fetch

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, where: Any) -> Any:
        if isinstance(where, slice):
            start = where.start or 0
            return self._fetch(start, (self._total if where.stop is None else where.stop) - start)
        return self._fetch(where, 1)[0]


def _page(request: HttpRequest, total: int, fetch: Callable[[int, int], list[Any]]) -> Page[Any]:
    return Paginator(_Window(total, fetch), _PER_PAGE).get_page(request.GET.get("page"))


def _sections(here: str) -> list[dict[str, Any]]:
    waiting = queries.count_letters()
    return [
        {"text": label, "href": reverse(f"exchange-page-{name}"), "active": name == here, "count": count}
        for name, label, count in (
            ("letters", tr("Thông điệp gửi đi", "Letters sent"), waiting["waiting"] + waiting["refused"]),
            ("questions", tr("Khai thác dữ liệu", "Questions"), None),
            ("directory", tr("Danh bạ kết nối", "Directory"), None),
            ("log", tr("Nhật ký thông điệp", "Message log"), None),
        )
    ]


@require_GET
@access.duty("operator")
def letters(request: HttpRequest) -> HttpResponse:
    """Letters by state, newest first; what waits and what was refused comes with its reason."""
    counts = queries.count_letters()
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    total = counts[state] if state else sum(counts.values())
    page = _page(request, total, lambda start, n: queries.list_letters(state, limit=n, offset=start))
    context = {
        "sections": _sections("letters"),
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
    context = {
        "row": row,
        "state": STATES[row.state],
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
    page = _page(request, queries.count_questions(), lambda start, n: queries.list_questions(limit=n, offset=start))
    context = {
        "sections": _sections("questions"),
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


@require_GET
@access.duty("operator")
def directory(request: HttpRequest) -> HttpResponse:
    """How fresh the directory is, the nodes with the expiry of their certificates, the grants."""
    state = queries.get_directory_state()
    usable = state.state in ("good", "grace")
    label, colour = _DIRECTORY_STATES[state.state]
    context = {
        "sections": _sections("directory"),
        "state": state,
        "label": label,
        "colour": colour,
        "facts": [
            {"key": tr("Số phát hành", "Serial"), "value": state.serial or "–"},
            {"key": tr("Phát hành lúc", "Issued"), "value": show_moment(state.issued_at) or "–"},
            {"key": tr("Hết hạn lúc", "Expires"), "value": show_moment(state.expires_at) or "–"},
            {"key": tr("Lấy về lúc", "Fetched"), "value": show_moment(state.fetched_at) or "–"},
            {"key": tr("Trục trặc", "Trouble"), "value": state.trouble or "–"},
        ],
        "node_head": [
            tr("Mã", "Code"),
            tr("Cơ quan", "Agency"),
            tr("Địa chỉ", "Address"),
            tr("Chứng thư hết hạn", "Certificate expires"),
        ],
        "nodes": _node_rows() if usable else [],
        "grant_head": [
            tr("Bên hỏi", "Client"),
            tr("Bên trả lời", "Provider"),
            tr("Dịch vụ", "Service"),
            tr("Mục đích", "Purpose"),
            tr("Căn cứ pháp lý", "Legal ground"),
            tr("Thời hạn", "Valid"),
        ],
        "grants": [_grant_cells(grant) for grant in queries.list_grants()] if usable else [],
    }
    return render(request, "exchange/directory.html", context)


def _node_rows() -> list[list[Any]]:
    rows = []
    for node in queries.list_nodes():
        ends = [one.not_after for one in queries.list_certificates(node.agency_code)]
        rows.append([node.agency_code, node.name, node.base_url, _expiry(max(ends, default=None))])
    return rows


def _expiry(end: datetime | None) -> dict[str, Any]:
    if end is None:
        return {"text": tr("Không có chứng thư hợp lệ", "No valid certificate"), "tag": "red"}
    soon = (end - clock.now()).days < _WARN_DAYS
    return {"text": show_date(end), "tag": "orange" if soon else "green"}


def _grant_cells(grant: GrantEntry) -> list[Any]:
    until = show_date(grant.valid_to) or str(tr("không thời hạn", "no end"))
    valid = f"{show_date(grant.valid_from)} – {until}"
    return [grant.client, grant.provider, grant.service, grant.purpose, grant.legal_ground, valid]


@require_http_methods(["GET", "POST"])
@access.duty("operator")
def message_log(request: HttpRequest) -> HttpResponse:
    """Check the whole message log on demand and name every fault."""
    verdict, trouble = None, None
    if request.method == "POST":
        try:
            verdict = services.examine_log()
        except Refused as refusal:
            trouble = refusal.message
    context = {
        "sections": _sections("log"),
        "verdict": verdict,
        "trouble": trouble,
        "head": [
            tr("Chuỗi", "Stream"),
            {"text": tr("Dòng", "Row"), "numeric": True},
            tr("Thông điệp", "Message"),
            tr("Lỗi", "Fault"),
        ],
        "rows": [[fault.stream, fault.position, fault.message_id, fault.text] for fault in verdict.faults]
        if verdict
        else [],
    }
    return render(request, "exchange/log.html", context)
