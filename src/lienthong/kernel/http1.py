"""HTTP/1.1 on a socket, for paths where every millisecond counts: strict reading, bounded heads, streamed bodies.

Reads what a peer may send, and nothing else: one meaning per message, or none (no folded lines, no two lengths,
no length beside chunks), so that two programs in a row never see two different messages.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 200
BLOCK = 64 * 1024

Headers = list[tuple[str, str]]
"""Pairs in their order; names in lower case."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Possessive, so that a long line of blanks is not tried in every way.
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]++):[ \t]*+((?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)[ \t]*")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?")
_NO_BODY = frozenset({204, 304})


class Broken(Exception):
    """The peer broke off or does not speak HTTP; `reason` is a short word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Late(Broken):
    """The peer did not answer in time."""

    def __init__(self) -> None:
        super().__init__("timeout")


@dataclass(slots=True)
class Head:
    """First line and headers of an answer."""

    status: int
    reason: str
    headers: Headers
    keeps_alive: bool

    def value(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known == name), None)


class Wire:
    """A connected socket with what was read beyond the last message."""

    __slots__ = ("_rest", "_sock", "idle_since", "used")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = b""
        self.used = False
        self.idle_since = 0.0

    def close(self) -> None:
        self._sock.close()

    @property
    def is_clean(self) -> bool:
        """Nothing unasked has arrived, and the peer has not hung up."""
        if self._rest:
            return False
        if isinstance(self._sock, ssl.SSLSocket) and self._sock.pending():
            return False
        self._sock.setblocking(False)
        try:
            # TLS cannot peek; whatever comes here unasked makes the connection unusable anyway.
            self._sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def send(self, content: bytes | bytearray | memoryview, timeout: float) -> None:
        """Raises Broken, Late."""
        try:
            self._sock.settimeout(timeout)
            self._sock.sendall(content)
        except TimeoutError:
            raise Late from None
        except OSError as error:
            raise Broken(type(error).__name__) from None

    def receive(self, timeout: float) -> bytes:
        """Some bytes, b"" at the end. Raises Broken, Late."""
        if self._rest:
            held, self._rest = self._rest, b""
            return held
        try:
            self._sock.settimeout(timeout)
            return self._sock.recv(BLOCK)
        except TimeoutError:
            raise Late from None
        except OSError as error:
            raise Broken(type(error).__name__) from None

    def give_back(self, content: bytes) -> None:
        self._rest = content + self._rest

    def read_block(self, end: bytes, limit: int, deadline: float) -> bytes:
        """What comes before `end`, which is taken too. Raises Broken, Late."""
        held = b""
        while True:
            place = held.find(end)
            if place >= 0:
                self._rest = held[place + len(end) :]
                return held[:place]
            if len(held) > limit:
                raise Broken("head too large")
            left = deadline - time.monotonic()
            if left <= 0:
                raise Late
            more = self.receive(left)
            if not more:
                raise Broken("cut" if held or self.used else "closed")
            held += more


def write_head(first_line: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Raises ValueError for a name or value that would end its line or the head."""
    lines = [first_line]
    for name, value in headers:
        if not TOKEN.fullmatch(name) or "\r" in value or "\n" in value or "\0" in value:
            raise ValueError(f"not a header: {name[:40]!r}")
        lines.append(f"{name}: {value}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1")


def parse_headers(lines: list[bytes]) -> Headers:
    """Raises Broken for whatever could be read in two ways."""
    if len(lines) > MAX_HEADERS:
        raise Broken("too many headers")
    found = []
    for line in lines:
        read = _HEADER.fullmatch(line)
        if read is None:
            raise Broken("bad header")
        found.append((read[1].decode("ascii").lower(), read[2].decode("latin-1")))
    return found


