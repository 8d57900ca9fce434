"""pytest plugin: gives the suite a database server before Django's settings are read.

DATABASE_URL is honoured; without it an embedded server is started in a temporary folder and stopped at the end.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from lienthong.node.postgres import EmbeddedServer

_REPOSITORY = Path(__file__).resolve().parents[3]


class _TestServer:
    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lienthong-test-"))
        self._folder.chmod(0o755)
        self._server = EmbeddedServer(self._folder / "pg", durable=False)
        self._server.start()
        os.environ["DATABASE_URL"] = self._server.url()

    @pytest.hookimpl
    def pytest_unconfigure(self) -> None:
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def _prepare_environment() -> None:
    os.environ.setdefault("LIENTHONG_PROFILE", str(_REPOSITORY / "nodes" / "test.toml"))
    if "LIENTHONG_HOME" not in os.environ:
        os.environ["LIENTHONG_HOME"] = tempfile.mkdtemp(prefix="lienthong-test-home-")
    os.environ.setdefault("LIENTHONG_LOG", "critical")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    _prepare_environment()
    if "DATABASE_URL" not in os.environ:
        early_config.pluginmanager.register(_TestServer(), "lienthong-test-server")
