"""Fixtures: the little country, a desk that takes letters, a node behind real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from lienthong.platform.exchange.tests.country import Desk, Homes, at_node, make_homes, register_all


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return make_homes(tmp_path_factory.mktemp("country"))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(autouse=True)
def _routes(settings: Any) -> None:
    settings.ROOT_URLCONF = "lienthong.platform.exchange.tests.urls"


@pytest.fixture
def province(db: None, homes: Homes, desk: Desk) -> Iterator[Homes]:
    """This process is H36, the directory is known, the desk is open."""
    register_all(homes)
    with at_node(homes, "H36", desk):
        yield homes


@pytest.fixture
def live_province(transactional_db: None, homes: Homes, desk: Desk) -> Iterator[str]:
    """H36 behind real HTTP, all three codes leading to it."""
    server = LiveServer("127.0.0.1")
    register_all(homes, server.url)
    with at_node(homes, "H36", desk):
        yield server.url
    server.stop()
