"""One part of a benchmark, in the process of one node: `python -m lienthong.node.bench.part WORD SIZE`, prints JSON.

Moments are nanoseconds of the wall clock, since they are compared across processes.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django
from django.db import connection


def _prepare(size: int) -> dict[str, Any]:
    from lienthong.casework.dossiers import bench
    from lienthong.kernel import jobs

    made = bench.prepare(size)
    jobs.wake("dossiers.send_status_letters")
    return {"made": made, "at": time.time_ns()}


def _drained(_size: int) -> dict[str, Any]:
    """Wait until the queue is empty and every letter has its receipt."""
    from lienthong.casework.dossiers import bench

    while bench.count_unsent() or _letters_waiting():
        time.sleep(0.1)
    return {"at": time.time_ns(), "letters": _letters()}


def _letters_waiting() -> int:
    return _count("SELECT count(*) FROM exchange_outgoingletter WHERE state = 'waiting'")


def _letters() -> int:
    return _count("SELECT count(*) FROM exchange_outgoingletter WHERE name = 'dossier-status.v1'")


def _count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def _mirrored(_size: int) -> dict[str, Any]:
    from lienthong.casework.dossiers import bench

    return {"mirrored": bench.count_mirrored()}


def _baseline(size: int) -> dict[str, Any]:
    from lienthong.casework.dossiers import bench

    rate = bench.baseline(size)
    return {"rows": rate.rows, "seconds": rate.seconds}


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "prepare": _prepare,
    "drained": _drained,
    "mirrored": _mirrored,
    "baseline": _baseline,
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.node.settings")
    django.setup(set_prefix=False)
    print(json.dumps(PARTS[sys.argv[1]](int(sys.argv[2]))))
