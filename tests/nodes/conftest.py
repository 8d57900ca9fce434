"""A country of real node processes, made once for the tests of a module; and one to kill nodes in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong.node.demo.country import NAMES, Country
from lienthong.node.demo.passing import free_ports


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    home = tmp_path_factory.mktemp("country")
    for folder in (home, *home.parents):
        if folder.stat().st_mode & 0o005 != 0o005 and folder.owner() != "root":
            break
        folder.chmod(folder.stat().st_mode | 0o055)
    lines: list[str] = []
    environment = {"LIENTHONG_DEMO_CRAWL": "0"}
    with Country(Path(home), free_ports(len(NAMES)), lines.append, people=500, environment=environment) as made:
        made.prepare()
        made.start()
        yield made
