"""The operator's page about the axis: traffic by receiving node, warnings by sender; not a word of any document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access
from lienthong.kernel.text import show_date, show_moment, show_number, tr
from lienthong.platform.documents.edxml import WARNINGS
from lienthong.platform.documents.queries import axis

_HEAD = [
    tr("Nút nhận", "Node"),
    {"text": tr("Chờ", "Waiting"), "numeric": True},
    {"text": tr("Đã đến", "Delivered"), "numeric": True},
    {"text": tr("Đã lấy về", "Fetched"), "numeric": True},
    {"text": tr("Không gửi được", "Failed"), "numeric": True},
    tr("Chờ lâu nhất từ", "Oldest since"),
]
_WARNINGS = [
    tr("Bên gửi", "Sender"),
    {"text": tr("Cảnh báo", "Warning"), "stacked": "bare"},
    {"text": tr("Số lần", "Times"), "numeric": True},
    tr("Lần cuối", "Last"),
]


@access.duty("operator")
@require_safe
def traffic(request: HttpRequest) -> HttpResponse:
    """How the axis is doing at this node."""
    sums = axis.sum_axis()
    month = tr("30 ngày qua, số liệu của nút", "last 30 days, this node's figures")
    now = tr("hiện tại, số liệu của nút", "now, this node's figures")
    figures = [
        (tr("Gói tin gửi", "Sent"), sums.sent, month, ""),
        (tr("Gói tin nhận", "Received"), sums.received, month, ""),
        (tr("Đến, chưa tiếp nhận", "Arrived, not accepted"), sums.unhandled, now, ""),
        (tr("Trong đó quá hạn", "Of these overdue"), sums.overdue, now, "bad" if sums.overdue else "good"),
    ]
    context = {
        "tab_group": "documents",
        "figures": [
            {"label": label, "number": show_number(number), "note": note, "tone": tone}
            for label, number, note, tone in figures
        ],
        "head": _HEAD,
        "rows": [_traffic_row(one) for one in axis.list_traffic()],
        "warnings_head": _WARNINGS,
        "warnings": [_warning_row(one) for one in axis.list_warnings()],
    }
    return render(request, "documents/axis_traffic.html", context)


def _traffic_row(one: axis.NodeTraffic) -> list[Any]:
    numbers = (one.waiting, one.delivered, one.opened, one.failed)
    return [one.node_code, *(show_number(number) for number in numbers), show_moment(one.oldest_at)]


def _warning_row(one: Mapping[str, Any]) -> list[Any]:
    words = WARNINGS.get(one["code"], one["code"])
    return [one["sender_code"], words, show_number(one["number"]), show_date(one["last"])]
