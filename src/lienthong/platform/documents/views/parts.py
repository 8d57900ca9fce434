"""What the clerk's pages have together: whose desk it is, the side navigation, reading of forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, QueryDict

from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, read_text, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents.queries.statistics import SEES_OWN
from lienthong.platform.documents.rights import CLERKS

PRIORITIES: Final[Mapping[int, tuple[Bilingual, str]]] = {
    0: (tr("Thường", "Normal"), ""),
    1: (tr("Khẩn", "Urgent"), "yellow"),
    2: (tr("Thượng khẩn", "Very urgent"), "orange"),
    3: (tr("Hỏa tốc", "At once"), "red"),
}
"""Degrees of urgency (độ khẩn) and their colours."""
MOST_IN_HEADING: Final = 250


def desk(request: HttpRequest, here: str) -> tuple[Actor, dict[str, Any]]:
    """The officer, and what every page of the desk shows."""
    actor = access.acting(request)
    is_clerk = actor.has(*CLERKS)
    return actor, {
        "side": _side(here, is_clerk, sees_figures=actor.has(*SEES_OWN)),
        "is_clerk": is_clerk,
        "agency": name_of(actor.agency_code),
    }


def whole_subject(subject: str) -> str:
    """The subject where a heading shows only its beginning (250 letters); "" where the heading has all of it."""
    return subject if len(subject) > MOST_IN_HEADING else ""


def names_of(agency_codes: Iterable[str]) -> Mapping[str, str]:
    """The names of all agencies of a page in one round trip."""
    return agency_queries.names_of_agencies(agency_codes)


def name_of(agency_code: str) -> str:
    return agency_queries.name_of_agency(agency_code)


def _side(here: str, is_clerk: bool, *, sees_figures: bool) -> list[dict[str, Any]]:
    items: list[tuple[str, str, Bilingual, bool]] = [
        ("in", "/van-ban/", tr("Văn bản đến", "Incoming"), True),
        ("out", "/van-ban/di/", tr("Văn bản đi", "Outgoing"), True),
        ("axis", "/van-ban/truc/", tr("Theo dõi trên trục", "On the axis"), True),
        ("search", "/van-ban/tim/", tr("Tìm văn bản", "Search"), True),
        ("registers", "/van-ban/so/", tr("Sổ đăng ký", "Registers"), True),
        ("statistics", "/van-ban/thong-ke/", tr("Thống kê", "Statistics"), sees_figures),
        ("number", "/van-ban/so/lay-so/", tr("Lấy số văn bản đi", "Give a number"), is_clerk),
        ("paper", "/van-ban/so/giay/", tr("Đăng ký văn bản giấy", "Register a paper"), is_clerk),
        ("import", "/van-ban/nhap/", tr("Nhập sổ từ bảng tính", "Import a register"), is_clerk),
        ("rule", "/van-ban/so/cach-danh-so/", tr("Cách đánh số", "Numbering"), is_clerk),
    ]
    return [{"text": text, "href": href, "active": key == here} for key, href, text, shown in items if shown]


def say(request: HttpRequest, sentence: Bilingual) -> None:
    """What was done, for the next page."""
    messages.success(request, str(sentence))


def warn(request: HttpRequest, sentence: Bilingual) -> None:
    """What was not done, for the next page."""
    messages.error(request, str(sentence))


def without(request: HttpRequest, *names: str) -> str:
    """The address of this page without these parts of the query."""
    return query(request, **dict.fromkeys(names, ""))


def query(request: HttpRequest, **changes: str) -> str:
    """This page's query with some parts changed; "" takes one off. The page's key goes with every change."""
    kept: QueryDict = request.GET.copy()
    kept.pop("sau", None)
    for name, value in changes.items():
        kept.pop(name, None)
        if value:
            kept[name] = value
    return "?" + kept.urlencode()


def word(source: QueryDict, name: str, limit: int = 200) -> str:
    """A word somebody typed, "" when it is broken."""
    return (read_text(source.get(name, "")) or "")[:limit]


def day(source: QueryDict, name: str) -> date | None:
    """A day of three boxes or an ISO text; None when empty. Raises Refused `documents.day`."""
    parts = [source.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day")]
    text = source.get(name, "").strip()
    try:
        if any(parts):
            return date(*(int(part) if part.isascii() and len(part) < 5 else 0 for part in parts))
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(
            "documents.day", tr("Ngày không đúng, ví dụ 21 11 2026.", "Not a day, such as 21 11 2026."), field=name
        ) from None


def day_or_none(source: QueryDict, name: str) -> date | None:
    """As `day`; a broken one of an address counts as none."""
    try:
        return day(source, name)
    except Refused:
        return None


def count(source: QueryDict, name: str, otherwise: int = 0) -> int:
    """A small number somebody typed. Raises Refused `documents.not-a-number`."""
    text = source.get(name, "").strip()
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Refused("documents.not-a-number", tr("Hãy ghi một số.", "Give a number."), field=name)
    return int(text)
