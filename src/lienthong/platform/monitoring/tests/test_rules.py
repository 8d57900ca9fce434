"""Percentiles, classes of latency and networks."""

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.platform.monitoring import rules

LENGTHS = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=200)


def classes(values: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for value in values:
        number = bisect_left(rules.LATENCIES, max(value, 1))
        found[number] = found.get(number, 0) + 1
    return found


@given(LENGTHS, st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_percentile_lies_in_the_class_of_the_true_one(values: list[int], share: float) -> None:
    found = rules.percentile(classes(values), share)
    rank = max(-(-len(values) * share // 1), 1)
    true = sorted(values)[int(rank) - 1]
    number = bisect_left(rules.LATENCIES, max(true, 1))
    low = rules.LATENCIES[number - 1] if number else 0
    high = rules.LATENCIES[number] if number < len(rules.LATENCIES) else low
    assert found is not None
    assert low <= found <= high


def test_of_nothing_there_is_no_percentile() -> None:
    assert rules.percentile({}, 0.5) is None


@given(LENGTHS)
def test_a_histogram_grows_to_the_number_of_all(values: list[int]) -> None:
    numbers = [number for _, number in rules.cumulative(classes(values))]
    assert numbers == sorted(numbers)
    assert numbers[-1] == len(values)


@pytest.mark.parametrize(
    ("address", "networks", "inside"),
    [
        ("127.0.0.1", ["127.0.0.0/8"], True),
        ("10.2.3.4", ["10.1.0.0/16"], False),
        ("10.2.3.4", ["nonsense", "10.2.3.4"], True),
        ("::1", ["::1/128", "10.0.0.0/8"], True),
        ("", ["0.0.0.0/0"], False),
        ("x", ["0.0.0.0/0"], False),
    ],
)
def test_networks(address: str, networks: list[str], inside: bool) -> None:
    assert rules.lies_in(address, networks) is inside


@given(st.lists(st.integers(0, 10**9), max_size=20))
def test_bars_keep_their_order_and_what_is_there_stays_visible(values: list[int]) -> None:
    bars = rules.scale(values, 100)
    assert len(bars) == len(values)
    assert all(bar <= 100 and (bar > 0) == (value > 0) for bar, value in zip(bars, values, strict=True))
