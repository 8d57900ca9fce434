"""Places for calls in flight: a slow service may fill its own, never those of the others or of the pages."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr


class Places:
    """Counts calls in flight on one side of this node; turns away what is too much at once, without waiting."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._lock = threading.Lock()
        self._all = 0
        self._by_service: Counter[str] = Counter()

    @contextmanager
    def taken(self, service: str, most: int, most_of_one: int) -> Iterator[None]:
        """Hold a place. Raises Refused with this side's code, status 503 and `retry_after`."""
        with self._lock:
            if self._all >= most or self._by_service[service] >= most_of_one:
                raise self._busy(service)
            self._all += 1
            self._by_service[service] += 1
        try:
            yield
        finally:
            with self._lock:
                self._all -= 1
                self._by_service[service] -= 1
                if not self._by_service[service]:
                    del self._by_service[service]

    def _busy(self, service: str) -> Refused:
        return Refused(
            self._code,
            tr(f"Đang có quá nhiều lượt gọi tới {service}.", f"Too many calls to {service} are under way."),
            status=503,
            details={"retry_after": 1},
        )
