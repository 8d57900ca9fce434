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


def _prepare(size: int) -> dict[str, Any]:
    from lienthong.casework.dossiers import bench
    from lienthong.kernel import jobs

    made = bench.prepare(size)
    jobs.wake("dossiers.send_status_letters")
    return {"made": made, "at": time.time_ns()}


def _mirrored(_size: int) -> dict[str, Any]:
    from lienthong.casework.dossiers import bench

    return {"mirrored": bench.count_mirrored()}


def _baseline(size: int) -> dict[str, Any]:
    from lienthong.casework.dossiers import bench

    rate = bench.baseline(size)
    return {"rows": rate.rows, "seconds": rate.seconds}


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "prepare": _prepare,
    "mirrored": _mirrored,
    "baseline": _baseline,
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.node.settings")
    django.setup(set_prefix=False)
    print(json.dumps(PARTS[sys.argv[1]](int(sys.argv[2]))))
