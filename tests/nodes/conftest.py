"""A country of real node processes, made once for the tests that need no other; and one to kill nodes in."""

from collections.abc import Iterator

import pytest

from lienthong.node.demo.country import NAMES, Country
from lienthong.node.demo.passing import free_ports, passing_folder
from tests.nodes.collector import Collector, collecting


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """Takes the traces of the country."""
    with collecting() as made:
        yield made


@pytest.fixture(scope="package")
def country(collector: Collector) -> Iterator[Country]:
    """A small country whose nodes run; its folder is open to the user that the database runs as.

    Tests leave it running, with what they did in it.
    """
    environment = {
        "LIENTHONG_DEMO_CRAWL": "0",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with (
        passing_folder() as home,
        Country(
            home, free_ports(len(NAMES)), lambda _: None, people=500, durable=False, environment=environment
        ) as made,
    ):
        made.prepare()
        made.start()
        yield made
        for name in NAMES:
            # Nothing of it is wanted any more, so nobody waits until it has finished.
            made.kill(name)
