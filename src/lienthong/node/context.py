"""Template context that needs to know the node's open roles: the navigation."""

from typing import Any

from django.http import HttpRequest

from lienthong.kernel.access import Actor, actor_of
from lienthong.kernel.roles import opened


def menu(request: HttpRequest) -> dict[str, Any]:
    """`menu`: the entries of the navigation that this person may open, `path`, `label`, `current`."""
    actor = actor_of(request)
    entries = [
        {"path": path, "label": label, "current": _is_current(request.path, path)}
        for role in opened()
        for path, label, duties in role.menu
        if _may_see(actor, duties)
    ]
    return {"menu": entries}


def _may_see(actor: Actor | None, duties: tuple[str, ...]) -> bool:
    if not duties:
        return True
    if actor is None:
        return False
    return actor.kind in duties or actor.has(*duties)


def _is_current(here: str, path: str) -> bool:
    return here == path if path == "/" else here.startswith(path)
