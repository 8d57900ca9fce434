"""Every page that a menu leads to, for each kind of demo person, on a narrow telephone."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from tests.browser.conftest import NARROW, Stage
from tests.browser.visitor import Visitor, pattern_of

pytestmark = pytest.mark.browser

STRANGER = ""
PEOPLE = (
    *(("hub", name) for name in (STRANGER, "068196000101", "g22.chidao", "g22.vanhanh", "g22.congbo")),
    *(("population", name) for name in (STRANGER, "g01.dancu", "g01.vanhanh")),
    *(("province", f"h36.101.{post}") for post in ("tiepnhan", "hotich", "chutich", "vanthu")),
    *(("province", name) for name in (STRANGER, "h36.chidao", "h36.vanhanh")),
)
_LOOKED_AT: set[str] = set()
MENUS = "header a[href], nav a[href], footer a[href], .lt-doors a[href], .lt-person__menu a[href]"


@pytest.mark.parametrize(("node", "username"), PEOPLE, ids=[f"{node}-{name or 'stranger'}" for node, name in PEOPLE])
def test_every_page_of_the_menus_is_in_order(stage: Stage, node: str, username: str):
    visitor = stage.enter(node, username, NARROW)
    visited = walk(visitor, [landing(visitor), "/"])
    if username:
        assert len(visited) > 1
    assert not [text for text in visited.values() if "500" in text]


def landing(visitor: Visitor) -> str:
    return visitor.path if visitor.page.url.startswith("http") else "/"


def walk(visitor: Visitor, start: list[str]) -> dict[str, str]:
    """Look at these pages and at all that their menus lead to; gives title by address.

    Axe looks at each kind of page once, and not again for the next person or node.
    """
    waiting, titles = list(start), dict[str, str]()
    while waiting:
        address = waiting.pop(0)
        if kind_of(address) in map(kind_of, titles):
            continue
        visitor.open(address)
        titles[address] = visitor.page.title()
        visitor.look(picture_name(visitor), axe=is_new(address))
        assert visitor.page.locator("header nav [aria-current]").count() <= 1, address
        waiting += links_of(visitor)
    return titles


def links_of(visitor: Visitor) -> list[str]:
    """Where the menus of this page lead: to pages of this node, not to files."""
    found = visitor.page.locator(MENUS).evaluate_all("links => links.map(link => link.getAttribute('href'))")
    whole = [urljoin(visitor.page.url, href) for href in found]
    paths = [address.removeprefix(visitor.base_url) for address in whole if address.startswith(visitor.base_url)]
    return [path.partition("#")[0] for path in paths if not re.search(r"\.(csv|pdf|json)", path)]


def kind_of(address: str) -> str:
    return pattern_of(urlsplit(address).path)


def is_new(address: str) -> bool:
    known = kind_of(address) in _LOOKED_AT
    _LOOKED_AT.add(kind_of(address))
    return not known


def picture_name(visitor: Visitor) -> str:
    """Two nodes have pages at the same address."""
    return f"menu-{urlsplit(visitor.base_url).port % 10}-{visitor.path.strip('/').replace('/', '-') or 'home'}"
