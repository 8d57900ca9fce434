"""Outgoing HTTP: the one guarded client. No redirects, no surprises in size or time, connections reused."""

import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from urllib3.filepost import encode_multipart_formdata

from lienthong.kernel import http1, tls, tracing

_MAX_ANSWER_BYTES = 64 * 2**20
_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 30.0
_IDLE_PER_PLACE = 64

Address = IPv4Address | IPv6Address


class Unreachable(Exception):
    """The other side could not be reached, or broke off. `reason` is a short word for logs and screens."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotPermitted(Unreachable):
    """The name leads to an address where this call may not go."""

    def __init__(self) -> None:
        super().__init__("address not permitted")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status, headers (lower-case names) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Streamed:
    """An answer whose body is still coming: status, headers in their order (lower-case names), blocks of the body."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a connection leads; those of one place are interchangeable."""

    scheme: str
    host: str
    port: int
    permit: Callable[[Address], bool] | None
    tls: ssl.SSLContext | None


def request(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
    total: float | None = None,
    fields: Mapping[str, tuple[str, bytes, str]] | None = None,
    peer: bool = False,
) -> Response:
    """Send a request and read the whole answer. `fields` (name → filename, bytes, type) makes it multipart.

    `timeout` is the longest wait for the head of the answer and between its blocks, `total` for all of it.
    `peer`: the address is another node's, so both sides show their certificates (`kernel.tls`).
    Raises Unreachable for refused, cut or late connections; ValueError for an address that is not plain HTTP(S).
    """
    sent = dict(headers or {})
    if fields:
        body, sent["Content-Type"] = encode_multipart_formdata(dict(fields))
    with stream(method, url, body=body, headers=sent.items(), timeout=timeout, total=total, peer=peer) as answer:
        blocks, size = [], 0
        for block in answer.chunks:
            size += len(block)
            if size > _MAX_ANSWER_BYTES:
                raise Unreachable("answer too large")
            blocks.append(block)
    told: dict[str, str] = {}
    for name, value in answer.headers:
        told[name] = f"{told[name]}, {value}" if name in told else value
    return Response(answer.status, told, b"".join(blocks))


@contextmanager
def stream(
    method: str,
    url: str,
    *,
    body: bytes | Iterable[bytes] = b"",
    length: int | None = None,
    headers: Iterable[tuple[str, str]] = (),
    timeout: float = 10.0,
    total: float | None = None,
    permit: Callable[[Address], bool] | None = None,
    peer: bool = False,
) -> Iterator[Streamed]:
    """Send a request and read the answer while it comes. The body's blocks are read inside the `with`.

    `length` is the size of an iterable body; without it the body goes in chunks. `timeout` is the longest wait for the
    head of the answer and between its blocks, `total` for all of it. `permit` judges the address that the name led to,
    at each connect, so a name that changes its mind leads nowhere else. Redirects are answers like others.
    Raises Unreachable (`NotPermitted` when no address was permitted) and ValueError for a bad address or header.
    """
    extra: dict[str, str] = {}
    if peer and url.startswith("https"):
        url, extra = tls.route(url)
    scheme, host, port, target = _split(url)
    place = _Place(scheme, host, port, permit, _tls(peer=peer) if scheme == "https" else None)
    deadline = time.monotonic() + (total if total is not None else 3600.0)
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port == (443 if scheme == "https" else 80) else f"{shown}:{port}"
    head = _head(method, target, authority, (*headers, *extra.items()), body, length)
    try:
        wire, answer = _exchange(place, head, body, timeout, deadline, length)
    except http1.Broken as broken:
        raise Unreachable(broken.reason) from None
    done = False
    try:
        blocks = http1.read_body(wire, answer, method, timeout, deadline)
        yield Streamed(answer.status, answer.reason, answer.headers, blocks)
        done = answer.keeps_alive and next(blocks, None) is None
    except http1.Broken as broken:
        raise Unreachable(broken.reason) from None
    finally:
        if done:
            _lay_by(place, wire)
        else:
            wire.close()


def _head(
    method: str,
    target: str,
    authority: str,
    headers: Iterable[tuple[str, str]],
    body: bytes | Iterable[bytes],
    length: int | None,
) -> bytes:
    lines = [("Host", authority), *((name, value) for name, value in headers if name.lower() != "host")]
    given = {name.lower() for name, _ in lines}
    if isinstance(body, bytes):
        length = len(body)
    if length is None:
        lines.append(("Transfer-Encoding", "chunked"))
    elif length or method in ("POST", "PUT", "PATCH"):
        lines.append(("Content-Length", str(length)))
    if "traceparent" not in given and (trace := tracing.current()):
        lines.append(("traceparent", trace))
    return http1.write_head(f"{method} {target} HTTP/1.1", lines)


