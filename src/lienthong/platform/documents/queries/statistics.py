"""Ask for figures of documents: from the sums of days, never from the documents."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final, Literal, cast

from django.db import connection
from django.db.models import Count, Max

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.documents import statistics_sql as sql
from lienthong.platform.documents.models import CountMark, DaySum
from lienthong.platform.documents.statistics_types import (
    COUNTS,
    CountBy,
    CountFreshness,
    DocumentCounts,
    FlowRow,
    Savings,
    Scope,
    Span,
)

SEES_OWN: Final = ("clerk", "leader")
"""Duties that see the figures of their own agency; operators see those of every agency that this node counts."""
SEES_ALL: Final = ("operator",)

PAPER_COST: Final = 2_000
POSTAGE: Final = 10_000

_KEYS: Final[dict[CountBy, str]] = {
    "agency": "agency_code",
    "level": "array_length(string_to_array(agency_code, '.'), 1)::text",
    "type": "type_code",
    "day": "day::text",
    "week": "date_trunc('week', day)::date::text",
    "month": "date_trunc('month', day)::date::text",
    "all": "''",
}


def scope_of(actor: Actor, agency_code: str = "", *, level: int = 0, type_code: str = "") -> Scope:
    """What the actor may ask about: operators any agency with what lies below it, others their own alone.

    Raises NotAllowed `documents.not-your-figures`.
    """
    if actor.kind == "system" or (actor.kind == "officer" and actor.has(*SEES_ALL)):
        return Scope(agency_code, below=True, level=level, type_code=type_code)
    own = actor.agency_code
    if actor.kind == "officer" and own and actor.has(*SEES_OWN) and agency_code in ("", own):
        return Scope(own, type_code=type_code)
    raise NotAllowed(
        "documents.not-your-figures",
        tr("Bạn chỉ xem được số liệu của cơ quan mình.", "You see the figures of your own agency alone."),
    )


def list_flows(scope: Scope, span: Span, by: CountBy) -> list[FlowRow]:
    """What was sent and what arrived in a period by one key, sorted by it; keys without documents are left out."""
    found: dict[str, dict[str, DocumentCounts]] = {}
    for row in _ask(scope, span, by):
        key, direction = row.pop("key"), row.pop("direction")
        counts = DocumentCounts(**{name: int(number or 0) for name, number in row.items()})
        if counts != DocumentCounts():
            found.setdefault(key, {})[direction] = counts
    none = DocumentCounts()
    return [FlowRow(key, two.get("out", none), two.get("in", none)) for key, two in sorted(found.items())]


def get_flows(scope: Scope, span: Span) -> FlowRow:
    """All of it as one row; zeros where nothing was."""
    rows = list_flows(scope, span, "all")
    return rows[0] if rows else FlowRow("")


def list_time(scope: Scope, span: Span) -> tuple[Literal["day", "week", "month"], list[FlowRow]]:
    """The period in pieces that fit on a picture: days, weeks or months, none left out."""
    unit: Literal["day", "week", "month"] = "day" if span.days <= 31 else "week" if span.days <= 100 else "month"
    known = {row.key: row for row in list_flows(scope, span, unit)}
    keys, one = [], _begin(span.first, unit)
    while one <= span.last:
        keys.append(one.isoformat())
        one = _next(one, unit)
    return unit, [known.get(key, FlowRow(key)) for key in keys]


def _begin(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _next(day: date, unit: str) -> date:
    if unit == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if unit == "week" else 1)


def _ask(scope: Scope, span: Span, by: CountBy) -> list[dict[str, Any]]:
    places: dict[str, Any] = {
        "first": span.first,
        "last": span.last,
        "agency": scope.agency_code,
        "level": scope.level,
        "type": scope.type_code,
    }
    statement = sql.SUM.replace("{key}", _KEYS[by]).replace("{where}", _narrowed(scope))
    with connection.cursor() as cursor:
        cursor.execute(statement, places)
        return [dict(zip(("key", "direction", *COUNTS), row, strict=True)) for row in cursor.fetchall()]


def _narrowed(scope: Scope) -> str:
    of_agency = sql.OF_AGENCY_AND_BELOW if scope.below else sql.OF_AGENCY
    wanted = ((scope.agency_code, of_agency), (scope.level, sql.OF_LEVEL), (scope.type_code, sql.OF_TYPE))
    return "".join(words for value, words in wanted if value)


def get_count_freshness() -> CountFreshness:
    """How fresh the sums are, here and from other nodes."""
    mark = CountMark.objects.filter(pk=1).first()
    others = (
        DaySum.objects.exclude(reporter=node().agency_code)
        .filter(day__gte=clock.today() - timedelta(days=31))
        .aggregate(reporters=Count("reporter", distinct=True), newest=Max("as_of"))
    )
    return CountFreshness(mark.counted_at if mark else None, int(others["reporters"]), others["newest"])


def get_savings(row: FlowRow) -> Savings:
    """What the copies that needed no paper would have cost, by the node's profile (`[parameters.documents]`)."""
    return Savings(row.sent.copies_saved, _parameter("paper_cost", PAPER_COST), _parameter("postage", POSTAGE))


def _parameter(name: str, otherwise: int) -> int:
    table = node().parameters.get("documents", {})
    value = table.get(name, otherwise) if isinstance(table, dict) else otherwise
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return cast("int", value) if good else otherwise


def list_counted_types(scope: Scope, span: Span) -> list[str]:
    """Codes of the types that occur in the period."""
    wide = Scope(scope.agency_code, scope.below, scope.level)
    return [row.key for row in list_flows(wide, span, "type")]
