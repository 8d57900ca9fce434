"""Asking about calls of data services (lượt gọi dịch vụ dữ liệu): lists for operators, and which call has which id."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.exchange.models import CallRecord
from lienthong.platform.exchange.types import CallLine

_COLUMNS = (
    *("message_id", "query_id", "direction", "peer", "client", "service", "method", "path", "purpose", "legal_ground"),
    *("user_id", "issue", "at", "outcome", "status"),
)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls by what they have in common; "" leaves a side open. `ended`: `answered` or `failed`."""

    direction: str = ""
    peer: str = ""
    client: str = ""
    service: str = ""
    ended: str = ""
    query_id: str = ""
    since: date | None = None
    until: date | None = None

    def count(self) -> int:
        return self._found().count()

    def rows(self, *, limit: int, offset: int = 0) -> list[CallLine]:
        """The latest first."""
        found = self._found().order_by("-at", "-id").values_list(*_COLUMNS)[offset : offset + limit]
        return [CallLine(*row) for row in found]

    def every(self) -> Iterator[CallLine]:
        """All of them, the latest first, for files."""
        for row in self._found().order_by("-at", "-id").values_list(*_COLUMNS).iterator(2000):
            yield CallLine(*row)

    def _found(self) -> "QuerySet[CallRecord]":
        found = CallRecord.objects.all()
        for field in ("direction", "peer", "client", "service", "query_id"):
            if value := getattr(self, field):
                found = found.filter(**{field: value})
        if self.ended == "answered":
            found = found.filter(outcome="answered")
        elif self.ended == "failed":
            found = found.exclude(outcome="answered")
        if self.since:
            found = found.filter(at__gte=_begin(self.since))
        if self.until:
            found = found.filter(at__lt=_begin(self.until + timedelta(days=1)))
        return found


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZONE)


def list_call_choices() -> dict[str, list[str]]:
    """Peers, clients and services that calls were about, for filters."""
    fields = ("peer", "client", "service")
    return {
        field: list(CallRecord.objects.order_by(field).values_list(field, flat=True).distinct()[:500])
        for field in fields
    }


def get_call(message_id: UUID, direction: str) -> CallLine:
    """Raises NotFound `exchange.unknown-call`."""
    row = CallRecord.objects.filter(message_id=message_id, direction=direction).values_list(*_COLUMNS).first()
    if row is None:
        raise NotFound("exchange.unknown-call", tr("Không có lượt gọi này.", "There is no such call."))
    return CallLine(*row)
