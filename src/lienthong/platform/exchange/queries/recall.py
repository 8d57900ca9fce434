"""The directory in memory, as each message needs it: looked at once a second, not at every signature."""

import threading
import time
from dataclasses import dataclass

from django.db import connection

from lienthong.kernel.profile import Node, node
from lienthong.platform.exchange.queries.directory import get_directory
from lienthong.platform.exchange.types import Directory

_LOOK_AGAIN_SECONDS = 1.0


@dataclass(slots=True)
class _Held:
    directory: Directory | None = None
    home: Node | None = None
    looked_at: float = 0.0


_held = _Held()
_looking = threading.Lock()


def recall_directory() -> Directory:
    """The directory in force, at most a second old. Raises Refused as `get_directory`."""
    held, home = _held.directory, node()
    fresh = held is not None and home is _held.home and time.monotonic() - _held.looked_at < _LOOK_AGAIN_SECONDS
    if held is not None and fresh:
        return held
    # One thread looks; the others go on with what is held, if it is of this node.
    if not _looking.acquire(blocking=held is None or home is not _held.home or connection.in_atomic_block):
        return held if held is not None else recall_directory()
    try:
        found = get_directory()
        _held.directory, _held.home, _held.looked_at = found, home, time.monotonic()
    finally:
        _looking.release()
    return found


def forget_directory() -> None:
    """Look anew at the next message: the copy has changed."""
    _held.looked_at = 0.0
