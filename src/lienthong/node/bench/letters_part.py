"""One part of the benchmark of letters, in the process of one node; prints JSON. Moments are nanoseconds."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

from lienthong.node.parts import run_as_node

_CHUNK = 500


def _post_together(recipient: str, count: str) -> dict[str, Any]:
    """Batches of 500 in one transaction, so that all of them are there when the clock starts."""
    from django.db import transaction

    from lienthong.platform.exchange import bench
    from lienthong.platform.exchange import services as exchange

    begun = time.perf_counter()
    with transaction.atomic():
        for start in range(0, int(count), _CHUNK):
            exchange.post_letters(bench.letters(min(_CHUNK, int(count) - start)), recipient=recipient)
    return _told(int(count), begun)


def _post_singly(recipient: str, count: str) -> dict[str, Any]:
    from django.db import transaction

    from lienthong.platform.exchange import bench
    from lienthong.platform.exchange import services as exchange

    begun = time.perf_counter()
    with transaction.atomic():
        for letter in bench.letters(int(count)):
            exchange.post_letter(letter, recipient=recipient)
    return _told(int(count), begun)


def _post_parts(recipient: str, count: str, size: str) -> dict[str, Any]:
    """Letters with a file each, all of them different."""
    from django.db import transaction

    from lienthong.kernel import files
    from lienthong.platform.exchange import bench
    from lienthong.platform.exchange import services as exchange

    begun = time.perf_counter()
    with transaction.atomic():
        for _ in range(int(count)):
            part = files.store(_file(int(size)), name="tệp.pdf", max_bytes=2**31)
            exchange.post_letter(bench.letters(1)[0], recipient=recipient, parts=[part])
    return _told(int(count), begun)


def _file(size: int) -> Any:
    yield b"%PDF-1.7\n" + os.urandom(32)
    for _ in range(size // 2**20):
        yield os.urandom(2**20)
    yield b"\n%%EOF\n"


def _told(count: int, begun: float) -> dict[str, Any]:
    return {"at": time.time_ns(), "rate": count / (time.perf_counter() - begun)}


def _plain(table: str, count: str) -> dict[str, Any]:
    """Rows of this table into an empty copy of it: many in a statement, then each with its own commit."""
    from django.db import connection

    connection.ensure_connection()
    plain = connection.connection
    with plain.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1 LIMIT %s", [int(count)])  # noqa: S608 (our tables)
        rows = [tuple(map(_bindable, row)) for row in cursor.fetchall()]
        columns = ", ".join(column.name for column in cursor.description)
        places = ", ".join(["%s"] * len(rows[0]))
        insert = f"INSERT INTO bench_copy ({columns}) OVERRIDING SYSTEM VALUE VALUES ({places})"  # noqa: S608 (as above)
        cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)")
        begun = time.perf_counter()
        for start in range(0, len(rows), _CHUNK):
            with connection.cursor() as wrapped:
                wrapped.executemany(insert, rows[start : start + _CHUNK])
        together = len(rows) / (time.perf_counter() - begun)
        cursor.execute("TRUNCATE bench_copy")
        begun = time.perf_counter()
        for row in rows[:1000]:
            cursor.execute(insert, row)
        singly = len(rows[:1000]) / (time.perf_counter() - begun)
        cursor.execute("DROP TABLE bench_copy")
    return {"together": together, "singly": singly}


def _bindable(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "post_together": _post_together,
    "post_singly": _post_singly,
    "post_parts": _post_parts,
    "plain": _plain,
}

if __name__ == "__main__":
    run_as_node(PARTS)
