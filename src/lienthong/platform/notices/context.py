"""Template context: how many notices the signed-in person has not read."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lienthong.kernel.access import actor_of
from lienthong.platform.notices import queries


def unread(request: HttpRequest) -> dict[str, Any]:
    """``unread_notices``: a count, asked of the database only when a page shows it."""
    actor = actor_of(request)
    if actor is None or actor.account_id is None:
        return {"unread_notices": 0}
    account_id = actor.account_id
    return {"unread_notices": SimpleLazyObject(lambda: queries.count_unread(account_id))}
