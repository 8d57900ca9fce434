"""A real nginx speaks mutual TLS for a node, with the key in a file and with the key on a token."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lienthong.kernel import http, profile, roles, tls
from lienthong.node import outsiders, proxy
from lienthong.node.demo.passing import free_ports
from lienthong.platform.signing import services

pytestmark = pytest.mark.django_db

PIN = "4711-0815"


class Behind(BaseHTTPRequestHandler):
    """Stands for the node behind nginx: says what came."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = f"{self.path} {len(body)} {self.headers['Host']} {self.headers['X-Forwarded-Proto']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def me(folder):
    """A node whose TLS is nginx's affair, with a program behind it."""
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    incoming, outgoing = free_ports(2)
    made = replace(
        profile.node(),
        home=folder / "home",
        port=behind.server_port,
        exchange_address=f"https://localhost:{incoming}",
        tls_proxy=f"http://127.0.0.1:{outgoing}",
    )
    from lienthong.platform.signing.roles import ROLES

    roles.open_roles(ROLES)
    services.install_trust(folder, into=made.home)
    yield made
    behind.shutdown()


class Nginx:
    """nginx in the foreground, until it is told to end."""

    def __init__(self, conf: Path, **environment: str) -> None:
        command = [outsiders.find_tool("nginx"), "-c", str(conf), "-g", "daemon off;"]
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True)

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def end(self) -> str:
        self.process.terminate()
        return self.process.communicate(timeout=30)[1]


@pytest.fixture
def start():
    running: list[Nginx] = []

    def begin(conf: Path, **environment: str) -> Nginx:
        running.append(Nginx(conf, **environment))
        return running[-1]

    yield begin
    for one in running:
        one.end()


def issue(me: profile.Node, folder: Path, hosts=("localhost",), into: Path | None = None) -> None:
    services.issue_certificate(
        folder, name="tls", kind="tls", agency_code="H36", common_name="Nút", hosts=hosts, into=into or me.home
    )


def ask(me: profile.Node, path: str, *, home: Path | None = None, proxy: str | None = None) -> http.Response:
    given = {"home": home or me.home, "tls_proxy": me.tls_proxy if proxy is None else proxy}
    with profile.playing(me, **given):
        return http.request("POST", f"{me.exchange_url}{path}", body=b"x" * 300_000, peer=True)


def wait(me: profile.Node, nginx: Nginx) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and nginx.process.poll() is None:
        try:
            ask(me, "/exchange/letters")
        except http.Unreachable:
            time.sleep(0.1)
        else:
            return
    pytest.fail(nginx.end())


@pytest.mark.outsiders("nginx")
def test_nginx_carries_both_ways_and_turns_strangers_away(me, folder, start):
    issue(me, folder)
    nginx = start(proxy.write(me, proxy.place_of(me), [me.exchange_url]))
    wait(me, nginx)
    host = me.exchange_url.removeprefix("https://")
    answer = ask(me, "/exchange/letters?a=b%2Fc")
    assert answer.body.decode() == f"/exchange/letters?a=b%2Fc 300000 {host.partition(':')[0]} https"
    assert ask(me, "/van-hanh/").status == 404
    # A node without nginx reaches it too; a stranger does not.
    neighbour, stranger = folder / "neighbour", folder / "stranger"
    issue(me, folder, into=neighbour)
    assert ask(me, "/exchange/letters", home=neighbour, proxy="").status == 200
    issue(me, folder / "abroad", into=stranger)
    for root in (me.home / "trust").glob("*.pem"):
        (stranger / "trust" / root.name).write_bytes(root.read_bytes())
    turned_away = ask(me, "/exchange/letters", home=stranger, proxy="")
    assert turned_away.status == 400
    assert b"SSL certificate error" in turned_away.body


