"""The clerk's lists (bàn văn thư): what came and is to be registered, what left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from lienthong.kernel import access, clock
from lienthong.kernel.text import show_date, show_number, tr
from lienthong.platform.documents import states
from lienthong.platform.documents.queries import desk as lists
from lienthong.platform.documents.queries.desk import InboxFilters, Tab
from lienthong.platform.documents.rights import CLERKS, READERS
from lienthong.platform.documents.services import registering
from lienthong.platform.documents.types import ArrivalRef, SentRow
from lienthong.platform.documents.views import parts

TAB_NAMES = {
    "waiting": tr("Chờ đăng ký", "To register"),
    "registered": tr("Đã đăng ký", "Registered"),
    "overdue": tr("Quá hạn", "Overdue"),
    "recalled": tr("Đã thu hồi", "Recalled"),
    "refused": tr("Đã từ chối", "Refused"),
    "all": tr("Tất cả", "All"),
}
_SHOWN_UNSENT = 5


@access.duty(*READERS)
@require_safe
def incoming(request: HttpRequest) -> HttpResponse:
    """What came to the agency, by tab; filters stay in the address."""
    actor, page = parts.desk(request, "in")
    tab = cast("Tab", request.GET.get("muc")) if request.GET.get("muc") in lists.TABS else "waiting"
    filters = _filters(request)
    found = lists.list_inbox(actor.agency_code, tab, filters, actor, request.GET.get("sau", ""))
    counts = lists.count_tabs(actor.agency_code, actor)
    page |= {
        "tab": tab,
        "tabs": [
            {
                "text": TAB_NAMES[name],
                "href": parts.query(request, muc="" if name == "waiting" else name),
                "active": name == tab,
                "count": _capped(counts[name]) if name in counts else "",
            }
            for name in lists.TABS
        ],
        "rows": _rows(found.arrivals),
        "following": parts.query(request) + f"&sau={found.following}" if found.following else "",
        "first": parts.query(request) if request.GET.get("sau") else "",
        "filters": filters,
        "selected": _selected(request, filters),
        "may_register": page["is_clerk"] and tab in ("waiting", "overdue"),
        "figures": _figures(lists.last_numbers(actor.agency_code, actor), counts),
        "results": list(messages.get_messages(request)),
    }
    return render(request, "documents/incoming.html", page)


@access.duty(*CLERKS)
@require_POST
def register_many(request: HttpRequest) -> HttpResponse:
    """Register everything that is ticked; each gets its number or says why not."""
    actor = access.acting(request)
    ticked = [one for text in request.POST.getlist("arrival") if (one := _uuid(text))]
    done = registering.register_many(ticked, actor=actor)
    numbers = [one.number.number for one in done if one.number]
    if numbers:
        parts.say(
            request,
            tr(
                f"Đã đăng ký {len(numbers)} văn bản, số đến {min(numbers)}–{max(numbers)}.",
                f"{len(numbers)} documents registered, numbers of arrival {min(numbers)}–{max(numbers)}.",
            ),
        )
    for problem in {str(one.problem): one.problem for one in done if one.problem}.values():
        parts.warn(request, problem)
    if not ticked:
        parts.warn(request, tr("Bạn chưa chọn văn bản nào.", "You have ticked no document."))
    return HttpResponseRedirect("/van-ban/")


@access.duty(*READERS)
@require_safe
def outgoing(request: HttpRequest) -> HttpResponse:
    """What the agency sent, with how far its recipients are; and the numbers whose document has not left."""
    actor, page = parts.desk(request, "out")
    found = lists.list_outbox(
        actor.agency_code, actor, request.GET.get("sau", ""), parts.day_or_none(request.GET, "tu")
    )
    unsent = lists.list_unsent(actor.agency_code, actor) if not request.GET.get("sau") else ()
    page |= {
        "rows": [_sent(one) for one in found.rows],
        "following": parts.query(request) + f"&sau={found.following}" if found.following else "",
        "first": parts.query(request) if request.GET.get("sau") else "",
        "unsent_first": unsent[:_SHOWN_UNSENT],
        "unsent_more": unsent[_SHOWN_UNSENT:],
    }
    return render(request, "documents/outgoing.html", page)


def _filters(request: HttpRequest) -> InboxFilters:
    return InboxFilters(
        sender_code=parts.word(request.GET, "tu_co_quan", 64),
        since=parts.day_or_none(request.GET, "tu"),
        until=parts.day_or_none(request.GET, "den"),
        urgent=request.GET.get("khan") == "1",
    )


def _selected(request: HttpRequest, filters: InboxFilters) -> list[dict[str, Any]]:
    chips: list[dict[str, Any]] = []
    if filters.sender_code:
        name = parts.name_of(filters.sender_code)
        chips.append({"text": name, "href": parts.without(request, "tu_co_quan")})
    for day, name, label in (
        (filters.since, "tu", tr("Từ", "From")),
        (filters.until, "den", tr("Đến", "Until")),
    ):
        if day:
            names = (name, f"{name}-day", f"{name}-month", f"{name}-year")
            chips.append({"text": f"{label} {show_date(day)}", "href": parts.without(request, *names)})
    if filters.urgent:
        chips.append({"text": tr("Chỉ văn bản khẩn", "Urgent only"), "href": parts.without(request, "khan")})
    return chips


def _rows(arrivals: Sequence[ArrivalRef]) -> list[dict[str, Any]]:
    names = parts.names_of(one.sender_code for one in arrivals)
    return [_row(one, names[one.sender_code]) for one in arrivals]


def _row(one: ArrivalRef, sender: str) -> dict[str, Any]:
    is_waiting = one.status in lists.WAITING and one.standing == "in-force"
    return {
        "arrival": one,
        "href": f"/van-ban/den/{one.id}/",
        "sender": sender,
        "urgency": parts.PRIORITIES.get(one.document.priority, parts.PRIORITIES[0]),
        "status": states.STATUSES[one.status],
        "standing": states.STANDINGS[one.standing] if one.standing != "in-force" else None,
        "is_late": is_waiting and one.due_at is not None and one.due_at < clock.now(),
        "may_tick": is_waiting and not one.asked,
        "is_doubtful": one.verdict not in ("ours", "valid"),
    }


def _sent(one: SentRow) -> dict[str, Any]:
    return {
        "sent": one,
        "href": f"/van-ban/di/{one.document.id}/",
        "kind": KINDS[one.kind],
        "standing": states.STANDINGS[one.standing] if one.standing != "in-force" else None,
    }


KINDS = {
    "new": tr("Gửi mới", "New"),
    "recall": tr("Thu hồi", "Recall"),
    "update": tr("Cập nhật", "Update"),
    "replace": tr("Thay thế", "Replacement"),
}


def _figures(numbers: Any, counts: Any) -> list[dict[str, Any]]:
    year = clock.today().year
    this_year = tr(f"Từ 01/01/{year}, theo sổ đăng ký", f"Since 1 January {year}, by the registers")
    now = tr("Lúc này, tại cơ quan bạn", "Now, at your agency")
    unit = tr("văn bản", "documents")
    return [
        {"number": _capped(counts["waiting"]), "unit": unit, "label": TAB_NAMES["waiting"], "note": now,
         "href": "/van-ban/"},
        {"number": _capped(counts["overdue"]), "unit": unit, "label": TAB_NAMES["overdue"], "note": now,
         "href": "/van-ban/?muc=overdue", "tone": "bad" if counts["overdue"] else "good"},
        {"number": show_number(numbers["in"]), "unit": unit, "label": tr("Số đến đã cấp", "Numbers of arrival"),
         "note": this_year, "href": "/van-ban/so/"},
        {"number": show_number(numbers["out"]), "unit": unit, "label": tr("Số đi đã cấp", "Numbers given"),
         "note": this_year, "href": "/van-ban/so/"},
    ]  # fmt: skip


def _capped(number: int) -> str:
    return f"{show_number(lists.MOST_COUNTED)}+" if number > lists.MOST_COUNTED else show_number(number)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
