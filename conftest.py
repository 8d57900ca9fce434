"""Fixtures for every test: the country's codes are there, the clock and the node can be set."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling

from lienthong.kernel import events, profile, roles
from lienthong.node.testing import chromium_browser, django_db_setup

__all__ = ["django_db_setup"]

# Each of these folders has one country of real node processes, made for its tests in their order.
ONE_WORKER = ("tests/browser", "tests/nodes", "tests/faults", "tests/gateway")


class _ByCountry(LoadGroupScheduling):
    """Tests of one country go to one worker: by their folder, since pytest 9.2 drops the mark `xdist_group`."""

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.partition("::")[0].rpartition("/")[0]
        return folder if folder in ONE_WORKER else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadGroupScheduling | None:
    return _ByCountry(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(autouse=True)
def _closed_doors() -> Iterator[None]:
    """Each test opens the roles it needs, and none stays open."""
    roles.open_roles(())
    events.forget_listeners()
    yield
    roles.open_roles(())
    events.forget_listeners()


@pytest.fixture
def node_home(tmp_path: Path) -> Iterator[Path]:
    """The test node with a home of its own for files, keys and mail."""
    with profile.playing(profile.node(), home=tmp_path):
        yield tmp_path


@pytest.fixture(scope="module")
def chromium_of_module() -> Iterator[Any]:
    """A headless Chromium for the tests of a module that speak to no database."""
    with chromium_browser() as browser:
        yield browser


@pytest.fixture
def chromium() -> Iterator[Any]:
    """A headless Chromium for one test; its event loop runs in the thread that speaks to the database as well."""
    with pytest.MonkeyPatch.context() as patched, chromium_browser() as browser:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser
