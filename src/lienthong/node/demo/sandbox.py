"""The sandbox (môi trường thử nghiệm): a hub and a peer on loopback for integrators; only the certificates pretend."""

import json
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from lienthong.node.cluster import UpgradeFailed
from lienthong.node.demo.command import stay
from lienthong.node.demo.country import Country, CountryProblem
from lienthong.node.demo.passing import free_ports
from lienthong.node.postgres import ServerProblem
from lienthong.node.processes import REPOSITORY
from lienthong.node.serve import PortTaken

NAMES = ("hub", "province")
PEER = "H36"


def make_sandbox(home: Path, ports: tuple[int, ...], say: Callable[[str], object] = print) -> Country:
    """The two nodes, not yet prepared."""
    return Country(
        home,
        ports,
        say,
        people=0,
        names=NAMES,
        profiles=REPOSITORY / "nodes" / "sandbox",
        environment={"LIENTHONG_DEMO_CRAWL": "0"},
    )


def run(home: Path, ports: str, *, fresh: bool, once: bool) -> int:
    """Prepare, start, print, and stay until told to stop. Gives 0, or 1 with a sentence."""
    try:
        with make_sandbox(home.absolute(), _ports(home, ports, fresh=fresh)) as sandbox:
            if fresh:
                sandbox.throw_away()
            sandbox.prepare()
            _remember_ports(sandbox)
            sandbox.start()
            print(welcome(sandbox), flush=True)
            if not once:
                stay(sandbox, print)
    except (CountryProblem, PortTaken, ServerProblem, UpgradeFailed, ValueError) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    print("Stopped. Everything is kept for the next start.")
    return 0


def _ports(home: Path, given: str, *, fresh: bool) -> tuple[int, ...]:
    """Those given, those of the last start (nodes that joined know them), or free ones."""
    note = home / "ports.json"
    if given:
        numbers = tuple(int(port) for port in given.split(",") if port.isdigit())
        if len(set(numbers)) != len(NAMES) or not all(1024 <= port <= 65535 for port in numbers):
            raise ValueError("--ports wants two different ports between 1024 and 65535, as in --ports 8101,8102")
        return numbers
    if note.exists() and not fresh:
        return tuple(json.loads(note.read_text(encoding="utf-8")))
    return free_ports(len(NAMES))


def _remember_ports(sandbox: Country) -> None:
    (sandbox.home / "ports.json").write_text(json.dumps(list(sandbox.ports)), encoding="utf-8")


def welcome(sandbox: Country) -> str:
    """Addresses, digits, and what to try first."""
    hub, peer = sandbox.url("hub"), sandbox.url("province")
    with urllib.request.urlopen(f"{hub}/exchange/trust", timeout=10) as answer:  # noqa: S310 (loopback)
        digits = json.loads(answer.read())["trust_fingerprint"]
    return f"""
liên thông – sandbox. Certificates are pretended, the protocol is real (docs/protocols/exchange.md).

  {hub}/    hub (G22): applications at {hub}/van-hanh/trao-doi/don-ket-noi/
  {peer}/    peer ({PEER}): answers self-test.v1 letters and exchange.self-test questions
  Sign in with a click: {hub}/dang-nhap/ (“Quản trị hệ thống” is the operator)

Look around:
  curl -s {hub}/exchange/directory?version=2 | head -c 600     the signed directory
  curl -s {hub}/exchange/trust                                 whom to trust; digits: {digits}
  curl -s {hub}/suc-khoe/                                      health
  # an unsigned letter is turned away:
  curl -si -X POST {peer}/exchange/letters -H 'Content-Type: application/json' -d '{{}}'

Join with a node of this program:
  ./lienthong join --hub {hub} --profile var/my-node.toml --code H02 --title "Tỉnh thử nghiệm" --port 8123 \\
      --contact "Tên bạn" --phone 0900000000 --trust-fingerprint "{digits}"
  Approve it as the hub's operator by typing in the digits that it prints, then:
  ./lienthong serve --profile var/my-node.toml
  ./lienthong self-test --profile var/my-node.toml --peer {PEER}

Join with a node of your own: POST {hub}/exchange/applications (docs/protocols/joining.md).
Data: {sandbox.home}. Stop: Ctrl+C. Start anew: ./lienthong sandbox --fresh
"""
