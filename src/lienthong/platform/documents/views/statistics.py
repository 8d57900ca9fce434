"""Statistics of documents (thống kê văn bản điện tử): for an agency's clerks and leaders, and for operators."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access, audit, clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import FieldError, NotFound
from lienthong.kernel.text import show_dong, show_number, tr
from lienthong.kernel.web.sheets import sheet
from lienthong.platform.documents import spreadsheets, statistics_board
from lienthong.platform.documents.queries import statistics
from lienthong.platform.documents.queries.statistics import SEES_ALL, SEES_OWN
from lienthong.platform.documents.statistics_periods import PERIODS, Period, read_period
from lienthong.platform.documents.statistics_types import CountBy, Savings, Scope
from lienthong.platform.documents.views import parts


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for."""

    scope: Scope
    period: Period
    by: CountBy
    sees_all: bool
    errors: list[FieldError]


@access.duty(*SEES_OWN, *SEES_ALL)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Figures of a period beside those of the period before; what is chosen stays in the address."""
    actor = access.acting(request)
    wish = _read(request, actor)
    span, before = wish.period.span, wish.period.before
    now, was = statistics.get_flows(wish.scope, span), statistics.get_flows(wish.scope, before)
    rows = statistics.list_flows(wish.scope, span, wish.by)
    unit, pieces = statistics.list_time(wish.scope, span)
    context = _frame(request, actor, wish) | {
        "wish": wish,
        "agency_name": parts.name_of(wish.scope.agency_code) if wish.scope.agency_code else "",
        "words": wish.period.words,
        "before_first": before.first,
        "before_last": before.last,
        "figures": statistics_board.cards(now, was),
        "is_empty": not rows,
        "unit": unit,
        "columns": statistics_board.columns(unit, pieces),
        "by_name": statistics_board.BY[wish.by],
        "sent_head": statistics_board.SENT_HEAD,
        "received_head": statistics_board.RECEIVED_HEAD,
        "lines": statistics_board.lines(rows, wish.by),
        "hidden_rows": max(0, len(rows) - statistics_board.MOST_ROWS),
        "savings": _savings(statistics.get_savings(now)),
        "unseen": now.sent.documents - now.sent.examined,
        "freshness": statistics.get_count_freshness(),
    }
    return render(request, "documents/statistics.html", context)


@access.duty(*SEES_OWN, *SEES_ALL)
@require_safe
def save(request: HttpRequest, form: str) -> StreamingHttpResponse | FileResponse:
    """The table of the page with all rows and counts, as CSV or XLSX."""
    actor = access.acting(request)
    wish = _read(request, actor)
    if form not in ("csv", "xlsx"):
        raise NotFound("documents.no-such-form", tr("Không có dạng tệp này.", "There is no such form."))
    span = wish.period.span
    rows = statistics.list_flows(wish.scope, span, wish.by)
    head, body = statistics_board.file_head(wish.by), statistics_board.file_rows(rows, wish.by)
    name = f"thong-ke-van-ban-{span.first:%Y%m%d}-{span.last:%Y%m%d}.{form}"
    about = f"agency:{wish.scope.agency_code or 'all'}"
    audit.record(actor, "documents.save-statistics", about, first=str(span.first), last=str(span.last), form=form)
    if form == "csv":
        return sheet(name, head, body)
    kept = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 (the answer closes it)
    target = cast("Any", kept)
    spreadsheets.write_xlsx(target, str(tr("Thống kê văn bản", "Statistics")), head, body)
    kept.seek(0)
    return FileResponse(target, as_attachment=True, filename=name, content_type=spreadsheets.XLSX)


def _read(request: HttpRequest, actor: Actor) -> Wish:
    sees_all = actor.has(*SEES_ALL)
    query = request.GET
    level = query.get("cap", "")
    scope = statistics.scope_of(
        actor,
        parts.word(query, "co_quan", 64),
        level=int(level) if sees_all and level in ("1", "2", "3", "4") else 0,
        type_code=parts.word(query, "loai", 16),
    )
    offered = [by for by in statistics_board.BY if sees_all or by not in ("agency", "level")]
    typed = query.get("theo", "")
    by = next((one for one in offered if one == typed), "agency" if sees_all else "type")
    period, errors = read_period({name: query.get(name, "") for name in ("ky", "ngay", "tu", "den") if name in query},
                                 clock.today())  # fmt: skip
    return Wish(scope, period, by, sees_all, errors)


def _frame(request: HttpRequest, actor: Actor, wish: Wish) -> dict[str, Any]:
    """Whose page it is, and its form."""
    query, period = request.GET, wish.period
    # Who is only an operator finds it among the operator's pages.
    is_desk = actor.has(*SEES_OWN)
    page = parts.desk(request, "statistics")[1] if is_desk else {}
    types = statistics.list_counted_types(wish.scope, period.span)
    chosen = wish.scope.type_code
    return page | {
        "layout": "documents/_desk.html" if is_desk else "documents/_operator.html",
        "errors": wish.errors,
        "periods": list(PERIODS.items()),
        "kind": query.get("ky") if wish.errors else period.kind,
        "day": period.span.last.isoformat(),
        "first": query.get("tu") if wish.errors else period.span.first.isoformat(),
        "last": query.get("den") if wish.errors else period.span.last.isoformat(),
        "today": clock.today().isoformat(),
        "levels": [("", tr("Mọi cấp", "All levels")), *((str(key), name) for key, name in _levels())],
        "types": [
            ("", tr("Mọi loại", "All types")),
            *((code, statistics_board.type_name(code)) for code in sorted({*types, chosen} - {""})),
        ],
        "ways": [(by, name) for by, name in statistics_board.BY.items() if wish.sees_all or by in ("type", "day")],
        "earlier": parts.query(request, ngay=period.earlier.isoformat()) if period.earlier else "",
        "later": parts.query(request, ngay=period.later.isoformat()) if period.later else "",
        "address": parts.query(request),
    }


def _levels() -> list[tuple[int, object]]:
    return list(statistics_board.LEVELS.items())


def _savings(saved: Savings) -> dict[str, Any]:
    return {
        "copies": show_number(saved.copies),
        "paper_cost": show_dong(saved.paper_cost),
        "postage": show_dong(saved.postage),
        "amount": show_dong(saved.amount),
        "is_any": saved.amount > 0,
    }
