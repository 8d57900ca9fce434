"""Statements of the hot paths, bound on the server and in binary: bodies travel as bytes, not as hexadecimal text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.numeric import Int8


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


def insert_rows(table: str, columns: Columns, given: Sequence[Sequence[Any]]) -> None:
    """Insert many rows. Raises psycopg's UniqueViolation; nothing is inserted then."""
    if not given:
        return
    if len(given) <= _FEW:
        run(_unnest(table, columns), list(map(list, zip(*given, strict=True))))
        return
    # Types follow from the values, which is quicker than naming them; only whole numbers must say how long they are.
    whole = {place for place, (_, kind) in enumerate(columns) if kind == "int8"}
    with cursor() as plain, plain.copy(_copy(table, columns)) as copy:
        for row in given:
            copy.write_row(
                [Int8(value) if place in whole else value for place, value in enumerate(row)] if whole else row
            )


@cache
def _copy(table: str, columns: Columns) -> bytes:
    return f"COPY {table} ({', '.join(name for name, _ in columns)}) FROM STDIN (FORMAT BINARY)".encode()


@cache
def _unnest(table: str, columns: Columns) -> str:
    arrays = ", ".join(f"%b::{kind}[]" for _, kind in columns)
    return f"INSERT INTO {table} ({', '.join(name for name, _ in columns)}) SELECT * FROM unnest({arrays})"  # noqa: S608 (constants)