@lru_cache(maxsize=1024)
def _split(url: str) -> tuple[str, str, int, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("only plain http(s) addresses without credentials")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii() or any(sign <= " " or sign == "\x7f" for sign in target):
        raise ValueError("an address with signs that must be encoded")
    host = parts.hostname.encode("idna").decode("ascii") if not parts.hostname.isascii() else parts.hostname
    return parts.scheme, host, parts.port or (443 if parts.scheme == "https" else 80), target


def _tls(*, peer: bool) -> ssl.SSLContext:
    return (tls.client_context() if peer else None) or _public_tls()


@lru_cache(maxsize=1)
def _public_tls() -> ssl.SSLContext:
    return ssl.create_default_context()


# Connections

_idle: dict[_Place, deque[http1.Wire]] = {}
_idle_lock = threading.Lock()


def _exchange(
    place: _Place,
    head: bytes,
    body: bytes | Iterable[bytes],
    timeout: float,
    deadline: float,
    length: int | None,
) -> tuple[http1.Wire, http1.Head]:
    """One request on a kept or a new connection.

    A kept one may have been closed by the peer in this very moment; then the request is sent again, once, if the peer
    said nothing at all and the body can be sent again.
    """
    whole = isinstance(body, bytes)
    kept = _take(place)
    if kept is not None:
        try:
            return kept, _once(kept, head, body, timeout, deadline, chunked=not whole and length is None)
        except http1.Late:
            kept.close()
            raise
        except http1.Broken as broken:
            kept.close()
            if not whole or broken.reason not in ("closed", "BrokenPipeError", "ConnectionResetError"):
                raise
    wire = _connect(place, min(timeout, _CONNECT_SECONDS))
    try:
        return wire, _once(wire, head, body, timeout, deadline, chunked=not whole and length is None)
    except BaseException:
        wire.close()
        raise


def _once(
    wire: http1.Wire,
    head: bytes,
    body: bytes | Iterable[bytes],
    timeout: float,
    deadline: float,
    *,
    chunked: bool,
) -> http1.Head:
    wire.used = False
    try:
        http1.send_body(wire, head, body, timeout, chunked=chunked)
    except http1.Late:
        raise
    except http1.Broken as broken:
        # Who refuses a large body may answer and hang up before all of it is sent: that answer is worth more.
        try:
            answer = http1.read_answer_head(wire, min(deadline, time.monotonic() + 1))
        except http1.Broken:
            raise broken from None
        answer.keeps_alive = False
        return answer
    return http1.read_answer_head(wire, min(deadline, time.monotonic() + timeout))


def _take(place: _Place) -> http1.Wire | None:
    held = _idle.get(place)
    while held:
        try:
            wire = held.pop()
        except IndexError:
            return None
        if time.monotonic() - wire.idle_since < _IDLE_SECONDS and wire.is_clean:
            return wire
        wire.close()
    return None


def _lay_by(place: _Place, wire: http1.Wire) -> None:
    held = _idle.get(place)
    if held is None:
        with _idle_lock:
            held = _idle.setdefault(place, deque())
    if len(held) >= _IDLE_PER_PLACE:
        wire.close()
        return
    wire.idle_since = time.monotonic()
    held.append(wire)


def forget_connections() -> None:
    """Close the kept connections: after keys or trust have changed, and in tests."""
    with _idle_lock:
        for held in _idle.values():
            while held:
                held.pop().close()
        _idle.clear()


def _connect(place: _Place, timeout: float) -> http1.Wire:
    addresses = _resolve(place)
    trouble = "refused"
    for family, address in addresses:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(timeout)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if place.tls is not None:
                sock = place.tls.wrap_socket(sock, server_hostname=place.host)
        except TimeoutError:
            trouble = "timeout"
        except ssl.SSLError as error:
            trouble = f"TLS: {(error.reason or 'failed').lower().replace('_', ' ')[:80]}"
        except ConnectionRefusedError:
            trouble = "refused"
        except OSError as error:
            trouble = type(error).__name__
        else:
            return http1.Wire(sock)
        sock.close()
    raise Unreachable(trouble)


def _resolve(place: _Place) -> list[tuple[int, tuple[str, int]]]:
    """The permitted addresses of the place, as they are at this moment. Raises Unreachable, NotPermitted."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("unknown name") from None
    addresses = [(int(family), (str(where[0]), place.port)) for family, _, _, _, where in found]
    if place.permit is not None:
        addresses = [one for one in addresses if place.permit(ip_address(one[1][0].partition("%")[0]))]
        if not addresses:
            raise NotPermitted
    return addresses
