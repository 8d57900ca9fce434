"""Conditions on the lines of a register, as the address of its page and of its files carries them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lienthong.kernel.text import show_date, tr
from lienthong.platform.documents.queries import numbering as numbering_queries
from lienthong.platform.documents.types import EntryFilters
from lienthong.platform.documents.views import parts

STATES = (
    ("", tr("Mọi dòng", "All lines")),
    ("unsent", tr("Chưa gửi qua trục", "Not sent over the axis")),
    ("reserved", tr("Số giữ chỗ", "Reserved")),
    ("struck", tr("Đã hủy", "Struck out")),
)


def read_filters(request: HttpRequest) -> EntryFilters:
    """Conditions out of the address; what makes no sense is left out."""
    state = request.GET.get("tinh_trang", "")
    return EntryFilters(
        since=parts.day_or_none(request.GET, "tu"),
        until=parts.day_or_none(request.GET, "den"),
        type_code=parts.word(request.GET, "loai", 16),
        state=state if state in ("unsent", "reserved", "struck") else "",  # type: ignore[arg-type]  # checked here
    )


def chips(request: HttpRequest, filters: EntryFilters) -> list[dict[str, Any]]:
    """Each condition in words, with the address of the page without it."""
    found: list[dict[str, Any]] = []
    for day, name, words in (
        (filters.since, "tu", tr("Từ {day}", "Since {day}")),
        (filters.until, "den", tr("Đến hết {day}", "Until {day}")),
    ):
        if day:
            names = (name, f"{name}-day", f"{name}-month", f"{name}-year")
            found.append({"text": words.format(day=show_date(day)), "href": parts.without(request, *names)})
    if filters.type_code:
        names_of = {one.code: one.name for one in numbering_queries.list_types()}
        text = names_of.get(filters.type_code, filters.type_code)
        found.append({"text": text, "href": parts.without(request, "loai")})
    if filters.state:
        found.append({"text": dict(STATES)[filters.state], "href": parts.without(request, "tinh_trang")})
    return found
