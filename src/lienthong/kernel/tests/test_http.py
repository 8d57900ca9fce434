"""The guarded client against peers that answer well, badly, late or not at all: real sockets, scripted bytes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from lienthong.kernel import http, http1, tracing

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Peer:
    """A server of one script per request; it remembers what it was sent and on how many connections."""

    def __init__(self, *answers: bytes, close_after: bool = False) -> None:
        self.answers = list(answers)
        self.close_after = close_after
        self.requests: list[bytes] = []
        self.connections = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                sock, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock: socket.socket) -> None:
        with sock:
            while self.answers:
                if not (got := _read_request(sock)):
                    return
                self.requests.append(got)
                sock.sendall(self.answers.pop(0))
                if self.close_after:
                    return
            sock.recv(1)

    def close(self) -> None:
        self._server.close()


def _read_request(sock: socket.socket) -> bytes:
    held = b""
    while b"\r\n\r\n" not in held:
        if not (more := sock.recv(65536)):
            return b""
        held += more
    head, _, rest = held.partition(b"\r\n\r\n")
    length = next((int(one[16:]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length")), 0)
    chunked = b"transfer-encoding: chunked" in head.lower()
    while len(rest) < length or (chunked and not rest.endswith(b"0\r\n\r\n")):
        rest += sock.recv(65536)
    return head + b"\r\n\r\n" + rest


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    made: list[Peer] = []

    def make(*answers: bytes, close_after: bool = False) -> Peer:
        made.append(Peer(*answers, close_after=close_after))
        return made[-1]

    yield make
    http.forget_connections()
    for one in made:
        one.close()


@contextmanager
def refused(reason: str) -> Iterator[None]:
    with pytest.raises(http.Unreachable) as caught:
        yield
    assert caught.value.reason == reason


def test_a_connection_is_used_again(peer: Callable[..., Peer]) -> None:
    there = peer(OK, OK)
    for _ in range(2):
        assert http.request("POST", there.url + "/a?b=c", body=b"x", headers={"X-A": "1"}).body == b"hello"
    assert there.connections == 1
    head = there.requests[0].partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert head[0] == b"POST /a?b=c HTTP/1.1"
    assert b"Content-Length: 1" in head
    assert b"X-A: 1" in head


def test_a_connection_that_the_peer_closed_is_not_used(peer: Callable[..., Peer]) -> None:
    there = peer(OK, OK, close_after=True)
    assert [http.request("GET", there.url).status for _ in range(2)] == [200, 200]
    assert there.connections == 2


def test_an_answer_says_that_it_is_the_last(peer: Callable[..., Peer]) -> None:
    there = peer(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), OK)
    assert [http.request("GET", there.url).body for _ in range(2)] == [b"hello", b"hello"]
    assert there.connections == 2


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n",
            b"abcde",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", b""),
    ],
)
def test_bodies_in_every_lawful_form(peer: Callable[..., Peer], answer: bytes, body: bytes) -> None:
    there = peer(answer)
    assert http.request("GET", there.url).body == body
    assert len(there.requests) == 1


def test_a_body_that_only_the_end_of_the_line_ends(peer: Callable[..., Peer]) -> None:
    there = peer(b"HTTP/1.0 200 OK\r\n\r\nall of it", close_after=True)
    assert http.request("GET", there.url).body == b"all of it"


def test_the_answer_to_head_has_no_body(peer: Callable[..., Peer]) -> None:
    there = peer(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", OK)
    assert http.request("HEAD", there.url).body == b""
    assert http.request("GET", there.url).body == b"hello"
    assert there.connections == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "bad length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "two lengths"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "unknown transfer coding"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "bad length"),
        (b"HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n", "bad header"),
        (b"HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", "bad header"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "bad chunk"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "cut"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, "head too large"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "switched protocols"),
    ],
)
def test_answers_that_are_none(peer: Callable[..., Peer], answer: bytes, reason: str) -> None:
    there = peer(answer, close_after=True)
    with refused(reason):
        http.request("GET", there.url)


def test_nobody_listens_and_nobody_answers(peer: Callable[..., Peer]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gone = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with refused("timeout"):
            http.request("GET", gone, timeout=0.1)
    with refused("refused"):
        http.request("GET", gone)
    with refused("unknown name"):
        http.request("GET", "http://khong-co.invalid/")


def test_a_peer_that_drips_does_not_hold_us_for_ever(peer: Callable[..., Peer]) -> None:
    there = peer(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nx")
    with refused("timeout"), http.stream("GET", there.url, timeout=5, total=0.2) as answer:
        list(answer.chunks)


def test_a_body_is_streamed_by_length_or_in_chunks(peer: Callable[..., Peer]) -> None:
    there = peer(OK, OK)
    blocks = [b"a" * 70_000, b"", b"b" * 10]
    for length in (70_010, None):
        with http.stream("PUT", there.url, body=iter(blocks), length=length) as answer:
            assert b"".join(answer.chunks) == b"hello"
    counted, chunked = (one.partition(b"\r\n\r\n") for one in there.requests)
    assert b"Content-Length: 70010" in counted[0]
    assert counted[2] == b"".join(blocks)
    assert b"Transfer-Encoding: chunked" in chunked[0]
    assert chunked[2] == b"11170\r\n" + blocks[0] + b"\r\na\r\n" + blocks[2] + b"\r\n0\r\n\r\n"
    assert there.connections == 1


def test_an_answer_left_unread_does_not_reach_the_next_request(peer: Callable[..., Peer]) -> None:
    there = peer(OK, OK.replace(b"hello", b"other"))
    with http.stream("GET", there.url) as answer:
        assert answer.status == 200
    assert http.request("GET", there.url).body == b"other"
    assert there.connections == 2


@pytest.mark.parametrize("header", [("X-A", "1\r\nX-B: 2"), ("X-A\r\nX-B", "1"), ("X A", "1"), ("X-A", "1\0")])
def test_nothing_slips_into_the_head(peer: Callable[..., Peer], header: tuple[str, str]) -> None:
    there = peer(OK)
    with pytest.raises(ValueError, match="not a header"):
        http.request("GET", there.url, headers=dict([header]))
    assert there.requests == []


@pytest.mark.parametrize(
    "url", ["ftp://a/", "http://u:p@a/", "http:///x", "file:///etc/passwd", "http://a/b c", "http://a/ạ"]
)
def test_only_plain_addresses(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        http.request("GET", url)


def test_the_address_behind_a_name_is_judged_at_each_connect(peer: Callable[..., Peer], monkeypatch) -> None:
    there = peer(OK, OK, close_after=True)
    port = int(there.url.rpartition(":")[2])
    answers = iter(["127.0.0.1", "127.0.0.2"])
    known = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, **more: known(next(answers), port, **more))

    def permit(address: http.Address) -> bool:
        return str(address) == "127.0.0.1"

    with http.stream("GET", f"http://provider.test:{port}/", permit=permit) as answer:
        assert answer.status == 200
        list(answer.chunks)
    with pytest.raises(http.NotPermitted), http.stream("GET", f"http://provider.test:{port}/", permit=permit):
        pass
    assert there.connections == 1


def test_the_trace_travels_along(peer: Callable[..., Peer]) -> None:
    there = peer(OK)
    with tracing.following(trace := tracing.fresh()):
        http.request("GET", there.url)
    assert f"traceparent: {trace}".encode() in there.requests[0]


def test_a_head_is_read_however_it_is_cut() -> None:
    ours, theirs = socket.socketpair()
    wire = http1.Wire(ours)
    content = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    def drip() -> None:
        for place in range(len(content)):
            theirs.sendall(content[place : place + 1])

    threading.Thread(target=drip, daemon=True).start()
    head = http1.read_answer_head(wire, time.monotonic() + 60)
    assert b"".join(http1.read_body(wire, head, "GET", 5, time.monotonic() + 60)) == b"ok"
    wire.close()
    theirs.close()
