"""Roles: what a node does is data. A role names the doors it opens; the wiring opens those of the profile."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from lienthong.kernel.health import Check, Measure
from lienthong.kernel.text import Bilingual

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Role:
    """A part a node can play (vai trò): `dossiers.handler`.

    urls: (prefix, module) pairs · listeners: (event class, function) · inbox: (letter class, function) ·
    questions: (service, function) · periodic: (seconds, function) · ports: (port class, adapter class) ·
    menu: (path, label, duties that see it; () = everybody, ("person",) = signed-in people) for the navigation ·
    tabs: (group, address, label, order): pages of several rooms under one heading of the operator ·
    doors: (path prefix, "module:callable") answered before Django, for paths where every millisecond counts ·
    checks: functions that say how well this room can work now · measures: its numbers for Prometheus (`health`).
    """

    name: str
    title: Bilingual
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    urls: tuple[tuple[str, str], ...] = ()
    listeners: tuple[tuple[type, Callable[..., None]], ...] = ()
    inbox: tuple[tuple[Any, Callable[..., None]], ...] = ()
    questions: tuple[tuple[str, Callable[..., dict[str, Any]]], ...] = ()
    periodic: tuple[tuple[float, Callable[[], object]], ...] = ()
    ports: tuple[tuple[type, Callable[[], Any]], ...] = ()
    menu: tuple[tuple[str, Bilingual, tuple[str, ...]], ...] = ()
    tabs: tuple[tuple[str, str, Bilingual, int], ...] = ()
    doors: tuple[tuple[str, str], ...] = ()
    checks: tuple[Callable[[], Iterable[Check]], ...] = ()
    measures: tuple[Callable[[], Iterable[Measure]], ...] = ()


_open: list[Role] = []
_adapters: dict[type, Any] = {}


def open_roles(roles: tuple[Role, ...]) -> None:
    """Open these roles on this process; called by the wiring and by tests."""
    _open[:] = roles
    _adapters.clear()


def opened() -> tuple[Role, ...]:
    return tuple(_open)


def is_open(name: str) -> bool:
    return any(role.name == name for role in _open)


def tabs(group: str) -> tuple[tuple[str, Bilingual], ...]:
    """The pages of a group that this node has, as (address, label) in their order."""
    found = [(order, href, label) for role in _open for name, href, label, order in role.tabs if name == group]
    return tuple((href, label) for _, href, label in sorted(found, key=lambda one: one[:2]))


def port(port_class: type[T]) -> T:
    """The adapter that this node's roles give to a port."""
    if port_class not in _adapters:
        for role in _open:
            for known, factory in role.ports:
                if known is port_class:
                    _adapters[port_class] = factory()
                    return cast("T", _adapters[port_class])
        raise LookupError(f"no open role of this node gives an adapter for {port_class.__qualname__}")
    return cast("T", _adapters[port_class])


def inbox_of(letter_name: str) -> tuple[Any, Callable[..., None]] | None:
    """The letter class and the inbox function of a letter name, if a role opened one."""
    for role in _open:
        for letter_class, function in role.inbox:
            if letter_name == letter_class.NAME:
                return letter_class, function
    return None


def answer_of(service: str) -> Callable[..., dict[str, Any]] | None:
    """The function that answers a question on this node."""
    for role in _open:
        for name, function in role.questions:
            if name == service:
                return function
    return None
