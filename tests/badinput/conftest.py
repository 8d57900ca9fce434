"""Fixtures: the three whole nodes, and people who come to them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from lienthong.platform.agencies import services as agencies
from lienthong.platform.exchange.tests.country import Homes, make_homes, register_all
from lienthong.sources.procedures import services as procedures
from tests.badinput import sites


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The agencies of the demo and the shipped procedures, loaded once."""
    with django_db_blocker.unblock():
        agencies.load_demo_agencies()
        procedures.load_definitions()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Keys and certificates of the three nodes under one authority."""
    return make_homes(tmp_path_factory.mktemp("country"))


@pytest.fixture(autouse=True)
def _no_counts_of_before() -> None:
    cache.clear()


@pytest.fixture(params=sites.NAMES)
def anywhere(request: pytest.FixtureRequest, db: None, homes: Homes) -> Iterator[str]:
    """Each node in turn; gives its name."""
    register_all(homes)
    with sites.at(request.param, homes.of(sites.profile_of(request.param).agency_code)):
        yield request.param


@pytest.fixture
def hub(db: None, homes: Homes) -> Iterator[Path]:
    """This process is the portal's node."""
    register_all(homes)
    with sites.at("hub", homes.of("G22")):
        yield homes.of("G22")


@pytest.fixture
def province(db: None, homes: Homes) -> Iterator[Path]:
    """This process is the province's node."""
    register_all(homes)
    with sites.at("province", homes.of("H36")):
        yield homes.of("H36")
