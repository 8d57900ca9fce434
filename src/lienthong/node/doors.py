"""Doors before Django: the few paths where every millisecond counts (calls between nodes) skip its middleware.

A door is a WSGI callable that a role names by prefix. It carries `access_rule` like every route, and does by itself
what Django's request cycle would do for it.
"""

import threading
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from lienthong.kernel import roles

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PAGES = 10
"""Requests that Django answers at once: each may hold one of the pool's database connections."""

BETWEEN_NODES = ("/exchange/", "/catalogue/directory", "/authority/", "/suc-khoe/")
"""Prefixes of paths that nodes need of one another: all that the exchange port opens."""


def find_door(named: str) -> "WSGIApplication":
    """The callable of `module:name`. Raises TypeError when it does not say who may come in."""
    module, _, name = named.partition(":")
    door = getattr(import_module(module), name)
    if not getattr(door, "access_rule", ""):
        raise TypeError(f"{named} has no access rule")
    return cast("WSGIApplication", door)


def before(application: "WSGIApplication") -> "WSGIApplication":
    """The application with this node's open doors in front of it."""
    doors = tuple((prefix, find_door(named)) for role in roles.opened() for prefix, named in role.doors)
    places = threading.BoundedSemaphore(PAGES)

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for prefix, door in doors:
            if path.startswith(prefix):
                return door(environ, start_response)
        with places:
            return application(environ, start_response)

    return answer
