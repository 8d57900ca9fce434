"""One part of the benchmark of documents, in the process of one node; prints JSON. Moments are nanoseconds."""

import os
import time
from collections.abc import Callable
from typing import Any

from lienthong.node.parts import run_as_node


def _fill(count: str, *parents: str) -> list[str]:
    """Make the recipients known; gives their codes."""
    from lienthong.platform.agencies import bench

    return bench.fill(parents, int(count))


def _send(count: str, size: str, first: str, *receivers: str) -> dict[str, Any]:
    """Send documents with a file each, every one in a transaction of its own, as a clerk does."""
    from lienthong.kernel import files
    from lienthong.platform.documents import sending_bench as bench
    from lienthong.platform.documents import services

    actor = bench.clerk()
    begun = time.perf_counter()
    at = time.time_ns()
    for number in range(int(first), int(first) + int(count)):
        part = files.store(bench.pdf(int(size), number), name="cong-van.pdf", max_bytes=2**31)
        services.send_document(bench.document(number), [part], receivers=receivers, actor=actor)
    return {"at": at, "rate": int(count) / (time.perf_counter() - begun)}


def _send_wide(number: str, size: str, count: str, *parents: str) -> dict[str, Any]:
    """One document to very many."""
    return _send("1", size, number, *_fill(count, *parents))


def _stored() -> dict[str, int]:
    """What the documents of this node weigh."""
    from lienthong.kernel.profile import node

    found = [path.stat().st_size for path in (node().home / "files").rglob("*") if path.is_file()]
    return {"files": len(found), "bytes": sum(found), "cpu": int(sum(os.times()[:2]))}


PARTS: dict[str, Callable[..., Any]] = {"fill": _fill, "send": _send, "send_wide": _send_wide, "stored": _stored}

if __name__ == "__main__":
    run_as_node(PARTS)
