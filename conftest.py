"""Fixtures for every test: the country's codes are there, the clock and the node can be set."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from xdist.scheduler import LoadGroupScheduling

from lienthong.kernel import events, profile, roles
from lienthong.node.testing import chromium_browser, django_db_setup

__all__ = ["django_db_setup"]

# What shares a country of real node processes goes to one worker; any other module to whichever is free.
SHARED = {
    "tests/browser/": "browser",
    **{f"tests/nodes/test_{name}.py": "nodes" for name in ("catalogue", "documents", "story", "trace")},
}

# What takes longest begins first, so that the workers end together.
LONG = (*SHARED, "tests/nodes/test_tls", "tests/nodes/", "tests/faults/", "tests/gateway/", "tests/house/", "tests/")


class _ByModule(LoadGroupScheduling):
    """Modules share their fixtures, so one worker has all tests of one; since pytest 9.2 drops `xdist_group`."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return next((country for start, country in SHARED.items() if module.startswith(start)), module)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadGroupScheduling | None:
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return _ByModule(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(
            key=lambda item: next((n for n, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG))
        )


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
def _chromium_of_module() -> Iterator[Any]:
    """Begun once for a module: starting it costs more than most of its tests."""
    with pytest.MonkeyPatch.context() as patched, chromium_browser() as browser:
        # Its event loop runs in the thread that speaks to the database as well.
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser


@pytest.fixture
def chromium(_chromium_of_module: Any) -> Iterator[Any]:
    """A headless Chromium; the windows that a test opens are closed after it."""
    yield _chromium_of_module
    for context in list(_chromium_of_module.contexts):
        context.close()


@pytest.fixture(scope="session")
def look() -> Callable[..., None]:
    """`look(page, "name")`: axe finds nothing, nothing runs out of the screen.

    With a name a picture goes to the folder LIENTHONG_PICTURES, if set.
    """
    axe = Axe()

    def look_at(page: Any, name: str = "") -> None:
        page.wait_for_load_state()  # a press may have led to a page that is only arriving
        place = f"{name} {page.url} at {page.viewport_size['width']}"
        if name and (folder := os.environ.get("LIENTHONG_PICTURES")):
            page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)
        found = axe.run(page)
        if found.violations_count:
            pytest.fail(f"{place}\n{found.generate_report()}")
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            pytest.fail(f"{place}: something runs out of the screen")

    return look_at
