"""A person before a screen: opens pages in Chromium, and looks closely at every one of them.

What a page must never do, whoever visits it: break a rule of WCAG 2.2 AA (or a best practice that axe knows), say
something to the error console, ask for a file that is not there, scroll sideways, have no title or not one heading.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_AXE = Axe()
_AXE_OPTIONS = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
_LOAD_FAILED = "Failed to load resource"
_LEFT_BEHIND = "net::ERR_ABORTED"
_MANY_TABS = 120
_MANY_RELOADS = 80
_PAUSE_MS = 250


@dataclass
class Visitor:
    """One person at one device.

    `complaints` are what the browser noticed since the last look, `findings` what was found wrong on pages so far;
    a journey goes on after a finding, and the test that it belongs to fails at its end with all of them.
    """

    page: Page
    base_url: str
    pictures: Path | None = None
    scripts: bool = True
    findings: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _forgiven: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("requestfailed", self._on_failed)
        self.page.on("response", self._on_response)

    # Moving

    def open(self, path: str) -> "Visitor":
        """Go to an address of this node."""
        self.page.goto(f"{self.base_url}{path}" if path.startswith("/") else path)
        return self

    def press(self, words: str) -> "Visitor":
        """Press the button that says exactly this; where it leads to another page, that one is there afterwards."""
        self.button(words).click()
        self.page.wait_for_load_state()
        return self

    def button(self, words: str) -> Locator:
        """The button that says exactly this."""
        return self.page.get_by_role("button", name=words, exact=True)

    def leaving(self, deed: Callable[[], object]) -> None:
        """Do what leads to another page, and wait until it is there."""
        with self.page.expect_navigation():
            deed()

    def follow(self, words: str) -> "Visitor":
        """Follow the first link of the page's content that says this."""
        self.page.locator("main").get_by_role("link", name=words).first.click()
        self.page.wait_for_load_state()
        return self

    def await_sight(self, selector: str) -> Locator:
        """Load the page anew until it shows this: other nodes and background work take their time."""
        target = self.page.locator(selector).first
        for _ in range(_MANY_RELOADS):
            if target.is_visible():
                return target
            self.page.wait_for_timeout(_PAUSE_MS)
            self.page.reload()
        raise AssertionError(f"{self.path} never shows {selector}: {self.text[:400]}")

    def tab_to(self, target: Locator) -> "Visitor":
        """Press Tab until the keyboard is on `target`, and see that it shows."""
        for _ in range(_MANY_TABS):
            self.page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                assert target.evaluate(_SHOWS_FOCUS), f"one does not see that the keyboard is on {target}"
                return self
        raise AssertionError(f"the keyboard does not reach {target} on {self.path}")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        """What the page says, spaces folded."""
        return " ".join(self.page.locator("main").inner_text().split())

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """Within, an answer of this status is what the person expects."""
        self._forgiven.add(status)
        yield
        self._forgiven.discard(status)

    # Looking

    def look(self, picture: str = "", *, within: str = "", axe: bool = True) -> "Visitor":
        """See whether the page is in order, and keep a picture of it if pictures are wanted.

        `within`: the part that axe reads, where something open for a moment covers the rest. Axe itself is a script;
        where the browser runs none, and without `axe`, only the page's shape and what the browser notices are
        looked at.
        """
        self.page.wait_for_load_state()
        if picture and self.pictures is not None:
            self.page.screenshot(path=self.pictures / f"{picture}.png", full_page=True)
        found = [*self.complaints, *self._shape(), *(self._axe(within) if axe and self.scripts else [])]
        self.complaints.clear()
        if found:
            self.findings.append("\n  ".join([self.page.url, *found]))
        return self

    def _shape(self) -> list[str]:
        facts = self.page.evaluate(_SHAPE)
        found = []
        if not facts["title"].split("–")[0].strip():
            found.append(f"no title of its own: “{facts['title']}”")
        if facts["headings"] != 1:
            found.append(f"{facts['headings']} headings of level 1")
        if facts["wide"] > facts["screen"]:
            found.append(f"{facts['wide']} px wide on a screen of {facts['screen']} px: {facts['widest']}")
        return found

    def _axe(self, within: str) -> list[str]:
        answer = _AXE.run(self.page, context=within or None, options=_AXE_OPTIONS)
        return [
            f"axe {one['id']}: {one['help']}: "
            + "; ".join(f"{node['html'][:160]} ({node['failureSummary']})" for node in one["nodes"][:3])
            for one in answer.response["violations"]
        ]

    # What the browser notices by itself

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_LOAD_FAILED):
            self.complaints.append(f"console: {message.text}")

    def _on_failed(self, request: Request) -> None:
        if request.failure != _LEFT_BEHIND:
            self.complaints.append(f"{request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._forgiven:
            self.complaints.append(f"{response.url}: {response.status}")


def pattern_of(path: str) -> str:
    """A path with its identifiers taken out, so that pages of one kind count as one.

    >>> pattern_of("/mot-cua/019aa5b0-0000-7000-8000-000000000000/viec/receive/")
    '/mot-cua/*/viec/receive/'
    """
    return re.sub(r"(?<=/)(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9][0-9.]*|H[0-9.]+[-0-9]*)(?=/)", "*", path)


_SHAPE = """() => {
  const screen = window.innerWidth, wide = document.documentElement.scrollWidth;
  const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > screen + 1);
  return {title: document.title, headings: document.querySelectorAll('h1').length, screen, wide,
          widest: out.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' | ')};
}"""

_SHOWS_FOCUS = """element => {
  const marks = one => { const s = getComputedStyle(one);
    return [s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0, s.boxShadow !== 'none'].some(Boolean); };
  return marks(element) || (element.labels?.length && [...element.labels].some(
    label => getComputedStyle(label, '::before').boxShadow !== 'none'));
}"""
