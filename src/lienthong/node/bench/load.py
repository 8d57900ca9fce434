"""A client that loads: so many connections, each asking again as soon as it is answered. Prints JSON.

`python -m lienthong.node.bench.load URL CONNECTIONS SECONDS [NAME:VALUE …]`; requests are POST with 1 KB.
"""

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

BODY = b"z" * 1024


class _Asker(asyncio.Protocol):
    def __init__(self, request: bytes, until: float, times: list[float], bad: list[str]) -> None:
        self._request, self._until, self._times, self._bad = request, until, times, bad
        self._held = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (for the type checker)
        self._out = transport
        self._ask()

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._out.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._held = self._held + data if self._held else data
        place = self._held.find(b"\r\n\r\n")
        if place < 0:
            return
        head = self._held[:place].lower()
        start = head.find(b"content-length:")
        length = int(head[start + 15 :].partition(b"\r\n")[0]) if start >= 0 else 0
        if len(self._held) < place + 4 + length:
            return
        now = time.perf_counter()
        if head.startswith(b"http/1.1 200"):
            self._times.append(now - self._began)
        else:
            self._bad.append(self._held[:600].decode("latin-1"))
        self._held = b""
        if now < self._until:
            self._ask()
        else:
            self._out.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def _load(url: str, connections: int, seconds: float, headers: list[str]) -> dict[str, object]:
    parts = urlsplit(url)
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(BODY)}", *headers]
    request = "\r\n".join([*lines, "", ""]).encode() + BODY
    times: list[float] = []
    bad: list[str] = []
    began = time.perf_counter()
    loop, askers = asyncio.get_running_loop(), []
    for _ in range(connections):
        _, asker = await loop.create_connection(
            lambda: _Asker(request, began + seconds, times, bad), parts.hostname or "", parts.port or 80
        )
        askers.append(asker)
    await asyncio.wait([asker.ended for asker in askers], timeout=seconds + 60)
    took = time.perf_counter() - began
    times.sort()
    return {
        "rate": len(times) / took,
        "answered": len(times),
        "bad": len(bad),
        "first_bad": bad[0] if bad else "",
        **{f"p{share}": 1000 * times[len(times) * share // 100] if times else 0.0 for share in (50, 95, 99)},
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_load(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]))))
