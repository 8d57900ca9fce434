"""Recording: the operational records of a batch in one statement, in the transaction of the messages."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection

from lienthong.kernel import clock
from lienthong.platform.monitoring.types import OperationRecord

_FIELDS = OperationRecord._fields
_TYPES = {
    **dict.fromkeys(_FIELDS, "text"),
    **dict.fromkeys([name for name in _FIELDS if name.endswith(("_ts", "_size"))], "bigint"),
    **dict.fromkeys([name for name in _FIELDS if name.endswith("_count")], "integer"),
    "status_code": "integer",
    "succeeded": "boolean",
}
_LONGEST = 2000


def record(records: Sequence[OperationRecord]) -> None:
    """Write these records with the caller's transaction; monitoring never fails for what a text holds."""
    if not records:
        return
    # What is the same in all records, in a batch most of it, is sent once.
    columns = dict(zip(_FIELDS, zip(*records, strict=True), strict=True))
    alike = {name: column[0] for name, column in columns.items() if column.count(column[0]) == len(column)}
    if len(records) > 1:
        alike.pop("message_id", None)
    values = [clock.now(), *map(_clean, alike.values())]
    values += [_clean_all(column, name) for name, column in columns.items() if name not in alike]
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_statement(tuple(alike)), values)


def _clean(value: Any) -> Any:
    return value.replace("\0", "")[:_LONGEST] if isinstance(value, str) else value


def _clean_all(column: tuple[Any, ...], name: str) -> list[Any]:
    return [_clean(value) for value in column] if _TYPES[name] == "text" else list(column)


@lru_cache(maxsize=256)
def _statement(alike: tuple[str, ...]) -> bytes:
    single = [f"%s::{_TYPES[name]}" for name in alike]
    several = [name for name in _FIELDS if name not in alike]
    names, picked = ", ".join((*alike, *several)), ", ".join((*single, *several))
    insert = f"INSERT INTO monitoring_operation (monitoring_data_ts, {names}) SELECT %s::timestamptz, {picked}"
    if not several:
        return insert.encode()
    arrays = ", ".join(f"%b::{_TYPES[name]}[]" for name in several)
    return f"{insert} FROM unnest({arrays}) AS given({', '.join(several)})".encode()
