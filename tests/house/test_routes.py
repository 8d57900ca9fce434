"""Every route of every node says who may come in."""

import importlib
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver

from lienthong.kernel.profile import read_profile
from lienthong.node import doors, wiring

REPOSITORY = Path(__file__).resolve().parents[2]
PROFILES = ("hub", "population", "province")


def patterns_of(module: str):
    urlconf = importlib.import_module(module)
    yield from flatten(urlconf.urlpatterns)


def flatten(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from flatten(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern


@pytest.mark.parametrize("name", PROFILES)
def test_every_route_has_an_access_rule(name):
    profile = read_profile(REPOSITORY / "nodes" / f"{name}.toml")
    modules = {module for role in wiring.roles_of(profile) for _, module in role.urls} | {"lienthong.node.urls"}
    open_doors = [
        f"{module}: {pattern.pattern}"
        for module in sorted(modules)
        for pattern in patterns_of(module)
        if not getattr(pattern.callback, "access_rule", None)
    ]
    assert open_doors == []


@pytest.mark.parametrize("name", PROFILES)
def test_every_door_before_django_has_an_access_rule(name):
    profile = read_profile(REPOSITORY / "nodes" / f"{name}.toml")
    for role in wiring.roles_of(profile):
        for _, named in role.doors:
            assert doors.find_door(named)


@pytest.mark.parametrize("name", PROFILES)
def test_the_demo_profiles_are_in_order(name):
    profile = read_profile(REPOSITORY / "nodes" / f"{name}.toml")
    assert profile.roles
    assert wiring.complaints(profile) == []


def test_no_two_roles_of_a_node_claim_the_same_page():
    for name in PROFILES:
        profile = read_profile(REPOSITORY / "nodes" / f"{name}.toml")
        seen: dict[str, str] = {}
        for role in wiring.roles_of(profile):
            for prefix, module in role.urls:
                for pattern in importlib.import_module(module).urlpatterns:
                    route = prefix + str(pattern.pattern)
                    assert seen.setdefault(route, module) == module, f"{name}: /{route} is claimed twice"
