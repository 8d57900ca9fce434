"""Work that may wait rests while letters are many, and not for ever."""

import time

import pytest

from lienthong.kernel import lull
from lienthong.kernel.lull import HEAVY, LONGEST, Lull, Traffic


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_few_letters_hold_nothing_up(seconds: list[float]) -> None:
    traffic = Traffic()
    rest = Lull(traffic)
    for _ in range(10):
        traffic.note(HEAVY // 10)
        seconds[0] += 1
        assert rest.is_here()


def test_many_letters_do_until_they_have_gone(seconds: list[float]) -> None:
    traffic = Traffic()
    rest = Lull(traffic)
    traffic.note(HEAVY)
    assert not rest.is_here()
    seconds[0] += 2.5
    assert rest.is_here()


def test_nothing_rests_for_ever(seconds: list[float]) -> None:
    traffic = Traffic()
    rest = Lull(traffic)
    waited = 0
    traffic.note(HEAVY)
    while not rest.is_here():
        traffic.note(HEAVY)
        seconds[0] += 1
        waited += 1
    assert waited == LONGEST
    traffic.note(HEAVY)
    assert rest.is_here(), "what has rested long enough goes on until the traffic ends"
    seconds[0] += 3
    assert rest.is_here()
    traffic.note(HEAVY)
    assert not rest.is_here(), "then it rests again"


def test_the_lulls_of_a_process_hear_of_its_letters(seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lull, "_TRAFFIC", Traffic())
    one, other = lull.lull(), lull.lull(5)
    assert one.is_here()
    lull.note(HEAVY)
    assert not one.is_here()
    assert not other.is_here()
    seconds[0] += 1
    lull.note(HEAVY)
    seconds[0] += 1
    lull.note(HEAVY)
    assert not other.is_here()
    for _ in range(5):
        seconds[0] += 1
        lull.note(HEAVY)
    assert other.is_here()
    assert not one.is_here()
