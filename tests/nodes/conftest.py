"""A country of real node processes, made once for the tests of a module; and one to kill nodes in."""

from collections.abc import Iterator

import pytest

from lienthong.node.demo.country import NAMES, Country
from lienthong.node.demo.passing import free_ports, passing_folder


@pytest.fixture(scope="module")
def country() -> Iterator[Country]:
    """A small country whose nodes run; its folder is open to the user that the database runs as."""
    environment = {"LIENTHONG_DEMO_CRAWL": "0"}
    with (
        passing_folder() as home,
        Country(home, free_ports(len(NAMES)), lambda _: None, people=500, environment=environment) as made,
    ):
        made.prepare()
        made.start()
        yield made
