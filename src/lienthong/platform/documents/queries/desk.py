"""Ask for the clerk's lists (bàn văn thư): what came, by tab and key; what left; figures of the desk.

Lists go by key, never by offset, and counts stop at a limit: an agency with a million documents opens its inbox as
fast as one with ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from lienthong.kernel import clock
from lienthong.kernel.access import Actor
from lienthong.platform.documents import rights
from lienthong.platform.documents.models import Arrival, Message, Register, RegisterEntry
from lienthong.platform.documents.queries.arrivals import arrival_ref
from lienthong.platform.documents.queries.documents import sent_rows
from lienthong.platform.documents.types import ArrivalRef, SentRow

PAGE: Final = 50
MOST_COUNTED: Final = 999
WAITING: Final = ("", "01")
REGISTERED: Final = ("03", "04", "05", "06")

Tab = Literal["waiting", "registered", "overdue", "recalled", "refused", "all"]
TABS: Final[tuple[Tab, ...]] = ("waiting", "registered", "overdue", "recalled", "refused", "all")


@dataclass(frozen=True, slots=True)
class InboxFilters:
    """Which arrivals: sender's code, days of arrival, urgent ones only, those that want paper."""

    sender_code: str = ""
    since: date | None = None
    until: date | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Arrivals of a page and the key of the next, "" on the last."""

    arrivals: tuple[ArrivalRef, ...]
    following: str


@dataclass(frozen=True, slots=True)
class SentPage:
    """Sent documents of a page and the key of the next, "" on the last."""

    rows: tuple[SentRow, ...]
    following: str


def list_inbox(agency_code: str, tab: Tab, filters: InboxFilters, actor: Actor, after: str = "") -> InboxPage:
    """A page of what arrived at the agency. Raises NotAllowed.

    What waits: the most urgent first, then the newest; what is overdue: the oldest term first; else the newest first.
    """
    rights.require_reader(actor, agency_code)
    rows = _narrowed(_of_tab(agency_code, tab), filters)
    order = _ORDERS.get(tab, _NEWEST)
    rows = rows.order_by(*order.columns)
    if condition := order.behind(after):
        rows = rows.filter(condition)
    rows = rows.select_related("document", "message", "entry").defer("message__envelope", "document__content")
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return InboxPage(tuple(arrival_ref(row) for row in shown), order.key(shown[-1]) if len(found) > PAGE else "")


def count_tabs(agency_code: str, actor: Actor) -> Mapping[Tab, int]:
    """How many of each tab that means work, counted to `MOST_COUNTED + 1`. Raises NotAllowed."""
    rights.require_reader(actor, agency_code)
    tabs: tuple[Tab, ...] = ("waiting", "overdue")
    return {tab: _of_tab(agency_code, tab).values("pk")[: MOST_COUNTED + 1].count() for tab in tabs}


def list_outbox(agency_code: str, actor: Actor, after: str = "", since: date | None = None) -> SentPage:
    """A page of what the agency sent, the newest first. Raises NotAllowed."""
    rights.require_reader(actor, agency_code)
    rows = Message.objects.filter(direction="out", sender_code=agency_code)
    if since:
        rows = rows.filter(at__gte=_begin(since))
    key = _read(after, 2)
    if key and (moment := _moment(key[0])) and (one := _uuid(key[1])):
        rows = rows.filter(Q(at__lte=moment), Q(at__lt=moment) | Q(pk__lt=one))
    found = list(rows.order_by("-at", "-id").values_list("pk", "at")[: PAGE + 1])
    shown = found[:PAGE]
    following = f"{shown[-1][1].timestamp()!r}_{shown[-1][0]}" if len(found) > PAGE else ""
    return SentPage(tuple(sent_rows([pk for pk, _ in shown])), following)


def list_unsent(agency_code: str, actor: Actor, count: int = 30) -> Sequence[RegisterEntry]:
    """Numbers of this year and the last that were given but whose document has not left; for this room's pages."""
    rights.require_reader(actor, agency_code)
    rows = RegisterEntry.objects.filter(
        register__agency_code=agency_code,
        register__direction="out",
        register__year__gte=clock.today().year - 1,
        document__isnull=True,
        struck_at__isnull=True,
        origin__isnull=True,
    )
    return list(rows.select_related("register").order_by("-pk")[:count])


