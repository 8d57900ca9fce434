"""Fixtures: two nodes in one process, with the network between them replaced by the other node's door."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lienthong.kernel import http
from lienthong.platform.catalogue import queries as catalogue_queries
from lienthong.platform.gateway.tests.world import System, World, build, serving


@pytest.fixture
def system() -> Iterator[System]:
    made = System()
    server = serving(made)
    yield made
    http.forget_connections()
    server.shutdown()
    server.server_close()


@pytest.fixture
def world(tmp_path: Path, system: System, db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    catalogue_queries.forget_index()
    made = build(tmp_path, system)
    real = http.stream

    def stream(method: str, url: str, **sent: Any) -> Any:
        return made.carry(method, url, **sent) if sent.get("peer") else real(method, url, **sent)

    monkeypatch.setattr(http, "stream", stream)
    yield made
    catalogue_queries.forget_index()