@pytest.mark.outsiders("nginx")
def test_nginx_believes_no_foreign_node(me, folder, start):
    issue(me, folder)
    foreign = replace(me, home=folder / "foreign", port=me.port, tls_proxy="http://127.0.0.1:1")
    issue(foreign, folder / "abroad", into=foreign.home)
    (me.home / "trust" / "extra").mkdir()
    ports = free_ports(1)
    foreign = replace(foreign, exchange_address=f"https://localhost:{ports[0]}")
    foreign_nginx = start(proxy.write(foreign, proxy.place_of(foreign), []))
    nginx = start(proxy.write(me, proxy.place_of(me), [me.exchange_url, foreign.exchange_url]))
    wait(me, nginx)
    assert foreign_nginx.process.poll() is None
    with profile.playing(me):
        answer = http.request("POST", f"{foreign.exchange_url}/exchange/letters", body=b"x", peer=True)
    assert answer.status == 502
    assert "certificate verify error" in (me.home / "tls" / "nginx-error.log").read_text()


@pytest.mark.outsiders("nginx", "softhsm2", "engine")
def test_nginx_uses_a_key_that_never_leaves_its_token(me, folder, start, outside_tool, monkeypatch):
    (folder / "store").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'store'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    pin = folder / "pin"
    pin.write_text(PIN)
    pin.chmod(0o600)
    monkeypatch.setenv("LIENTHONG_TOKEN_PIN_FILE", str(pin))
    label = folder.name
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "so-1234"],
        check=True,
        capture_output=True,
    )
    keys = {
        "keys": {
            "store": "pkcs11",
            "module": outside_tool("softhsm2"),
            "token": label,
            "environment": ["SOFTHSM2_CONF"],
        }
    }
    me = replace(me, parameters=keys)
    with profile.playing(me):
        certify(folder)
    assert not list(me.home.rglob("*.key"))
    conf = proxy.write(me, proxy.place_of(me), [me.exchange_url])
    assert PIN not in conf.read_text()
    nginx = start(conf, OPENSSL_CONF=str(conf.parent / "openssl.cnf"))
    wait(me, nginx)
    assert ask(me, "/exchange/questions").status == 200, (me.home / "tls" / "nginx-error.log").read_text()
    # The next key takes over while requests go on: none is lost.
    before = (me.home / "keys" / "tls.crt").read_bytes()
    done = threading.Event()
    failed: list[str] = []
    asked = [0]

    def keep_asking() -> None:
        while not done.is_set():
            try:
                if ask(me, "/exchange/letters").status != 200:
                    failed.append("status")
            except http.Unreachable as trouble:
                failed.append(trouble.reason)
            asked[0] += 1

    asking = threading.Thread(target=keep_asking)
    asking.start()
    with profile.playing(me):
        certify(folder)
    nginx.reload()
    enough, deadline = asked[0] + 100, time.monotonic() + 120
    while asked[0] < enough and time.monotonic() < deadline:
        time.sleep(0.1)
    done.set()
    asking.join()
    assert (me.home / "keys" / "tls.crt").read_bytes() != before
    assert asked[0] >= enough
    assert failed == []


def certify(folder: Path) -> None:
    request = services.request_certificate("tls", agency_code="H36", common_name="Nút", hosts=("localhost",))
    issued = services.issue_from_request(
        request, kind="tls", agency_code="H36", common_name="Nút", hosts=("localhost",), home=folder
    )
    services.install_certificate("tls", issued.pem)


def test_a_profile_that_leaves_no_room_for_a_proxy_is_told_so(me):
    for change, word in (
        ({"tls_proxy": ""}, "tls_proxy"),
        ({"exchange_port": 8443}, "remove exchange_port"),
        ({"tls_proxy": "http://192.0.2.1:8444"}, "loopback"),
    ):
        assert word in proxy.complaint(replace(me, **change))
    assert proxy.complaint(me) == ""
    assert tls.PROXY_HEADER in proxy.nginx(me, proxy.place_of(me), [])
