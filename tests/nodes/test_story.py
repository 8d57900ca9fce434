"""The main story against real nodes: told in peace, and with a node killed in the middle of every step."""

import threading
import time

import pytest

from lienthong.node.demo.country import NAMES, Country
from lienthong.node.story.checks import check_all, read_figures
from lienthong.node.story.command import make_tale, wait_until
from lienthong.node.story.tale import Step
from lienthong.node.story.teller import Teller

pytestmark = pytest.mark.nodes


def tell(country: Country, teller: Teller):
    tale = make_tale(country)
    before = read_figures(country, tale)
    teller.tell(tale.steps())
    checks = list(check_all(country, tale, before, lambda true: wait_until(true, 60)))
    return [f"{check.title}: {check.found}" for check in checks if not check.holds]


def test_the_story_holds(country):
    assert tell(country, Teller(say=lambda _told: None, patience=60)) == []


def test_the_story_holds_with_a_node_killed_at_every_step(country):
    """kill -9, alternately of the node that acts and of one that the deed concerns, in the middle of each step."""
    mischief = Mischief(country)
    teller = Teller(say=lambda _told: None, patience=90, meanwhile=mischief.strike, repair=mischief.repair)
    failed = tell(country, teller)
    assert mischief.kills >= len(teller.told)
    assert failed == []


class Mischief:
    """Kills a node a moment after the step has begun; mended by the test's own thread, which a node must outlive."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.kills = 0
        self._victim = ""
        self._hand = threading.Thread()

    def strike(self, step: Step, number: int) -> None:
        self.repair()
        self._victim = step.node if number % 2 == 0 else NAMES[number // 2 % len(NAMES)]
        delay = (0.0, 0.02, 0.05, 0.1, 0.2)[number % 5]
        self._hand = threading.Thread(target=self._kill, args=(delay,))
        self._hand.start()

    def repair(self) -> None:
        if self._victim:
            self._hand.join()
            self.country.restart(self._victim)
            self._victim = ""

    def _kill(self, delay: float) -> None:
        time.sleep(delay)
        self.country.kill(self._victim)
        self.kills += 1
