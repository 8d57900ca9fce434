"""Monitoring for programs: Prometheus metrics, and operational data in X-Road's shape."""

import gzip
from datetime import datetime, timedelta
from typing import Any, ParamSpec

import orjson
import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from lienthong.kernel import access, clock
from lienthong.kernel.access import View, guarded
from lienthong.kernel.errors import NotAllowed, Refused
from lienthong.kernel.text import tr
from lienthong.platform.monitoring import exposition, queries, services
from lienthong.platform.monitoring.types import TotalRow

log = structlog.get_logger()
P = ParamSpec("P")

_MOST = 10_000
"""Records of one answer, as X-Road's `max-records-in-payload`; what follows is asked from `nextRecordsFrom` on."""
_SETTLED = timedelta(seconds=10)
"""Records become visible when their transaction commits; the last seconds are left for the next time."""


def watcher(view: View[P]) -> View[P]:
    """Programs and people who may watch this node."""

    def allows(request: HttpRequest) -> HttpResponse | None:
        if queries.may_watch(access.actor_of(request), request.META.get("REMOTE_ADDR", ""), request.headers):
            return None
        raise NotAllowed(
            "monitoring.not-a-watcher",
            tr(
                "Chỉ mạng nội bộ đã khai báo, mã truy cập giám sát hoặc cán bộ vận hành được xem số liệu này.",
                "Only the networks named in the profile, the monitoring token or an operator may read this.",
            ),
        )

    return guarded(view, "watcher", allows)


@watcher
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers of this node for Prometheus; without its database what the process and the checks tell."""
    totals: list[TotalRow] = []
    try:
        services.sum_operations()
        totals = queries.list_totals()
    except DatabaseError as error:
        log.warning("metrics without the database", error=type(error).__name__)
    checks = queries.run_checks()
    failing = any(check.name == "database" and check.level == "failing" for check in checks)
    body = exposition.expose(totals, () if failing else queries.take_measures(), checks)
    return _compressed(request, body, exposition.CONTENT_TYPE)


@watcher
@require_safe
def operational_data(request: HttpRequest) -> HttpResponseBase:
    """Operational records as X-Road's getSecurityServerOperationalData gives them.

    `recordsFrom`, `recordsTo`: seconds since 1970, both included; `client`: an agency code. `nextRecordsFrom` stands
    in the answer when there is more.
    """
    settled = clock.now() - _SETTLED
    since = _moment(request, "recordsFrom", default=settled - timedelta(minutes=10))
    until = min(_moment(request, "recordsTo", default=settled) + timedelta(seconds=1), settled)
    found = queries.iterate_operational_records(since, until, client=request.GET.get("client", ""), limit=_MOST + 1)
    records: list[dict[str, Any]] = []
    more: int | None = None
    for at, record in found:
        records.append(record)
        more = int(at.timestamp()) if len(records) > _MOST else None
    if more is not None:
        records, more = _whole_seconds(records, more, request.GET.get("client", ""))
    elif until == settled:
        more = int(settled.timestamp())
    body: dict[str, Any] = {"records": records, **({"nextRecordsFrom": more} if more is not None else {})}
    return _compressed(request, orjson.dumps(body), "application/json")


def _whole_seconds(records: list[dict[str, Any]], cut: int, client: str) -> tuple[list[dict[str, Any]], int]:
    """The records of whole seconds, and the second to go on from; a second that fills the answer comes whole."""
    whole = [record for record in records if record["monitoringDataTs"] < cut]
    if whole:
        return whole, cut
    start = datetime.fromtimestamp(cut, clock.ZONE)
    second = queries.iterate_operational_records(start, start + timedelta(seconds=1), client=client, limit=None)
    return [record for _, record in second], cut + 1


def _moment(request: HttpRequest, name: str, *, default: datetime) -> datetime:
    given = request.GET.get(name, "")
    if not given:
        return default
    try:
        return datetime.fromtimestamp(int(given), clock.ZONE)
    except (ValueError, OverflowError, OSError):
        raise Refused(
            "monitoring.not-a-moment",
            tr(f"{name} phải là số giây kể từ năm 1970.", f"{name} must be seconds since 1970."),
            field=name,
            status=400,
        ) from None


def _compressed(request: HttpRequest, body: bytes, content_type: str) -> HttpResponse:
    accepts = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(gzip.compress(body, 5) if accepts else body, content_type=content_type)
    if accepts:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-store"
    return response
