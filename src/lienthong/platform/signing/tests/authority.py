"""The demo's authority behind real HTTP, with a clock and faults of its own; and a node that asks it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.test import Client

from lienthong.kernel import clock


@dataclass
class Authority:
    """What the authority serves and how it fails: `silent` paths give no answer, `canned` ones an answer of old."""

    home: Path
    url: str = ""
    moment: datetime | None = None
    silent: set[str] = field(default_factory=set)
    canned: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(home: Path) -> Iterator[Authority]:
    authority = Authority(home)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(authority))
    authority.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            authority.asked.append(path)
            if path in authority.silent:
                self.close_connection = True
                return
            if path in authority.canned:
                self.reply(200, authority.canned[path], "application/octet-stream")
                return
            with clock.frozen(authority.moment or clock.now()):
                got = Client().generic(
                    self.command,
                    self.path,
                    body,
                    content_type=self.headers.get("Content-Type", ""),
                    headers={name: self.headers.get(name, "") for name in ("Lienthong-Signature", "Authorization")},
                )
            self.reply(got.status_code, got.content, got.headers["Content-Type"])

        def reply(self, status: int, body: bytes, media_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

        do_GET = do_POST = do_HEAD = answer  # noqa: N815 (names of the standard library)

    return Handler
