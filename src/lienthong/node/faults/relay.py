"""A relay in front of a node: HTTP passes through it, and it can do what networks do.

It understands as much HTTP as it needs to tell one request from the next, so that a request can be lost, its answer
lost, sent twice, held back until others have overtaken it, changed or cut off.
"""

import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Fault = Literal["", "cut", "deaf", "delay", "duplicate", "reorder", "tamper", "truncate", "drip"]

FAULTS: tuple[Fault, ...] = ("cut", "deaf", "delay", "duplicate", "reorder", "tamper", "truncate", "drip")
"""cut: no connection · deaf: the request arrives, the answer is lost · delay: seconds late · duplicate: arrives twice ·
reorder: held back for a random while · tamper: one byte changed · truncate: cut off in the middle · drip: a byte at a
time for a while, then gone."""

_TIMEOUT = 60.0
_DRIPPED_BYTES = 40


@dataclass(frozen=True, slots=True)
class _Asked:
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Answered:
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Relay:
    """Listens on `port` and passes on to `target`; `fault` may be set at any time, for a share of the requests."""

    def __init__(self, port: int, target: int, *, seed: int = 0) -> None:
        self.target = target
        self.fault: Fault = ""
        self.share = 1.0
        self.seconds = 0.5
        self.passed = 0
        self.struck: dict[str, int] = dict.fromkeys(FAULTS, 0)
        self._chance = random.Random(seed)  # noqa: S311 (repeats a run, protects nothing)
        self._server = _Server(("127.0.0.1", port), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, name=f"relay {port}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def draw(self) -> Fault:
        """What happens to the next request."""
        fault = self.fault
        if fault and self._chance.random() < self.share:
            self.struck[fault] += 1
            return fault
        self.passed += 1
        return ""

    def wait_a_while(self) -> None:
        time.sleep(self.seconds * self._chance.random())

    def spoil(self, body: bytes) -> bytes:
        """The body with one byte changed."""
        if not body:
            return body
        where = self._chance.randrange(len(body))
        return body[:where] + bytes([body[where] ^ 1]) + body[where + 1 :]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A broken connection is what this program is for."""


def _handler_of(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Callable[[], None]:
            """The library looks for `do_GET`, `do_POST`, …: all are passed on alike."""
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Quiet: a node's own log says what it saw."""

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = _Asked(self.command, self.path, tuple(self.headers.items()), self.rfile.read(length))
            _ACTS[relay.draw()](relay, self, asked)

    return Handler


# What may happen


def _pass(relay: Relay, handler: BaseHTTPRequestHandler, asked: _Asked) -> None:
    answered = _forward(relay.target, asked)
    if answered is None:
        _hang_up(handler)
        return
    _give(handler, answered)


def _cut(_relay: Relay, handler: BaseHTTPRequestHandler, _asked: _Asked) -> None:
    _hang_up(handler)


def _deaf(relay: Relay, handler: BaseHTTPRequestHandler, asked: _Asked) -> None:
    _forward(relay.target, asked)
    _hang_up(handler)


def _delay(relay: Relay, handler: BaseHTTPRequestHandler, asked: _Asked) -> None:
    time.sleep(relay.seconds)
    _pass(relay, handler, asked)


def _duplicate(relay: Relay, handler: BaseHTTPRequestHandler, asked: _Asked) -> None:
    """Both at the same moment: the receiver must cope with a race, not only with a repeat."""
    twin = threading.Thread(target=_forward, args=(relay.target, asked), daemon=True)
    twin.start()
    _pass(relay, handler, asked)
    twin.join(_TIMEOUT)


def _reorder(relay: Relay, handler: BaseHTTPRequestHandler, asked: _Asked) -> None:
    relay.wait_a_while()
    _pass(relay, handler, asked)


def _tamper(relay: Relay, handler: BaseHTTPRequestHandler, asked: _Asked) -> None:
    _pass(relay, handler, _Asked(asked.method, asked.path, asked.headers, relay.spoil(asked.body)))


def _truncate(relay: Relay, handler: BaseHTTPRequestHandler, asked: _Asked) -> None:
    """The node is promised more bytes than ever come."""
    with socket.create_connection(("127.0.0.1", relay.target), timeout=5) as half:
        lines = [f"{asked.method} {asked.path} HTTP/1.1", *(f"{name}: {value}" for name, value in asked.headers)]
        half.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + asked.body[: len(asked.body) // 2])
    _hang_up(handler)


def _drip(relay: Relay, handler: BaseHTTPRequestHandler, asked: _Asked) -> None:
    answered = _forward(relay.target, asked)
    with suppress(OSError):  # the caller may have had enough of it, which is its right
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        for byte in (answered.body if answered else b"")[:_DRIPPED_BYTES]:
            handler.wfile.write(bytes([byte]))
            time.sleep(relay.seconds / _DRIPPED_BYTES)
    _hang_up(handler)


_ACTS: dict[str, Callable[[Relay, BaseHTTPRequestHandler, _Asked], None]] = {
    "": _pass,
    "cut": _cut,
    "deaf": _deaf,
    "delay": _delay,
    "duplicate": _duplicate,
    "reorder": _reorder,
    "tamper": _tamper,
    "truncate": _truncate,
    "drip": _drip,
}

# HTTP

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


def _forward(target: int, asked: _Asked) -> _Answered | None:
    """The node's answer; None when there is none."""
    connection = HTTPConnection("127.0.0.1", target, timeout=_TIMEOUT)
    try:
        headers = {name: value for name, value in asked.headers if name.lower() not in _HOP_BY_HOP}
        connection.request(asked.method, asked.path, body=asked.body or None, headers=headers)
        answer = connection.getresponse()
        return _Answered(answer.status, answer.reason, tuple(answer.getheaders()), answer.read())
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _give(handler: BaseHTTPRequestHandler, answered: _Answered) -> None:
    handler.send_response_only(answered.status, answered.reason)
    for name, value in answered.headers:
        if name.lower() not in _HOP_BY_HOP:
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(answered.body)))
    handler.end_headers()
    handler.wfile.write(answered.body)


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    with suppress(OSError):  # it may be gone already
        handler.connection.shutdown(socket.SHUT_RDWR)
