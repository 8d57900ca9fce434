"""Database: transactions and named locks; PostgreSQL 15 or newer, nothing else."""

from django.db import connection
from django.db.transaction import atomic

__all__ = ["advisory_lock", "atomic", "let_go", "try_advisory_lock"]


def let_go() -> None:
    """Give this thread's connection back to the pool, for who is about to wait for somebody else.

    Outside Django's request cycle nobody else does it. Within a transaction nothing happens.
    """
    if connection.connection is not None and not connection.in_atomic_block:
        connection.close()


def advisory_lock(name: str) -> None:
    """Wait for the lock of this name and hold it to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def try_advisory_lock(name: str) -> bool:
    """Take the lock of this name to the end of the transaction, or give False at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
