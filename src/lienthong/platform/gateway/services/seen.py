"""Calls seen lately: a recorded call cannot be played again."""

import threading
import time
from collections import OrderedDict
from uuid import UUID

from lienthong.kernel import clock
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.gateway import messages

FRESH_SECONDS = 300.0


class Seen:
    """Ids of the calls of the last minutes: a recorded call cannot be played again.

    Older calls are stale by their time, and so are those signed before this process began, whose ids it cannot know.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: OrderedDict[tuple[str, UUID], float] = OrderedDict()
        self._began = clock.now()

    def require_new(self, message: messages.Request) -> None:
        """Raises Refused `gateway.stale`, `gateway.replayed`."""
        age = (clock.now() - message.at).total_seconds()
        if abs(age) > FRESH_SECONDS or (message.at < self._began and age > 1.0):
            raise Refused(
                "gateway.stale",
                tr(
                    "Lượt gọi quá cũ, hoặc đồng hồ hai nút lệch nhau quá 5 phút.",
                    "The call is too old, or the clocks of the nodes differ by more than 5 minutes.",
                ),
                field="lienthong-at",
                status=422,
            )
        key, now = (message.sender, message.id), time.monotonic()
        with self._lock:
            known = key in self._ids
            self._ids.setdefault(key, now)
            while self._ids and now - next(iter(self._ids.values())) > 2 * FRESH_SECONDS:
                self._ids.popitem(last=False)
        if known:
            raise replayed()


_here = Seen()


def require_new(message: messages.Request) -> None:
    """Raises Refused `gateway.stale`, `gateway.replayed`."""
    _here.require_new(message)


def replayed() -> Refused:
    return Refused(
        "gateway.replayed",
        tr("Lượt gọi này đã được xử lý.", "This call has been dealt with."),
        field="x-road-request-id",
        status=409,
    )