def read_answer_head(wire: Wire, deadline: float) -> Head:
    """The head of the final answer; interim ones (1xx) are passed over. Raises Broken, Late."""
    while True:
        lines = wire.read_block(b"\r\n\r\n", MAX_HEAD_BYTES, deadline).split(b"\r\n")
        wire.used = True
        first = _STATUS_LINE.fullmatch(lines[0])
        if first is None:
            raise Broken("not HTTP")
        status = int(first[2])
        headers = parse_headers(lines[1:])
        if status >= 200:
            closes = any(name == "connection" and "close" in value.lower() for name, value in headers)
            return Head(status, (first[3] or b"").decode("latin-1"), headers, first[1] == b"1" and not closes)
        if status == 101:
            raise Broken("switched protocols")


def framing(headers: Headers) -> int | None:
    """How long the body is: its bytes, -1 for chunks, None when nothing is said. Raises Broken for two answers."""
    lengths = {value for name, value in headers if name == "content-length"}
    codings = [value.strip().lower() for name, value in headers if name == "transfer-encoding"]
    if codings:
        if codings != ["chunked"] or lengths:
            raise Broken("two lengths" if lengths else "unknown transfer coding")
        return -1
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not length.isascii() or not length.isdigit() or len(length) > 15:
        raise Broken("bad length")
    return int(length)


def read_body(wire: Wire, head: Head, method: str, timeout: float, deadline: float) -> Iterator[bytes]:
    """The body of an answer, block by block. `head.keeps_alive` turns False when only the end of line ends it."""
    if method == "HEAD" or head.status in _NO_BODY:
        return iter(())
    length = framing(head.headers)
    if length is None:
        head.keeps_alive = False
        return _until_closed(wire, timeout, deadline)
    return read_chunks(wire, timeout, deadline) if length < 0 else read_counted(wire, length, timeout, deadline)


def _wait(timeout: float, deadline: float) -> float:
    left = min(timeout, deadline - time.monotonic())
    if left <= 0:
        raise Late
    return left


def _until_closed(wire: Wire, timeout: float, deadline: float) -> Iterator[bytes]:
    while block := wire.receive(_wait(timeout, deadline)):
        yield block


def read_counted(wire: Wire, length: int, timeout: float, deadline: float) -> Iterator[bytes]:
    """Exactly so many bytes. Raises Broken, Late."""
    left = length
    while left:
        block = wire.receive(_wait(timeout, deadline))
        if not block:
            raise Broken("cut")
        if len(block) > left:
            wire.give_back(block[left:])
            block = block[:left]
        left -= len(block)
        yield block


def read_chunks(wire: Wire, timeout: float, deadline: float) -> Iterator[bytes]:
    """A chunked body; extensions and trailers are read and dropped. Raises Broken, Late."""
    while True:
        line = wire.read_block(b"\r\n", 1024, min(deadline, time.monotonic() + timeout))
        digits = line.partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,12}", digits):
            raise Broken("bad chunk")
        size = int(digits, 16)
        if size == 0:
            break
        yield from read_counted(wire, size, timeout, deadline)
        if wire.read_block(b"\r\n", 2, min(deadline, time.monotonic() + timeout)):
            raise Broken("bad chunk")
    while wire.read_block(b"\r\n", MAX_HEAD_BYTES, min(deadline, time.monotonic() + timeout)):
        pass


def send_body(wire: Wire, head: bytes, body: bytes | Iterable[bytes], timeout: float, *, chunked: bool) -> None:
    """Head and body; a small body leaves with its head in one piece. Raises Broken, Late."""
    if isinstance(body, bytes | bytearray | memoryview):
        if len(body) <= BLOCK:
            wire.send(head + bytes(body), timeout)
        else:
            wire.send(head, timeout)
            wire.send(body, timeout)
        return
    wire.send(head, timeout)
    for block in body:
        if block:
            wire.send(b"%x\r\n%b\r\n" % (len(block), block) if chunked else block, timeout)
    if chunked:
        wire.send(b"0\r\n\r\n", timeout)
