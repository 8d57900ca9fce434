"""Inserting many rows of a model at the speed of the database: what busy paths use instead of `bulk_create`.

Django's way asks every field of every row three times and writes bytes as text. Here the columns of a model are
looked at once, and rows go in binary. What a field does to its value on the way is left out: rows come from our own
code, with values of the right type. No signal is sent and no row is given a key that the database makes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection, models
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int2, Int4, Int8

from lienthong.kernel import sql

_TYPES: dict[str, str] = {
    "UUIDField": "uuid",
    "CharField": "text",
    "TextField": "text",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "BooleanField": "boolean",
    "BinaryField": "bytea",
    "SmallIntegerField": "int2",
    "IntegerField": "int4",
    "BigIntegerField": "int8",
    "BigAutoField": "int8",
    "JSONField": "jsonb",
}

_WRAPPED: dict[str, Callable[[Any], Any]] = {
    "int2": Int2,
    "int4": Int4,
    "int8": Int8,
    "jsonb": partial(Jsonb, dumps=orjson.dumps),
}
"""COPY in binary must say how long a whole number is, and what is JSON."""

_FEW = 8
"""Up to here one statement is quicker than the round trips of COPY."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The columns of a model that rows bring, and how their values are found."""

    table: str
    columns: tuple[tuple[str, str], ...]
    values: Callable[[Any], tuple[Any, ...]]
    wrapped: tuple[tuple[int, Callable[[Any], Any]], ...]


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model. Raises Django's IntegrityError; nothing is inserted then.

    A key that the database makes is not told; who needs it takes it before (`take_keys`).
    """
    if not rows:
        return
    shape = _shape_of(rows)
    if len(rows) <= _FEW:
        _insert_arrays(shape, rows, "")
        return
    statement = f'COPY "{shape.table}" ({_names(shape)}) FROM STDIN (FORMAT BINARY)'.encode()
    with connection.wrap_database_errors, sql.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(_wrapped(shape, row))


def insert_new(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model; those that a constraint says are there already stay as they are."""
    if rows:
        _insert_arrays(_shape_of(rows), rows, " ON CONFLICT DO NOTHING")


def _insert_arrays(shape: _Shape, rows: Sequence[models.Model], ending: str) -> None:
    columns: list[list[Any]] = [list(column) for column in zip(*map(shape.values, rows), strict=True)]
    for place, (_, kind) in enumerate(shape.columns):
        if kind == "jsonb":
            columns[place] = [None if value is None else orjson.dumps(value).decode() for value in columns[place]]
    with connection.wrap_database_errors:
        sql.run(f"{_unnest(shape)}{ending}", columns)


def take_keys(rows: Sequence[models.Model]) -> None:
    """Give rows that are about to be inserted their keys from the model's sequence: one round trip for all."""
    if rows:
        meta = type(rows[0])._meta  # noqa: SLF001 (Django documents it)
        found = sql.rows(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            (f'"{meta.db_table}"', meta.pk.column, len(rows)),
        )
        for row, (key,) in zip(rows, found, strict=True):
            row.pk = key


def _wrapped(shape: _Shape, row: models.Model) -> Sequence[Any]:
    values = list(shape.values(row))
    for place, wrap in shape.wrapped:
        if values[place] is not None:
            values[place] = wrap(values[place])
    return values


def _shape_of(rows: Sequence[models.Model]) -> _Shape:
    return _shape(type(rows[0]), with_key=rows[0].pk is not None)


@cache
def _shape(model: type[models.Model], *, with_key: bool) -> _Shape:
    meta = model._meta  # noqa: SLF001 (Django documents it)
    fields = [one for one in meta.concrete_fields if with_key or not one.primary_key]
    columns = tuple((str(one.column), _type_of(one)) for one in fields)
    return _Shape(
        table=meta.db_table,
        columns=columns,
        values=attrgetter(*(one.attname for one in fields)),
        wrapped=tuple((place, _WRAPPED[kind]) for place, (_, kind) in enumerate(columns) if kind in _WRAPPED),
    )


def _type_of(field: Any) -> str:
    """Its type in PostgreSQL. Raises LookupError for a field of which this module knows nothing."""
    target = field.target_field if field.is_relation else field
    return _TYPES[target.get_internal_type()]


@cache
def _unnest(shape: _Shape) -> str:
    arrays = ", ".join("%b::text[]::jsonb[]" if kind == "jsonb" else f"%b::{kind}[]" for _, kind in shape.columns)
    return f'INSERT INTO "{shape.table}" ({_names(shape)}) SELECT * FROM unnest({arrays})'  # noqa: S608 (names of our models)


def _names(shape: _Shape) -> str:
    return ", ".join(f'"{name}"' for name, _ in shape.columns)
