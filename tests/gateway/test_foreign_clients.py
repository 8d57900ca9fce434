"""Clients that nobody here wrote call through two real nodes: curl by X-Road's REST, pyxroad by its SOAP."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from lienthong.node.bench.pair import CLIENT, SERVICE, Pair, passing_pair

pytestmark = [pytest.mark.nodes, pytest.mark.outsiders]

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with passing_pair(durable=False) as made:
        yield made


@pytest.fixture
def curl(outside_tool: Callable[[str], str]) -> Callable[..., str]:
    program = outside_tool("curl")

    def run(*words: str) -> str:
        done = subprocess.run([program, "-sS", "--max-time", "120", *words], capture_output=True, text=True, check=True)
        return done.stdout

    return run


def test_curl_calls(pair: Pair, curl: Callable[..., str]) -> None:
    told = curl(
        "-i", "-X", "PUT", "-H", f"X-Road-Client: {CLIENT}", "-H", "X-Road-Id: curl-1", "-d", "so=1",
        f"{pair.url('H36')}{SERVICE}/echo?a=b",
    )  # fmt: skip
    head, _, body = told.partition("\n\n")
    assert head.startswith("HTTP/1.1 200")
    assert "x-road-id: curl-1" in head
    assert "x-road-request-hash: " in head
    assert body.strip() == "so=1"


def test_curl_reads_a_fault(pair: Pair, curl: Callable[..., str]) -> None:
    url = f"{pair.url('H36')}/r1/VN/GOV/G22/dan-cu/khong-co.v1/a"
    told = json.loads(curl("-H", f"X-Road-Client: {CLIENT}", url))
    assert told["type"] == "server.serverproxy.unknown_service"
    assert "<type>client.bad_request</type>" in curl("-H", "Accept: text/xml", url)


@pytest.mark.parametrize(
    "path", ["/a/../../b", "/a/%2e%2e/b", "/a/..%2fb", "/a/%c0%ae%c0%ae/b", "/a%00b", "//b", "/a%0d%0ab"]
)
def test_curl_finds_no_way_out(pair: Pair, curl: Callable[..., str], path: str) -> None:
    told = json.loads(curl("--path-as-is", "-H", f"X-Road-Client: {CLIENT}", f"{pair.url('H36')}{SERVICE}{path}"))
    assert told["type"] in ("client.bad_request", "server.serverproxy.unknown_service")


def test_letters_of_the_country_stand_in_paths(pair: Pair, curl: Callable[..., str]) -> None:
    path = "/seen/%C4%90%C3%A0%20L%E1%BA%A1t"
    seen = curl("-H", f"X-Road-Client: {CLIENT}", f"{pair.url('H36')}{SERVICE}{path}")
    assert "ho_ten" in seen
    answer = curl("-H", f"X-Road-Client: {CLIENT}", f"{pair.url('H36')}{SERVICE}/seen")
    assert answer.startswith("GET /api/seen HTTP/1.1")
    assert "lienthong-from" not in answer.lower()


def test_curl_asks_what_there_is(pair: Pair, curl: Callable[..., str]) -> None:
    base = f"{pair.url('H36')}/r1/VN/GOV/G22/dan-cu"
    client = ("-H", f"X-Road-Client: {CLIENT}")
    assert [one["service_code"] for one in json.loads(curl(*client, f"{base}/allowedMethods"))["service"]] == [
        "tra-cuu.v1"
    ]
    clients = json.loads(curl("-H", "Accept: application/json", f"{pair.url('H36')}/listClients"))["member"]
    assert {one["id"].get("subsystem_code") for one in clients} >= {"dan-cu", "mot-cua"}


def test_a_slow_service_is_told_by_its_node(pair: Pair, curl: Callable[..., str]) -> None:
    began = time.monotonic()
    answer = curl("-H", f"X-Road-Client: {CLIENT}", f"{pair.url('H36')}{SERVICE}/slow/1.5")
    assert answer == "at last"
    assert time.monotonic() - began >= 1.5


def test_a_hundred_megabytes_pass_without_being_held(pair: Pair, curl: Callable[..., str], tmp_path: Path) -> None:
    """Both ways; neither node grows by more than 64 MB while it carries them."""
    block, size = bytes(range(256)) * 4096, 100 * MEGABYTE
    digest = sha256()
    with (tmp_path / "large").open("wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
            digest.update(block)
    client = ("-H", f"X-Road-Client: {CLIENT}")
    curl(*client, f"{pair.url('H36')}{SERVICE}/size/{MEGABYTE}", "-o", str(tmp_path / "small"))
    before = {code: pair.resident_bytes(code) for code in ("G22", "H36")}
    highest, over = dict(before), threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for code, most in highest.items():
                highest[code] = max(most, pair.resident_bytes(code))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    url = f"{pair.url('H36')}{SERVICE}"
    sent = curl(*client, "-H", "Expect:", "-T", str(tmp_path / "large"), f"{url}/digest")
    curl(*client, f"{url}/size/{size}", "-o", str(tmp_path / "back"))
    over.set()
    watcher.join()
    assert sent == f"{size} {digest.hexdigest()}"
    assert (tmp_path / "back").stat().st_size == size
    grown = {code: (highest[code] - before[code]) // MEGABYTE for code in highest}
    assert all(megabytes < 64 for megabytes in grown.values()), grown


def test_pyxroad_calls(pair: Pair) -> None:
    """A SOAP client for X-Road: it fetches the WSDL from its security server and calls by it."""
    from XRoad import XClient

    client = XClient(pair.url("H36"), CLIENT, "VN/GOV/G22/dan-cu/tra-cuu-soap/v1")
    assert client.request(soDinhDanh="001026000001") is not None
    client.transport.session.close()


def test_both_logs_are_whole_at_the_end(pair: Pair) -> None:
    told = [json.loads(pair.part(code, "verify")) for code in ("G22", "H36")]
    assert all(log["faults"] == [] for log in told)
    assert told[0]["calls"] >= 8
