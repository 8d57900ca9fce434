"""Template context that needs to know the node's open roles: the navigation."""

from typing import Any

from django.http import HttpRequest

from lienthong.kernel.access import Actor, actor_of
from lienthong.kernel.roles import opened


def menu(request: HttpRequest) -> dict[str, Any]:
    """`menu`: the entries of the navigation that this person may open, `path`, `label`, `current`."""
    actor = actor_of(request)
    seen = [(path, label) for role in opened() for path, label, duties in role.menu if _may_see(actor, duties)]
    # Of two entries one under the other, the person is at the nearer one.
    current = max((path for path, _ in seen if _is_current(request.path, path)), key=len, default=None)
    return {"menu": [{"path": path, "label": label, "current": path == current} for path, label in seen]}


def _may_see(actor: Actor | None, duties: tuple[str, ...]) -> bool:
    if not duties:
        return True
    if actor is None:
        return False
    return actor.kind in duties or actor.has(*duties)


def _is_current(here: str, path: str) -> bool:
    return here == path if path == "/" else here.startswith(path)
