"""Fixtures: a catalogue with one agreed service straight in the tables; three nodes with letters in between."""

from pathlib import Path
from typing import Any

import pytest

from lienthong.platform.catalogue.tests.shelf import Shelf
from lienthong.platform.catalogue.tests.trio import Trio, make_homes, make_trio


@pytest.fixture
def shelf(db: Any) -> Shelf:
    return Shelf.filled()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_homes(tmp_path_factory.mktemp("trio"))


@pytest.fixture
def trio(db: Any, homes: Path, monkeypatch: pytest.MonkeyPatch) -> Trio:
    return make_trio(homes, monkeypatch)
