"""A database of its own for a benchmark that needs one node and no neighbours."""

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lienthong.node.commanding import REPOSITORY, become_node

T = TypeVar("T")


def on_own_database(work: Callable[[], T]) -> T:
    """Do the work as the hub's node, on an embedded server that is thrown away with all that it holds."""
    from lienthong.node.serve import with_database

    profile = REPOSITORY / "nodes" / "hub.toml"
    found: list[T] = []
    kept = os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory(prefix="lienthong-bench-") as home:
        Path(home).chmod(0o755)
        os.environ["LIENTHONG_HOME"] = home

        def inside() -> int:
            become_node(argparse.Namespace(profile=profile))
            found.append(work())
            return 0

        try:
            with_database(profile, inside)
        finally:
            del os.environ["LIENTHONG_HOME"]
            if kept is not None:
                os.environ["DATABASE_URL"] = kept
    return found[0]
