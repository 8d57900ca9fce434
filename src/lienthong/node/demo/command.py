"""`./lienthong demo`: the whole demo country on this machine, with the addresses and the people."""

import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lienthong.node.cluster import UpgradeFailed
from lienthong.node.demo.country import NAMES, Country, CountryProblem
from lienthong.node.demo.guide import welcome
from lienthong.node.postgres import ServerProblem
from lienthong.node.serve import PortTaken


def run(home: Path, ports: str, *, fresh: bool, once: bool) -> int:
    """Prepare, start, print, and stay until told to stop. Gives 0, or 1 with a sentence."""
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {line}", flush=True)

    try:
        with Country(home.absolute(), _read_ports(ports), say) as country:
            if fresh:
                country.throw_away()
            country.prepare()
            say("Starting the nodes …")
            country.start()
            say("The demo country is up.")
            print(welcome(country), flush=True)
            country.share()
            if not once:
                stay(country, say)
    except (CountryProblem, PortTaken, ServerProblem, UpgradeFailed, ValueError) as problem:
        print(f"lienthong: {problem}", file=sys.stderr)
        return 1
    print("Stopped. Everything is kept for the next start.")
    return 0


def _read_ports(ports: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(port) for port in ports.split(","))
    except ValueError:
        numbers = ()
    if len(set(numbers)) != len(NAMES) or not all(1024 <= port <= 65535 for port in numbers):
        raise ValueError("--ports wants three different ports between 1024 and 65535, as in --ports 8001,8002,8003")
    return numbers


def stay(country: Country, say: Callable[[str], None]) -> None:
    """Until Ctrl+C or SIGTERM; a node that dies is started again, as an operator's supervisor would."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(1.0):
        for name in country.dead():
            say(f"The node {name} ended; starting it again.")
            country.start_node(name)
