"""Ask reporting: figures by agency, procedure or day; from folded days, never from dossiers."""

from typing import Any, Final, Literal

from django.db import connection
from django.db.models import Count, Max, Min

from lienthong.oversight.reporting import sql
from lienthong.oversight.reporting.models import Report
from lienthong.oversight.reporting.types import (
    DocumentFigureRow,
    DocumentFigures,
    FigureRow,
    Figures,
    Freshness,
    Span,
)

By = Literal["agency", "root", "procedure", "day", "all"]

_KEYS: Final[dict[str, str]] = {
    "agency": "agency_code",
    "root": "split_part(agency_code, '.', 1)",
    "procedure": "procedure_code",
    "all": "''",
}


def list_figures(*, span: Span, by: By, under: str = "") -> list[FigureRow]:
    """Figures of the period by `agency`, by level-1 agency (`root`) or by `procedure`, sorted by key.

    `under` keeps to one agency and what lies below it (H36 contains H36.101).
    """
    rows: dict[str, dict[str, Any]] = {}
    for statement in (sql.FLOWS, sql.STOCKS):
        for row in _ask(statement.format(key=_KEYS[by]), span, under):
            rows.setdefault(row.pop("key"), {}).update({name: int(count or 0) for name, count in row.items()})
    return [FigureRow(key, Figures(**counts)) for key, counts in sorted(rows.items())]


def get_totals(*, span: Span, under: str = "") -> Figures:
    """All of it as one row; zeros where nothing was reported."""
    rows = list_figures(span=span, by="all", under=under)
    return rows[0].figures if rows else Figures()


def list_days(*, span: Span, under: str = "") -> list[FigureRow]:
    """Flows day by day, for a line on a chart; days without any are left out."""
    found = _ask(sql.FLOWS.format(key="day::text"), span, under)
    return sorted(
        (FigureRow(row.pop("key"), Figures(**{name: int(count or 0) for name, count in row.items()})) for row in found),
        key=lambda row: row.key,
    )


def get_freshness() -> Freshness:
    """How old the newest word of each reporting node is."""
    told = Report.objects.aggregate(oldest=Min("as_of"), newest=Max("as_of"), reporters=Count("reporter"))
    return Freshness(told["oldest"], told["newest"], told["reporters"])


def list_document_figures(
    *, span: Span, by: Literal["agency", "root", "day", "all"], under: str = ""
) -> list[DocumentFigureRow]:
    """Figures of documents on the axis by `agency`, level-1 agency (`root`) or `day`, sorted by key."""
    key = "day::text" if by == "day" else _KEYS[by]
    found = _ask(sql.DOCUMENT_FLOWS.format(key=key), span, under)
    rows = [
        DocumentFigureRow(row.pop("key"), DocumentFigures(**{name: int(count or 0) for name, count in row.items()}))
        for row in found
    ]
    return sorted(rows, key=lambda row: row.key)


def get_document_totals(*, span: Span, under: str = "") -> DocumentFigures:
    """All documents of the period as one row; zeros where nothing was told."""
    rows = list_document_figures(span=span, by="all", under=under)
    return rows[0].figures if rows else DocumentFigures()


def _ask(statement: str, span: Span, under: str) -> list[dict[str, Any]]:
    below = under.replace("\\", "").replace("%", "").replace("_", "") + ".%"
    with connection.cursor() as cursor:
        cursor.execute(statement, {"first": span.first, "last": span.last, "under": under, "below": below})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
