"""What all pages of the office share: who may come in, the way around, doing a deed and saying what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lienthong.casework.office.queries import drafts as draft_queries
from lienthong.casework.office.queries import work as work_queries
from lienthong.casework.office.types import StepRef
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import Bilingual, tr

DUTIES = ("reception", "handling", "leader", "clerk")
MOST_IN_HEADING = 250
"""Letters of a subject that a heading shows; the whole stands among the facts then."""
_MOST_IN_CRUMB = 80


def act(request: HttpRequest, deed: Callable[[], object], *, back: str, done: Bilingual | None = None) -> HttpResponse:
    """Do it, go back, and say in a sentence what came of it; what is not allowed or not there stays a page."""
    try:
        deed()
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        found = [str(error.message) for error in refusal.field_errors] or [str(refusal.message)]
        messages.error(request, " ".join(found))
    else:
        if done is not None:
            messages.success(request, str(done))
    return redirect(back)


def short(subject: str) -> str:
    """A subject for the line that says where one is."""
    return subject if len(subject) <= _MOST_IN_CRUMB else f"{subject[: _MOST_IN_CRUMB - 1].rstrip()}…"


def page_number(request: HttpRequest) -> int:
    """The page asked for in the address."""
    return whole(request.GET.get("page")) or 1


def whole(text: str | None) -> int | None:
    """A number as typed; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def read_day(request: HttpRequest, name: str) -> date | None:
    """A day out of its three boxes, None when they are empty. Raises Refused `office.day`."""
    parts = [request.POST.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year")]
    if not any(parts):
        return None
    try:
        day, month, year = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        raise Refused("office.day", tr("Ghi đủ ngày, tháng, năm.", "Give day, month and year."), field=name) from None


def search_of(request: HttpRequest) -> str:
    """The words searched for."""
    return request.GET.get("q", "").replace("\x00", "")[:100]


def story(steps: Iterable[StepRef]) -> list[dict[str, Any]]:
    """Steps as the timeline shows them."""
    return [{"title": step.label, "moment": step.at, "by": step.by, "text": step.note} for step in steps]


def side(actor: Actor, here: str) -> list[dict[str, Any]]:
    """The way around the office, with what waits."""
    counts = draft_queries.count_boxes(actor)
    work = work_queries.count_work(actor)
    items: list[dict[str, Any]] = [
        {"heading": tr("Dự thảo", "Drafts")},
        _entry("mine", tr("Tôi soạn", "Mine"), "/van-phong/", here, counts["mine"]),
        _entry("asked", tr("Xin ý kiến tôi", "My opinion asked"), "/van-phong/?o=asked", here, counts["asked"]),
    ]
    if actor.has("leader"):
        items.append(_entry("sign", tr("Trình tôi ký", "To sign"), "/van-phong/ky/", here, counts["sign"]))
    if actor.has("clerk"):
        items.append(
            _entry("issuing", tr("Chờ phát hành", "To issue"), "/van-phong/?o=issuing", here, counts["issuing"])
        )
    items += [
        _entry("agency", tr("Tất cả tôi được xem", "All I may see"), "/van-phong/?o=agency", here),
        _entry("done", tr("Đã phát hành, đã hủy", "Sent or withdrawn"), "/van-phong/?o=done", here),
        {"heading": tr("Văn bản đến", "Incoming")},
        _entry("work", tr("Việc của tôi", "My work"), "/van-phong/viec/", here, work["mine"]),
        _entry("overdue", tr("Quá hạn", "Overdue"), "/van-phong/viec/?o=overdue", here, work["overdue"]),
    ]
    if actor.has("leader", "clerk"):
        items += [
            _entry("assign", tr("Chờ giao việc", "To assign"), "/van-phong/van-ban-den/", here),
            _entry("all-work", tr("Việc của cơ quan", "The agency's work"), "/van-phong/viec/?o=agency", here,
                   work["agency"]),
        ]  # fmt: skip
    return [
        *items,
        _entry("work-done", tr("Đã xong", "Finished"), "/van-phong/viec/?o=done", here),
        {"heading": tr("Hồ sơ, danh bạ", "Files and lists")},
        _entry("files", tr("Hồ sơ công việc", "Work files"), "/van-phong/ho-so/", here),
        _entry("groups", tr("Nhóm nơi nhận", "Recipient groups"), "/van-phong/nhom/", here),
    ]


def _entry(key: str, text: Bilingual, href: str, here: str, count: int | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"text": text, "href": href, "active": key == here}
    if count:
        entry["count"] = count
    return entry
