"""Exposition: the node's numbers in the text form of Prometheus, made anew for each scrape from what is stored.

They come from tables and not from counters of this process, so they are exact over restarts and for all processes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from lienthong import __version__
from lienthong.kernel.health import LEVELS, Check, Measure
from lienthong.kernel.profile import node
from lienthong.platform.monitoring.rules import cumulative
from lienthong.platform.monitoring.types import TotalRow

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_PARTIES = ("side", "kind", "client", "provider", "service")


def expose(totals: Iterable[TotalRow], measures: Iterable[Measure], checks: Iterable[Check]) -> bytes:
    """The whole answer to a scrape."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(_Numbers(list(totals), list(measures), list(checks)))
    return generate_latest(registry)


class _Numbers(Collector):
    """Hands the families to the registry."""

    def __init__(self, totals: list[TotalRow], measures: list[Measure], checks: list[Check]) -> None:
        self._totals = totals
        self._measures = measures
        self._checks = checks

    def collect(self) -> Iterator[Metric]:
        """All families."""
        about = GaugeMetricFamily("lienthong_node", "This node", labels=("name", "agency", "version"))
        about.add_metric((node().name, node().agency_code, __version__), 1)
        yield about
        yield from _operations(self._totals)
        yield from _durations(self._totals)
        yield from _measured(self._measures)
        yield _checked(self._checks)


def _operations(totals: list[TotalRow]) -> Iterator[Metric]:
    number = CounterMetricFamily(
        "lienthong_operations", "Messages by parties, service and outcome", labels=(*_PARTIES, "fault")
    )
    size = CounterMetricFamily("lienthong_operation_bytes", "Bytes of messages", labels=(*_PARTIES, "direction"))
    counted: dict[tuple[str, ...], int] = defaultdict(int)
    sizes: dict[tuple[str, ...], int] = defaultdict(int)
    for row in totals:
        parties = (row.side, row.kind, row.client, row.provider, row.service)
        counted[*parties, row.fault] += row.number
        sizes[*parties, "request"] += row.bytes_in
        sizes[*parties, "response"] += row.bytes_out
    for labels, value in counted.items():
        number.add_metric(labels, value)
    for labels, value in sizes.items():
        size.add_metric(labels, value)
    yield number
    yield size


def _durations(totals: list[TotalRow]) -> Iterator[Metric]:
    family = HistogramMetricFamily(
        "lienthong_operation_seconds",
        "How long messages took at this end",
        labels=("side", "kind", "provider", "service"),
    )
    classes: dict[tuple[str, ...], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    took: dict[tuple[str, ...], int] = defaultdict(int)
    for row in totals:
        key = (row.side, row.kind, row.provider, row.service)
        classes[key][row.latency] += row.number
        took[key] += row.milliseconds
    for labels, counts in classes.items():
        family.add_metric(labels, cumulative(counts), took[labels] / 1000)
    yield family


def _measured(measures: list[Measure]) -> Iterator[Metric]:
    families: dict[str, Metric] = {}
    for one in measures:
        if one.name not in families:
            kind = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
            families[one.name] = kind(
                f"lienthong_{one.name.removesuffix('_total')}", one.description, labels=sorted(one.labels)
            )
        family = families[one.name]
        if isinstance(family, (CounterMetricFamily, GaugeMetricFamily)):
            family.add_metric([one.labels[name] for name in sorted(one.labels)], one.value)
    yield from families.values()


def _checked(checks: list[Check]) -> Metric:
    family = GaugeMetricFamily(
        "lienthong_check", "Checks of health: 0 ok, 1 warning, 2 failing", labels=("name", "about")
    )
    worst: dict[tuple[str, str], int] = {}
    for check in checks:
        worst[check.name, check.about] = max(worst.get((check.name, check.about), 0), LEVELS.index(check.level))
    for labels, value in worst.items():
        family.add_metric(labels, value)
    return family
