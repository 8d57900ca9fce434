"""Fixtures: the little country, a desk that takes letters, a node behind real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from lienthong.platform.exchange.tests.country import Desk, Homes, at_node, make_homes, register_all

_TABLES = (
    "exchange_outgoingletter, exchange_incomingletter, exchange_questionrecord, exchange_seal, exchange_logentry,"
    " exchange_stream, exchange_node, exchange_grant, exchange_directorycopy"
)


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
def live_province(django_db_setup: None, django_db_blocker: Any, homes: Homes, desk: Desk) -> Iterator[str]:
    """H36 behind real HTTP, all three codes leading to it; what it stores is committed and taken away afterwards."""
    with django_db_blocker.unblock():
        server = LiveServer("127.0.0.1")
        try:
            register_all(homes, server.url)
            with at_node(homes, "H36", desk):
                yield server.url
        finally:
            server.stop()
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {_TABLES} CASCADE")
                cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_events CASCADE")
                cursor.execute("DELETE FROM kernel_auditentry")
                cursor.execute("DELETE FROM kernel_storedfile")
            connection.close()
