"""Fixtures for every test: the country's codes are there, the clock and the node can be set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong.kernel import events, profile, roles
from lienthong.node.testing import django_db_setup

__all__ = ["django_db_setup"]


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
