"""Pure decisions of monitoring: classes of latency, percentiles from counts, whose address may read the numbers."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network

LATENCIES: tuple[int, ...] = (
    1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000,
    10_000, 15_000, 20_000, 30_000, 60_000, 300_000, 3_600_000, 86_400_000,
)  # fmt: skip
"""Upper bounds of the classes of latency in milliseconds; the class after the last has no end.

Letters wait for hours where a recipient is down, so the classes reach to a day.
"""


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The latency in milliseconds that this share of all stayed under, from counts by class; None of none.

    Inside a class the counted are taken as evenly spread.

    >>> percentile({0: 50, 5: 50}, 0.75)
    8.5
    """
    total = sum(counts.values())
    wanted, passed = total * share, 0
    for number in sorted(counts):
        if counts[number] and passed + counts[number] >= wanted:
            low = LATENCIES[number - 1] if number else 0
            high = LATENCIES[number] if number < len(LATENCIES) else low
            return low + (high - low) * (wanted - passed) / counts[number]
        passed += counts[number]
    return None


def cumulative(counts: Mapping[int, int]) -> list[tuple[str, int]]:
    """Counts by class as Prometheus wants a histogram: (upper bound in seconds, number at or under it)."""
    found, passed = [], 0
    for number, bound in enumerate(LATENCIES):
        passed += counts.get(number, 0)
        found.append((format(bound / 1000, "g"), passed))
    return [*found, ("+Inf", sum(counts.values()))]


def lies_in(address: str, networks: Iterable[str]) -> bool:
    """Does an address belong to one of these networks (`10.1.0.0/16`)? What cannot be read does not."""
    try:
        asked = ip_address(address)
    except ValueError:
        return False
    for network in networks:
        try:
            if asked in ip_network(network, strict=False):
                return True
        except ValueError:
            continue
    return False


def scale(values: Sequence[float], longest: float) -> list[float]:
    """Lengths of bars or widths of lines: the greatest value becomes `longest`, nothing that is there vanishes."""
    greatest = max(values, default=0)
    return (
        [max(value / greatest * longest, 1.0) if value else 0.0 for value in values]
        if greatest
        else [0.0] * len(values)
    )
