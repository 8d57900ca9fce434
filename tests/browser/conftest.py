"""A country of three real node processes and a Chromium before it, made once for all browser journeys."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lienthong.node.demo.country import NAMES, Country
from lienthong.node.demo.passing import free_ports, passing_folder
from lienthong.node.testing import chromium_browser
from tests.browser.visitor import Visitor

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1280, "height": 800}}
NARROW = {"viewport": {"width": 360, "height": 780}}
_PATIENCE_MS = 15_000


@pytest.fixture(scope="package")
def country(chromium: Browser) -> Iterator[Country]:
    """The demo country, small, with keys and databases of its own."""
    environment = {"LIENTHONG_DEMO_CRAWL": "0"}
    with (
        passing_folder() as home,
        Country(
            home, free_ports(len(NAMES)), lambda _: None, people=500, durable=False, environment=environment
        ) as made,
    ):
        made.prepare()
        made.start()
        yield made
        for name in NAMES:
            # Nothing of it is wanted any more, so nobody waits until it has finished.
            made.kill(name)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A headless Chromium, closed with the package: an open one would look to Django like asynchronous code."""
    with chromium_browser() as browser:
        yield browser


@dataclass
class Stage:
    """Where people enter: each with a device of their own, signed in or not."""

    chromium: Browser
    country: Country
    pictures: Path | None
    findings: list[str] = field(default_factory=list)
    _known: dict[tuple[object, ...], Visitor] = field(default_factory=dict)

    def enter(self, node: str, username: str = "", device: dict[str, object] = DESK, *, script: bool = True) -> Visitor:
        """The visitor for this person at this device; a second call gives the same one."""
        key = (node, username, str(device), script)
        if key not in self._known:
            self._known[key] = self.newcomer(node, device, script=script)
            if username:
                self.sign_in(self._known[key], username)
        return self._known[key]

    def newcomer(self, node: str, device: dict[str, object] = DESK, *, script: bool = True) -> Visitor:
        """Somebody whom the node has never seen."""
        context = self.chromium.new_context(
            **device,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
            java_script_enabled=script,
            base_url=self.country.url(node),
        )
        context.set_default_timeout(_PATIENCE_MS)
        return Visitor(context.new_page(), self.country.url(node), self.pictures, script, self.findings)

    @staticmethod
    def sign_in(visitor: Visitor, username: str) -> None:
        """Sign in as a demo person, by the button of the sign-in page."""
        if visitor.path != "/dang-nhap/":
            visitor.open("/dang-nhap/")
        button = visitor.page.locator(f'button[name="username"][value="{username}"]')
        if not button.is_visible():
            visitor.page.locator("main details > summary").click()
        button.click()
        assert visitor.path != "/dang-nhap/", visitor.text[:300]


@pytest.fixture(scope="package")
def stage(chromium: Browser, country: Country) -> Iterator[Stage]:
    """The browser and the country; pictures of main pages go to the folder LIENTHONG_SCREENSHOTS, if set."""
    folder = os.environ.get("LIENTHONG_SCREENSHOTS")
    pictures = Path(folder) if folder else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    yield Stage(chromium, country, pictures)
    for context in chromium.contexts:
        context.close()


@pytest.fixture(autouse=True)
def _all_pages_in_order(stage: Stage) -> Iterator[None]:
    """A test fails at its end with everything that was found wrong on the pages it led to."""
    yield
    found = "\n\n".join(stage.findings)
    stage.findings.clear()
    if found:
        pytest.fail(found, pytrace=False)
