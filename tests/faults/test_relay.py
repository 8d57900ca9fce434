"""The relay does to requests what it says; otherwise a trial would prove nothing."""

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lienthong.node.demo.passing import free_ports
from lienthong.node.faults.relay import Relay

BODY = b"0123456789" * 100


class Echo(BaseHTTPRequestHandler):
    """Remembers what came whole and gives it back."""

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return
        self.server.seen.append(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Behind(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


@pytest.fixture
def behind():
    server = Behind(("127.0.0.1", 0), Echo)
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def relay(behind):
    (port,) = free_ports(1)
    relay = Relay(port, behind.server_port, seed=1)
    relay.port = port
    relay.start()
    yield relay
    relay.stop()


def ask(relay, timeout=10):
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=timeout)
    try:
        connection.request("POST", "/exchange/letters", body=BODY)
        return connection.getresponse().read()
    finally:
        connection.close()


def test_without_a_fault_it_passes_on(relay, behind):
    assert ask(relay) == BODY
    assert behind.seen == [BODY]
    assert relay.passed == 1


@pytest.mark.parametrize(("fault", "arrived"), [("cut", 0), ("deaf", 1), ("truncate", 0), ("drip", 1)])
def test_the_caller_gets_no_whole_answer(relay, behind, fault, arrived):
    relay.fault, relay.seconds = fault, 0.1
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(relay)
    deadline = time.monotonic() + 5
    while len(behind.seen) < arrived and time.monotonic() < deadline:
        time.sleep(0.01)
    assert behind.seen == [BODY] * arrived
    assert relay.struck[fault] == 1


def test_a_duplicate_arrives_twice(relay, behind):
    relay.fault = "duplicate"
    assert ask(relay) == BODY
    deadline = time.monotonic() + 5
    while len(behind.seen) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert behind.seen == [BODY, BODY]


def test_a_tampered_request_differs_in_one_byte(relay, behind):
    relay.fault = "tamper"
    ask(relay)
    assert sum(a != b for a, b in zip(behind.seen[0], BODY, strict=True)) == 1


def test_a_late_request_arrives_late(relay, behind):
    relay.fault, relay.seconds = "delay", 0.3
    begun = time.monotonic()
    assert ask(relay) == BODY
    assert time.monotonic() - begun >= 0.3


def test_a_share_of_the_requests_is_struck(relay):
    relay.fault, relay.share = "tamper", 0.5
    for _ in range(40):
        ask(relay)
    assert 5 < relay.struck["tamper"] < 35
    assert relay.struck["tamper"] + relay.passed == 40