def last_numbers(agency_code: str, actor: Actor) -> Mapping[str, int]:
    """Numbers given this year: `in` and `out`. Raises NotAllowed."""
    rights.require_reader(actor, agency_code)
    rows = Register.objects.filter(agency_code=agency_code, year=clock.today().year).values_list(
        "direction", "last_number"
    )
    sums = {"in": 0, "out": 0}
    for direction, last in rows:
        sums[direction] += last
    return sums


# --- keys ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Order:
    """An order of arrivals that an index has, and how a page's key is written in it."""

    fields: tuple[str, ...]
    falling: bool

    @property
    def columns(self) -> list[str]:
        sign = "-" if self.falling else ""
        return [f"{sign}{name}" for name in (*self.fields, "id")]

    def key(self, row: Arrival) -> str:
        told = [getattr(row, name) for name in self.fields]
        return "_".join(
            [*(f"{one.timestamp()!r}" if isinstance(one, datetime) else str(one) for one in told), str(row.pk)]
        )

    def behind(self, after: str) -> Q | None:
        """What comes after the key in this order; None for no key, or one that makes no sense."""
        parts = _read(after, len(self.fields) + 1)
        one = _uuid(parts[-1]) if parts else None
        if one is None:
            return None
        values: list[Any] = []
        for name, text in zip(self.fields, parts, strict=False):
            value = _moment(text) if name.endswith("_at") else (int(text) if text in ("0", "1", "2", "3") else None)
            if value is None:
                return None
            values.append(value)
        beyond = "lt" if self.falling else "gt"
        names = (*self.fields, "id")
        given = (*values, one)
        condition = Q()
        for depth, name in enumerate(names):
            same = Q(**dict(zip(names[:depth], given[:depth], strict=True)))
            condition |= same & Q(**{f"{name}__{beyond}": given[depth]})
        return Q(**{f"{names[0]}__{beyond}e": given[0]}) & condition


_NEWEST: Final = _Order(("arrived_at",), falling=True)
_ORDERS: Final[Mapping[str, _Order]] = {
    "waiting": _Order(("urgency", "arrived_at"), falling=True),
    "overdue": _Order(("due_at",), falling=False),
}


def _of_tab(agency_code: str, tab: Tab) -> QuerySet[Arrival]:
    rows = Arrival.objects.filter(agency_code=agency_code)
    if tab in ("waiting", "overdue"):
        rows = rows.filter(status__in=WAITING, standing="in-force")
    if tab == "overdue":
        return rows.filter(due_at__lt=clock.now())
    if tab == "registered":
        return rows.filter(status__in=REGISTERED)
    if tab == "recalled":
        return rows.filter(standing__in=("recalled", "replaced"))
    return rows.filter(status="02") if tab == "refused" else rows


def _narrowed(rows: QuerySet[Arrival], filters: InboxFilters) -> QuerySet[Arrival]:
    if filters.sender_code:
        rows = rows.filter(sender_code=filters.sender_code)
    if filters.since:
        rows = rows.filter(arrived_at__gte=_begin(filters.since))
    if filters.until:
        rows = rows.filter(arrived_at__lt=_begin(filters.until + timedelta(days=1)))
    return rows.filter(urgency__gte=1) if filters.urgent else rows


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), clock.ZONE)


def _read(key: str, parts: int) -> list[str]:
    found = key.split("_")
    return found if len(found) == parts else []


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), clock.ZONE)
    except (ValueError, OverflowError, OSError):
        return None
