"""Statements of the hot paths, bound on the server and in binary: bodies travel as bytes, not as hexadecimal text."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import orjson
import psycopg
from django.db import connection
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int2, Int4, Int8


@contextmanager
def cursor() -> Iterator["psycopg.Cursor[tuple[Any, ...]]"]:
    """A cursor on Django's connection and in its transaction, with server-side binding and binary results."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as plain:
        yield plain


def rows(statement: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement and fetch all of its rows."""
    with cursor() as plain:
        plain.execute(statement.encode(), parameters, binary=True)
        return plain.fetchall()


def run(statement: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> int:
    """Run a statement; gives the number of rows it touched."""
    with cursor() as plain:
        plain.execute(statement.encode(), parameters)
        return plain.rowcount


_FEW = 32
"""Up to here one statement with arrays is quicker than the extra round trips of COPY."""

Columns = tuple[tuple[str, str], ...]
"""Names of columns with their types in PostgreSQL."""


_WRAPPED: dict[str, Callable[[Any], Any]] = {
    "int2": Int2,
    "int4": Int4,
    "int8": Int8,
    "jsonb": partial(Jsonb, dumps=orjson.dumps),
}
"""Types follow from the values, which is quicker than naming them; only whole numbers must say how long they are, and
what is JSON that it is."""


def insert_rows(table: str, columns: Columns, given: Sequence[Sequence[Any]], *, new_only: bool = False) -> None:
    """Insert many rows; with `new_only` those that a constraint says are there already stay as they are.

    Raises psycopg's UniqueViolation; nothing is inserted then.
    """
    if not given:
        return
    if new_only or len(given) <= _FEW:
        ending = " ON CONFLICT DO NOTHING" if new_only else ""
        run(f"{_unnest(table, columns)}{ending}", _arrays(columns, given))
        return
    wrapped = [(place, _WRAPPED[kind]) for place, (_, kind) in enumerate(columns) if kind in _WRAPPED]
    with cursor() as plain, plain.copy(_copy(table, columns)) as copy:
        for row in given:
            copy.write_row(_wrap(row, wrapped) if wrapped else row)


def _wrap(row: Sequence[Any], wrapped: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for place, wrap in wrapped:
        if values[place] is not None:
            values[place] = wrap(values[place])
    return values


def _arrays(columns: Columns, given: Sequence[Sequence[Any]]) -> list[list[Any]]:
    arrays = [list(column) for column in zip(*given, strict=True)]
    for place, (_, kind) in enumerate(columns):
        if kind == "jsonb":
            arrays[place] = [None if value is None else orjson.dumps(value).decode() for value in arrays[place]]
    return arrays


@cache
def _copy(table: str, columns: Columns) -> bytes:
    return f"COPY {table} ({_names(columns)}) FROM STDIN (FORMAT BINARY)".encode()


@cache
def _unnest(table: str, columns: Columns) -> str:
    arrays = ", ".join("%b::text[]::jsonb[]" if kind == "jsonb" else f"%b::{kind}[]" for _, kind in columns)
    return f"INSERT INTO {table} ({_names(columns)}) SELECT * FROM unnest({arrays})"  # noqa: S608 (constants)


def _names(columns: Columns) -> str:
    return ", ".join(f'"{name}"' for name, _ in columns)
