"""My dossiers: the list, and one dossier whole."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.casework.dossiers.types import RETURN_LABELS, Dossier, Status
from lienthong.channels.portal import places, queries
from lienthong.channels.portal.views import wording
from lienthong.channels.portal.views.catalogue import page_number
from lienthong.channels.portal.views.status import MEANINGS, timeline_items
from lienthong.kernel import access
from lienthong.kernel.access import Actor
from lienthong.kernel.clock import ZONE
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.payments import queries as payments_queries
from lienthong.sources.procedures import queries as procedures_queries
from lienthong.sources.procedures.types import Procedure

PER_PAGE = 20
OPEN = (Status.SUBMITTED, Status.RECEIVED, Status.IN_PROGRESS, Status.SUPPLEMENT_ASKED, Status.FEE_ASKED)
"""Statuses from which the citizen can still withdraw."""
_GROUPS = (
    (tr("Mới đăng ký", "Newly filed"), 1),
    (tr("Được tiếp nhận", "Received"), 2),
    (tr("Đang xử lý", "In progress"), 4),
    (tr("Yêu cầu bổ sung", "Supplement asked"), 5),
    (tr("Yêu cầu nộp phí", "Fee to be paid"), 6),
    (tr("Đã có kết quả", "Result ready"), 9),
    (tr("Đã trả kết quả", "Handed over"), 10),
    (tr("Không được tiếp nhận", "Not accepted"), 3),
    (tr("Đã rút", "Withdrawn"), 7),
    (tr("Dừng xử lý", "Stopped"), 8),
)


@access.signed_in()
@never_cache
@require_safe
def my_dossiers(request: HttpRequest) -> HttpResponse:
    """Drafts on top, then what was filed, newest first, with a filter by status."""
    actor = access.acting(request)
    counts = dossiers_queries.count_my_dossiers(actor)
    status = _status(request.GET.get("tinh-trang", ""))
    page = dossiers_queries.list_my_dossiers(actor, status=status, page=page_number(request.GET), per_page=PER_PAGE)
    return render(
        request,
        "portal/my_dossiers.html",
        {
            "is_person": actor.kind == "person",
            "drafts": queries.list_drafts(actor) if status is None and page.number == 1 else [],
            "page": page,
            "rows": list(page.object_list),
            "total": sum(counts.values()),
            "filters": [
                {"text": label, "value": number, "count": counts[number], "active": number == status}
                for label, number in _GROUPS
                if counts.get(number)
            ],
            "status": status,
            "discarded": "da-xoa" in request.GET,
        },
    )


def _status(written: str) -> int | None:
    return (
        int(written)
        if written.isascii() and written.isdigit() and len(written) < 3 and 1 <= int(written) <= 10
        else None
    )


@access.signed_in()
@never_cache
@require_safe
def my_dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """One dossier: where it stands, the one thing to do next, everything that is in it."""
    return render(
        request, "portal/my_dossier.html", dossier_context(dossier_id, access.acting(request), request.GET.get("bao"))
    )


def dossier_context(dossier_id: UUID, actor: Actor, told: str | None = None) -> dict[str, Any]:
    """Everything the dossier page shows. Raises NotFound for somebody else's."""
    dossier = dossiers_queries.get_my_dossier(dossier_id, actor)
    procedure = procedures_queries.find_procedure(dossier.procedure_code, version=dossier.procedure_version)
    return {
        "dossier": dossier,
        "status": int(dossier.status),
        "agency": agencies_queries.name_of_agency(dossier.agency_code),
        "meaning": MEANINGS[dossier.status],
        "is_paused": dossier.status in (Status.SUPPLEMENT_ASKED, Status.FEE_ASKED),
        "next": next_thing(dossier),
        "fee": next((one for one in dossier.fees if one.paid_at is None), None),
        "fee_settled": _is_settled(dossier),
        "supplement": next((one for one in reversed(dossier.supplements) if one.answered_at is None), None),
        "may_withdraw": dossier.status in OPEN and dossier.awaiting != "withdrawal",
        "answer_groups": _answer_groups(dossier, procedure),
        "return_way": RETURN_LABELS.get(dossier.return_way),
        "fee_words": wording.due_words(dossier.fee_amount) if dossier.fee_amount else None,
        "timeline": timeline_items(dossier.timeline),
        "told": told,
    }


def next_thing(dossier: Dossier) -> str:
    """The one clear thing: pay, supplement, result, refused, ended, or wait."""
    if dossier.awaiting:
        return "confirming"
    if dossier.result is not None:
        return "result"
    return {
        Status.SUPPLEMENT_ASKED: "supplement",
        Status.FEE_ASKED: "pay",
        Status.REFUSED: "refused",
        Status.WITHDRAWN: "ended",
        Status.STOPPED: "ended",
    }.get(dossier.status, "wait")


def _is_settled(dossier: Dossier) -> bool:
    """Has the money come, though the agency has not yet said so?"""
    if dossier.status != Status.FEE_ASKED:
        return False
    orders = [payments_queries.find_order(one.reference) for one in dossier.fees if one.paid_at is None]
    return bool(orders) and all(order is not None and order.is_settled for order in orders)


def _answer_groups(dossier: Dossier, procedure: Procedure | None) -> list[dict[str, Any]]:
    """What was declared, by the pages of the form; files stand with the papers."""
    if procedure is None or procedure.form is None:
        return []
    rows = [row for row in procedures_queries.review(procedure.form, dossier.answers) if row.widget != "file"]
    filed = dossier.submitted_at.astimezone(ZONE).date()
    named = places.place_names({row.path: str(row.raw) for row in rows if row.widget in ("commune", "province")}, filed)
    groups = []
    for page in procedure.form.pages:
        mine = [{"key": row.title, "value": named.get(row.path, row.value)} for row in rows if row.page_key == page.key]
        if mine:
            alone = len(mine) == 1 and mine[0]["key"] == page.title
            groups.append({"title": None if alone else page.title, "rows": mine})
    return groups
