"""Places in the header's navigation: rooms offer them, a page shows those that this node and this person have.

A room offers its places in its app's `ready()`. A place whose path no opened door of the node answers is not shown, so
that one list serves every node.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import is_valid_path

from lienthong.kernel.access import Actor, actor_of
from lienthong.kernel.text import Bilingual


@dataclass(frozen=True, slots=True)
class Place:
    """A place to go to. `duties`: any of them (empty: all people of `audience`); `order`: small numbers first."""

    title: Bilingual
    href: str
    audience: Literal["everyone", "person", "officer"] = "everyone"
    duties: tuple[str, ...] = ()
    order: int = 50


_places: dict[str, Place] = {}
_unread_counter: list[Callable[[int], int]] = []


def offer(*places: Place) -> None:
    """Put places into the navigation; the same path again replaces the earlier place."""
    for place in places:
        _places[place.href] = place


def count_unread_by(counter: Callable[[int], int]) -> None:
    """Name the function that tells how many notices of an account are unread."""
    _unread_counter[:] = [counter]


def unread_notices(request: HttpRequest) -> int:
    """How many notices the signed-in person has not read; 0 for a stranger."""
    actor = actor_of(request)
    if actor is None or actor.account_id is None or not _unread_counter:
        return 0
    return _unread_counter[0](actor.account_id)


def places_for(request: HttpRequest) -> list[dict[str, Any]]:
    """The places of this person on this node: `text`, `href`, `active` (the page is inside), `current` (it is the page)."""
    actor = actor_of(request)
    shown = sorted((place for place in _places.values() if _is_for(place, actor)), key=lambda place: place.order)
    return [
        {
            "text": place.title,
            "href": place.href,
            "current": request.path == place.href,
            "active": request.path == place.href or (place.href != "/" and request.path.startswith(place.href)),
        }
        for place in shown
        if is_open(place.href)
    ]


def is_open(path: str) -> bool:
    """Does a door of this node answer at this path?"""
    return is_valid_path(path)


def _is_for(place: Place, actor: Actor | None) -> bool:
    if place.audience != "everyone" and (actor is None or actor.kind != place.audience):
        return False
    return not place.duties or (actor is not None and actor.has(*place.duties))
