"""Pages of the command centre: the board, its live part, and the same numbers as a file."""

import csv
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lienthong.kernel import access, clock
from lienthong.kernel.errors import FieldError
from lienthong.kernel.text import tr
from lienthong.oversight.command import board, country_map
from lienthong.oversight.command.periods import NAMES, in_words, read_span
from lienthong.oversight.reporting import queries as reporting_queries
from lienthong.oversight.reporting.types import Span

COLUMNS = (
    ("received", tr("Tiếp nhận", "Received")),
    ("received_online", tr("Trong đó trực tuyến", "Of which online")),
    ("waiting", tr("Chờ tiếp nhận", "Awaiting reception")),
    ("in_progress", tr("Đang xử lý", "In progress")),
    ("paused", tr("Tạm dừng", "Paused")),
    ("overdue", tr("Quá hạn", "Overdue")),
    ("finished_on_time", tr("Xong đúng hạn", "Finished on time")),
    ("finished_late", tr("Xong quá hạn", "Finished late")),
    ("refused", tr("Từ chối", "Refused")),
    ("withdrawn", tr("Rút, dừng", "Withdrawn or stopped")),
)


@access.duty("command")
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """The board. With `HX-Request` only its live part, which the page asks for every few seconds."""
    live = "HX-Request" in request.headers
    return render(request, "command/live.html" if live else "command/dashboard.html", _context(request))


@access.duty("command")
@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The table as CSV (UTF-8 with a mark, so that spreadsheets read the letters)."""
    _, span, _errors, under = _read(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="so-lieu-{span.first}-{span.last}.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    rates = (tr("Tỷ lệ đúng hạn", "On-time rate"), tr("Tỷ lệ trực tuyến", "Online share"))
    writer.writerow([tr("Mã", "Code"), tr("Cơ quan", "Agency"), *(label for _, label in COLUMNS), *rates])
    for row in board.agency_rows(span, under, ""):
        counts = [getattr(row.figures, name) for name, _ in COLUMNS]
        shares = [row.figures.on_time_rate, row.figures.online_share]
        writer.writerow([row.key, row.name, *counts, *("" if s is None else f"{s:.4f}" for s in shares)])
    return answer


def _read(request: HttpRequest) -> tuple[str, Span, list[FieldError], str]:
    name, span, errors = read_span({key: str(value) for key, value in request.GET.items()}, clock.today())
    under = request.GET.get("co-quan", "")[:64]
    return name, span, errors, under


def _context(request: HttpRequest) -> dict[str, Any]:
    name, span, errors, under = _read(request)
    query = f"ky={name}" if name else f"tu={span.first}&den={span.last}"
    totals = reporting_queries.get_totals(span=span, under=under)
    rows = board.agency_rows(span, under, query)
    columns = board.day_columns(span, under)
    return {
        "errors": errors,
        "periods": [{"key": key, "label": label, "chosen": key == name} for key, label in NAMES.items()],
        "span": span,
        "span_words": in_words(span),
        "under": under,
        "under_name": board.agency_name(under) if under else "",
        "query": query,
        "cards": board.cards(totals, span),
        "document_cards": board.document_cards(span, under),
        "totals": totals,
        "rows": rows,
        "rows_with_rates": [
            (row, board.percent(row.figures.on_time_rate), board.percent(row.figures.online_share)) for row in rows
        ],
        "procedures": board.procedure_rows(span, under)[:15],
        "columns": columns,
        "column_width": round(100 / max(len(columns), 1), 3),
        "shapes": [] if under else board.map_shapes(span, query),
        "view_box": country_map.VIEW_BOX,
        "freshness": reporting_queries.get_freshness(),
        "today": _iso(clock.today()),
    }


def _iso(day: date) -> str:
    return day.isoformat()
