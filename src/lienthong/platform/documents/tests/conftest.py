"""Fixtures of this room: homes with keys, the hub as an axis with two foreign systems."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lienthong.kernel import clock
from lienthong.platform.agencies import services as agencies
from lienthong.platform.documents.tests import axis_bench, circuit
from lienthong.platform.documents.tests.foreign import Foreign


@pytest.fixture(scope="session")
def axis_homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Whichever test comes first may have its own clock: the certificates must be older than any of them.
    with clock.frozen(clock.at(2026, 1, 5, 8, 0)):
        return axis_bench.make_homes(tmp_path_factory.mktemp("axis"))


@pytest.fixture
def own_homes(axis_homes: Path, tmp_path: Path) -> Path:
    """The same homes for one test that puts keys of its own into them: a later test must not sign with those."""
    return Path(shutil.copytree(axis_homes, tmp_path / "axis"))


@dataclass(frozen=True)
class Axis:
    """The axis at work: `thanh_hoa` speaks for H56, `noi_vu` for G09."""

    url: str
    thanh_hoa: Foreign
    noi_vu: Foreign


@pytest.fixture
def axis(transactional_db: Any, axis_homes: Path, live_server: Any) -> Iterator[Axis]:
    with axis_bench.being(axis_homes):
        thanh_hoa = axis_bench.register(live_server.url, "VN:GOV:H56:qlvb", "H56")
        noi_vu = axis_bench.register(live_server.url, "VN:GOV:G09:vpdt", "G09")
        yield Axis(live_server.url, thanh_hoa, noi_vu)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The demo's communes of Lâm Đồng, loaded once."""
    with django_db_blocker.unblock():
        agencies.load_demo_agencies()


@pytest.fixture
def loop(db: None, axis_homes: Path, monkeypatch: pytest.MonkeyPatch) -> circuit.Circuit:
    """Two nodes, H36 and G22, and the post between them."""
    post = circuit.Post()
    circuit.patch_post(monkeypatch, post)
    return circuit.Circuit(axis_homes, post)
