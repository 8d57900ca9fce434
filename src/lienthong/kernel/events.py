"""Events (hear): something happened below; whoever listens is told after commit, at least once.

An event is a frozen dataclass with `NAME`. `publish` stores one job per listener together with the change, so an
event of a change that rolls back never existed, and a listener that fails is retried alone.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, runtime_checkable
from uuid import UUID

from pydantic import TypeAdapter

from lienthong.kernel import jobs
from lienthong.kernel.ids import new_id


@runtime_checkable
class Event(Protocol):
    """What an event class must have; `event_key()` (optional) keeps events of one thing in order."""

    NAME: ClassVar[str]


Listener = Callable[..., None]

_adapters: dict[Any, TypeAdapter[Any]] = {}
_listeners: dict[str, dict[str, tuple[type, Listener]]] = {}


def listen(event_class: Any, listener: Listener) -> None:
    """Register a listener on this node; called by the wiring, never by rooms."""
    name = f"{listener.__module__}.{listener.__qualname__}"
    _listeners.setdefault(event_class.NAME, {})[name] = (event_class, listener)


def forget_listeners() -> None:
    """Close all ears; for tests that open others."""
    _listeners.clear()


def listeners_of(event_name: str) -> tuple[str, ...]:
    return tuple(_listeners.get(event_name, ()))


def publish(event: Any) -> UUID:
    """Tell every listener of this node after the current transaction commits; gives the event's id."""
    event_id = new_id()
    ears = _listeners.get(event.NAME)
    if ears:
        payload = _adapter(type(event)).dump_python(event, mode="json")
        key = event.event_key() if hasattr(event, "event_key") else None
        for name in ears:
            # The lock holds order per thing and per listener: one slow listener never delays another.
            deliver.defer(
                lock=f"{name}:{key}" if key else None,
                listener=name,
                event=event.NAME,
                event_id=str(event_id),
                payload=payload,
            )
    return event_id


@jobs.task("kernel.deliver_event")
def deliver(listener: str, event: str, event_id: str, payload: dict[str, Any]) -> None:
    """Hand one event to one listener; an error is retried by the queue."""
    known = _listeners.get(event, {}).get(listener)
    if known is None:
        raise LookupError(f"no listener {listener} for {event} is open on this node")
    event_class, function = known
    function(_adapter(event_class).validate_python(payload), UUID(event_id))


def _adapter(event_class: Any) -> TypeAdapter[Any]:
    if event_class not in _adapters:
        _adapters[event_class] = TypeAdapter(event_class)
    return _adapters[event_class]
