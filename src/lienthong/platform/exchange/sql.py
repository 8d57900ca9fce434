"""Statements of the hot paths, bound on the server and in binary: bodies travel as bytes, not as hexadecimal text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


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
