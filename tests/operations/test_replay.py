"""The replay's mix is what it says, and a run repeats by its seed."""

import random
from collections import Counter

from lienthong.node.bench.replay import Replayed, draw

OTHERS = ("G01", "H36", "H26", "H41")


def test_the_mix_is_as_it_is_described():
    chance = random.Random(7)
    drawn = [draw(chance, OTHERS) for _ in range(20_000)]
    sizes = Counter(one.size for one in drawn)
    assert 0.78 < sizes[20_000] / 20_000 < 0.82
    assert 0.02 < sizes[2**20] / 20_000 < 0.04
    assert 0.80 < sum(len(one.receivers) == 1 for one in drawn) / 20_000 < 0.84
    assert {len(one.receivers) for one in drawn} == {1, 4}
    assert 0.005 < sum(one.recalled for one in drawn) / 20_000 < 0.015


def test_a_run_repeats_by_its_seed():
    first, second = random.Random(3), random.Random(3)
    assert [draw(first, OTHERS) for _ in range(50)] == [draw(second, OTHERS) for _ in range(50)]


def test_the_hours_of_the_country():
    assert Replayed(documents=1000, arrivals=1700, registered=1700, seconds=10.0).national_hours == 12.5
