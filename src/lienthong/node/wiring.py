"""Wiring: reads the profile and opens the doors of its roles. The only place that knows every room."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.apps import apps

from lienthong.kernel import events, roles
from lienthong.kernel.profile import Node, node
from lienthong.kernel.roles import Role


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a profile, as a sentence for the operator."""

    sentence: str


@cache
def all_roles() -> dict[str, Role]:
    """Every role that a room declares, by name."""
    found: dict[str, Role] = {}
    for app in apps.get_app_configs():
        if not app.name.startswith("lienthong."):
            continue
        try:
            module = import_module(f"{app.name}.roles")
        except ModuleNotFoundError as error:
            if error.name != f"{app.name}.roles":
                raise
            continue
        for role in getattr(module, "ROLES", ()):
            found[role.name] = role
    return found


def roles_of(profile: Node) -> tuple[Role, ...]:
    """The roles of a profile, in its order. Unknown names are left to `complaints`."""
    known = all_roles()
    return tuple(known[name] for name in profile.roles if name in known)


def open_node() -> None:
    """Open the doors of this process: ports, listeners, inbox, questions."""
    opened = roles_of(node())
    roles.open_roles(opened)
    events.forget_listeners()
    for role in opened:
        for event_class, listener in role.listeners:
            events.listen(event_class, listener)


def complaints(profile: Node) -> list[Complaint]:
    """Everything that is wrong with a profile, in sentences."""
    return [Complaint(sentence) for sentence in _complain(profile)]


def _complain(profile: Node) -> Iterable[str]:
    known = all_roles()
    chosen = set(profile.roles)
    yield from _named_twice(profile)
    for name in profile.roles:
        role = known.get(name)
        if role is None:
            yield f"Role “{name}” is unknown. Known roles: {', '.join(sorted(known))}."
            continue
        if "demo" in name.partition(".")[2] and not profile.demo:
            yield f"Role “{name}” is for pretending: only a profile with demo = true may have it."
        for needed in role.needs:
            if needed not in chosen:
                yield f"Role “{name}” needs the role “{needed}”: add it to the roles of the profile."
        for excluded in role.excludes:
            if excluded in chosen:
                yield f"Role “{name}” cannot stand beside “{excluded}”: a node plays only one of them."
    if profile.name != profile.name.lower() or not profile.name.isidentifier():
        yield f"The node's name “{profile.name}” must be a lower-case word: it names cookies, databases and folders."
    if not 1 <= profile.port <= 65535:
        yield f"Port {profile.port} is not a port: choose one between 1024 and 65535."


def _named_twice(profile: Node) -> Iterable[str]:
    for name in sorted({name for name in profile.roles if profile.roles.count(name) > 1}):
        yield f"Role “{name}” is named twice: name it once."
