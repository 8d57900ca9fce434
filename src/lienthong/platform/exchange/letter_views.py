"""Operator's pages about letters that do not arrive (thông điệp không gửi được) and the lines to recipients."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lienthong.kernel import access
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import bilingual, show_moment, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.exchange import limits, queries, services
from lienthong.platform.exchange.paging import page_of
from lienthong.platform.exchange.types import LetterRow, LineRow

_KINDS = (
    ("", tr("Tất cả", "All")),
    ("refused", tr("Bị từ chối", "Refused")),
    ("late", tr("Chờ quá lâu", "Waiting too long")),
)
_KIND_LABELS = dict(_KINDS)
_FIELDS = {"loai": "kind", "noi-nhan": "recipient", "thong-diep": "name", "ma": "code"}
_LABELS = {
    "noi-nhan": tr("Nơi nhận", "To"),
    "thong-diep": tr("Thông điệp", "Letter"),
    "ma": tr("Mã lỗi", "Code"),
}
_LINE_STATES = {
    "closed": (tr("Thông suốt", "Closed: working"), "green"),
    "half-open": (tr("Đang thử lại", "Half open: trying again"), "yellow"),
    "open": (tr("Tạm ngừng", "Open: paused"), "red"),
}
_HEAD = (
    tr("Thông điệp", "Letter"),
    tr("Nơi nhận", "To"),
    tr("Tình trạng", "State"),
    tr("Lúc gửi", "Posted"),
    tr("Số lần thử", "Attempts"),
    tr("Lý do", "Reason"),
)
_MOST_LINES = 50_000


def _asked(request: HttpRequest) -> queries.DeadLetters:
    given = {field: request.GET.get(name, "")[:100] for name, field in _FIELDS.items()}
    return queries.DeadLetters(**{**given, "kind": given["kind"] if given["kind"] in _KIND_LABELS else ""})


@require_GET
@access.duty("operator")
def dead(request: HttpRequest) -> HttpResponse:
    """Letters that were refused or have waited too long, with the reason, and what can be done."""
    asked = _asked(request)
    page = page_of(request, asked.count(), lambda start, n: asked.rows(limit=n, offset=start))
    choices = queries.list_dead_choices()
    context = {
        "asked": asked,
        "kinds": _KINDS,
        "choices": {
            name: [("", tr("Tất cả", "All")), *((one, one) for one in found)] for name, found in choices.items()
        },
        "selected": _selected(request, asked),
        "days": limits.limits().dead_after.days,
        "query": urlencode({name: value for name, field in _FIELDS.items() if (value := getattr(asked, field))}),
        "head": [_HEAD[0], _HEAD[1], _HEAD[2], _HEAD[3], {"text": _HEAD[4], "numeric": True}, _HEAD[5]],
        "rows": [_cells(row) for row in page.object_list],
        "page": page,
    }
    return render(request, "exchange/dead.html", context)


def _selected(request: HttpRequest, asked: queries.DeadLetters) -> list[dict[str, Any]]:
    """The filters in use, each with the address without it."""
    given = {name: value for name, field in _FIELDS.items() if (value := getattr(asked, field))}
    return [
        {
            "text": _KIND_LABELS[value] if name == "loai" else f"{_LABELS[name]}: {value}",
            "href": "?" + urlencode({other: kept for other, kept in given.items() if other != name}),
        }
        for name, value in given.items()
    ]


def _cells(row: LetterRow) -> list[Any]:
    late = row.state == "waiting"
    return [
        {"text": row.name, "href": reverse("exchange-page-letter", args=[row.id])},
        row.recipient,
        {"text": _KIND_LABELS["late" if late else "refused"], "tag": "orange" if late else "red"},
        show_moment(row.posted_at),
        row.attempts,
        row.reason or row.code,
    ]


@require_GET
@access.duty("operator")
def dead_sheet(request: HttpRequest) -> StreamingHttpResponse:
    """What the page shows, as a CSV file."""
    head = [bilingual(cell) for cell in (*_HEAD, tr("Mã lỗi", "Code"), tr("Về việc", "About"), tr("Mã", "Id"))]
    rows = _asked(request).rows(limit=_MOST_LINES)
    return sheet(
        "thong-diep-khong-gui-duoc.csv",
        head,
        map(_sheet_row, rows),
    )


def _sheet_row(row: LetterRow) -> tuple[object, ...]:
    reason = row.reason.vi if row.reason else ""
    posted = row.posted_at.isoformat()
    return (row.name, row.recipient, row.state, posted, row.attempts, reason, row.code, row.about, row.id)


@require_POST
@access.duty("operator")
def resend_all(request: HttpRequest) -> HttpResponse:
    """Send everything to one recipient that was refused anew, and try what waits."""
    recipient = request.POST.get("recipient", "")
    sent = services.resend_all(recipient=recipient, actor=access.acting(request))
    messages.success(
        request, str(tr("Đang gửi lại {n} thông điệp.", "{n} letters are on their way again.").format(n=sent))
    )
    return redirect(f"{reverse('exchange-page-dead')}?{urlencode({'noi-nhan': recipient})}")


@require_POST
@access.duty("operator")
def discard(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Give a letter up, with a reason that stays."""
    try:
        services.discard_letter(
            letter_id=letter_id, reason=request.POST.get("reason", ""), actor=access.acting(request)
        )
    except Refused as refusal:
        if refusal.field != "reason":
            raise
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, str(tr("Đã bỏ thông điệp này.", "The letter has been given up.")))
    return redirect("exchange-page-letter", letter_id=letter_id)


# Lines


@require_GET
@access.duty("operator")
def lines(request: HttpRequest) -> HttpResponse:
    """The circuit breaker of every recipient: what waits, since when it fails, when it is tried again."""
    rows = queries.list_lines()
    context = {
        "figures": [
            {"number": sum(row.waiting for row in rows), "label": tr("thông điệp đang chờ", "letters waiting")},
            {
                "number": sum(row.state != "closed" for row in rows),
                "label": tr("nơi nhận gặp trục trặc", "recipients in trouble"),
                "tone": "bad" if any(row.state != "closed" for row in rows) else "good",
            },
        ],
        "head": [
            tr("Nơi nhận", "To"),
            tr("Tình trạng", "State"),
            {"text": tr("Đang chờ", "Waiting"), "numeric": True},
            tr("Chờ lâu nhất từ", "Oldest since"),
            tr("Trục trặc từ", "Failing since"),
            tr("Thử lại lúc", "Next try"),
            tr("Lý do", "Reason"),
        ],
        "rows": [_line_cells(row) for row in rows],
        "failing": [row.recipient for row in rows if row.state != "closed"],
    }
    return render(request, "exchange/lines.html", context)


def _line_cells(row: LineRow) -> list[Any]:
    label, colour = _LINE_STATES[row.state]
    return [
        row.recipient,
        {"text": label, "tag": colour},
        row.waiting,
        show_moment(row.oldest_at) or "–",
        show_moment(row.failing_since) or "–",
        show_moment(row.open_until) or "–",
        row.reason or "",
    ]


@require_POST
@access.duty("operator")
def try_line(request: HttpRequest) -> HttpResponse:
    """Try one recipient again now."""
    services.try_line(recipient=request.POST.get("recipient", "")[:40], actor=access.acting(request))
    messages.success(request, str(tr("Đang thử lại nơi nhận này.", "This recipient is being tried again.")))
    return redirect("exchange-page-lines")
