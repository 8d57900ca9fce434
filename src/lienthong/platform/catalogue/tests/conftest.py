"""Fixtures: a catalogue with one agreed service, made straight in the tables for the tests of decisions."""

from typing import Any

import pytest

from lienthong.platform.catalogue.tests.shelf import Shelf


@pytest.fixture
def shelf(db: Any) -> Shelf:
    return Shelf.filled()
