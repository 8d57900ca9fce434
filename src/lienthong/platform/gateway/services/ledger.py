"""Writing calls down: log row, signed messages, operational record and count of a call in one shared commit."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from lienthong.kernel import db
from lienthong.platform.catalogue import services as catalogue_services
from lienthong.platform.catalogue.types import Permission
from lienthong.platform.exchange import services as exchange_services
from lienthong.platform.exchange.types import Entry
from lienthong.platform.monitoring import services as monitoring_services
from lienthong.platform.monitoring.types import OperationRecord


@dataclass(frozen=True, slots=True)
class Line:
    """What one end writes about one call. A call that was never signed has an operational record only."""

    entry: Entry | None
    operation: OperationRecord | None = None
    permission: Permission | None = None


def write(line: Line) -> None:
    """Durable when it returns. Raises IntegrityError for an id that is known, TimeoutError, OperationalError."""
    if connection.in_atomic_block:
        _write([line])
    else:
        _group.commit(line)


def _write(lines: Sequence[Line]) -> None:
    _prepare()
    with db.atomic(), connection.connection.pipeline():
        exchange_services.log_together([line.entry for line in lines if line.entry])
        monitoring_services.record([line.operation for line in lines if line.operation])
        catalogue_services.count_calls([line.permission for line in lines if line.permission])


def _prepare() -> None:
    """These statements are long and always the same: parsing them anew would cost more than running them."""
    connection.ensure_connection()
    if connection.connection.prepare_threshold is None:
        connection.connection.prepare_threshold = 2
        connection.connection.prepared_max = 1000


_group: "exchange_services.GroupCommit[Line]" = exchange_services.GroupCommit(_write, name="calls")
