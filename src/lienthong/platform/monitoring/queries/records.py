"""Records: a look at single operations, and their export in X-Road's shape."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from lienthong import __version__
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.monitoring.models import Operation
from lienthong.platform.monitoring.types import Choice, OperationRecord, OperationRow

_FIELDS = OperationRecord._fields
_OURS = ("kind", "purpose", "trace")
"""Fields that X-Road does not have; they stay out of the export that its collectors read."""
_NAMES = {
    "side": "securityServerType",
    "rest_method": "restMethod",
    "client_xroad_instance": "clientXRoadInstance",
    "service_xroad_instance": "serviceXRoadInstance",
}


def list_operations(
    choice: Choice, *, outcome: str = "", message_id: str = "", before: int | None = None, limit: int = 50
) -> list[OperationRow]:
    """Records of a period, newest first. `outcome`: "good", "failed" or a fault code; `before`: an id, for paging."""
    found = _chosen(choice, outcome=outcome, message_id=message_id)
    if before is not None:
        found = found.filter(id__lt=before)
    return [_row(*values) for values in found.order_by("-id").values_list("id", "monitoring_data_ts", *_FIELDS)[:limit]]


def iterate_operations(
    choice: Choice, *, outcome: str = "", message_id: str = "", limit: int
) -> Iterator[OperationRow]:
    """The same without pages, for files; constant memory."""
    found = _chosen(choice, outcome=outcome, message_id=message_id)
    rows = found.order_by("-id").values_list("id", "monitoring_data_ts", *_FIELDS)[:limit]
    return (_row(*values) for values in rows.iterator(chunk_size=1000))


def get_operation(number: int) -> OperationRow:
    """One record. Raises NotFound `monitoring.no-such-record`."""
    values = Operation.objects.filter(id=number).values_list("id", "monitoring_data_ts", *_FIELDS).first()
    if values is None:
        raise NotFound(
            "monitoring.no-such-record",
            tr("Không có bản ghi này, hoặc đã hết thời gian lưu.", "There is no such record, or its time is over."),
        )
    return _row(*values)


def iterate_operational_records(
    since: datetime, until: datetime, *, client: str = "", limit: int | None
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Records in X-Road's names and shape, oldest first, with the moment each was written."""
    found = Operation.objects.filter(monitoring_data_ts__gte=since, monitoring_data_ts__lt=until)
    if client:
        found = found.filter(Q(client_member_code=client) | Q(service_member_code=client))
    rows = found.order_by("monitoring_data_ts", "id").values_list("id", "monitoring_data_ts", *_FIELDS)[:limit]
    return ((row.at, as_xroad(row)) for row in (_row(*values) for values in rows.iterator(chunk_size=1000)))


def as_xroad(row: OperationRow) -> dict[str, Any]:
    """A record as X-Road's operational monitoring writes it; what is empty is left out."""
    told: dict[str, Any] = {
        "monitoringDataTs": int(row.at.timestamp()),
        "securityServerInternalIp": "127.0.0.1",
        "xRoadVersion": f"lienthong {__version__}",
    }
    for name, value in zip(_FIELDS, row.record, strict=True):
        if name not in _OURS and value is not None and value != "":
            told[xroad_name(name)] = value
    told["securityServerType"] = "Client" if row.record.side == "client" else "Producer"
    return told


def xroad_name(field: str) -> str:
    """`request_in_ts` → `requestInTs`."""
    first, *others = field.split("_")
    return _NAMES.get(field) or first + "".join(part.capitalize() for part in others)


def _chosen(choice: Choice, *, outcome: str, message_id: str) -> "QuerySet[Operation]":
    found = Operation.objects.filter(monitoring_data_ts__gte=choice.since, monitoring_data_ts__lt=choice.until)
    if choice.peer:
        found = found.filter(Q(client_member_code=choice.peer) | Q(service_member_code=choice.peer))
    if choice.kind:
        found = found.filter(kind=choice.kind)
    if choice.service:
        code, _, version = choice.service.rpartition(".")
        found = found.filter(Q(service_code=choice.service) | Q(service_code=code, service_version=version))
    if outcome == "good":
        found = found.filter(succeeded=True)
    elif outcome == "failed":
        found = found.filter(succeeded=False)
    elif outcome:
        found = found.filter(succeeded=False, fault_code="" if outcome == "unknown" else outcome)
    return found.filter(message_id=message_id) if message_id else found


def _row(number: int, at: datetime, *values: Any) -> OperationRow:
    return OperationRow(number, at, OperationRecord(*values))
