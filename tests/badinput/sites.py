"""Whole nodes for tests: every route and role of a profile, in the one database of the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.test import override_settings
from django.urls import URLPattern, URLResolver, include, path

from lienthong.kernel import events, roles
from lienthong.kernel.profile import Node, playing, read_profile
from lienthong.node import urls, wiring

_OF_EVERY_NODE = next(place for place, one in enumerate(urls.urlpatterns) if isinstance(one, URLResolver)) + 1
NAMES = ("hub", "population", "province")


@cache
def profile_of(name: str) -> Node:
    return read_profile(settings.REPOSITORY / "nodes" / f"{name}.toml")


@cache
def routes_of(name: str) -> ModuleType:
    """The routes of a profile, as `node/urls.py` makes them for the process's own node."""
    module = ModuleType(f"routes_of_{name}")
    module.__dict__.update({key: value for key, value in vars(urls).items() if key.startswith("handler")})
    module.urlpatterns = [  # type: ignore[attr-defined]  # what Django reads
        *urls.urlpatterns[:_OF_EVERY_NODE],
        *(path(prefix, include(doors)) for role in wiring.roles_of(profile_of(name)) for prefix, doors in role.urls),
        urls.urlpatterns[-1],
    ]
    return module


@contextmanager
def at(name: str, home: Path) -> Iterator[Node]:
    """This process is that node: its pages, its roles, its listeners."""
    profile = profile_of(name)
    opened = wiring.roles_of(profile)
    with playing(profile, home=home), override_settings(ROOT_URLCONF=routes_of(name)):
        roles.open_roles(opened)
        events.forget_listeners()
        for role in opened:
            for event_class, listener in role.listeners:
                events.listen(event_class, listener)
        yield profile


def patterns(name: str) -> Iterator[tuple[str, URLPattern]]:
    """Every route of a node with its whole path."""
    yield from _flatten(routes_of(name).urlpatterns, "/")


def _flatten(found: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from _flatten(one.url_patterns, prefix + str(one.pattern))
        else:
            yield prefix + str(one.pattern), one
