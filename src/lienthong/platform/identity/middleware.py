"""Attaches the acting person to every request: ``request.actor`` (None for a stranger)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import urlencode

from lienthong.kernel.access import Actor
from lienthong.platform.identity import queries

AGENCY_IN_SESSION = "identity.agency"
CHOOSE_AGENCY_PATH = "/dang-nhap/co-quan/"


class ActingPerson:
    """Middleware: the actor of the signed-in account, for the agency chosen in this session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor = None
        if request.user.is_authenticated:
            chosen = request.session.get(AGENCY_IN_SESSION, "")
            actor = queries.actor_of(request.user, chosen)
        cast("Any", request).actor = actor
        response = self.get_response(request)
        if actor is not None:
            # Counters share computers: nothing that a signed-in person saw stays behind after signing out.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_: object) -> HttpResponse | None:
        """An officer of several agencies who has chosen none is asked first, where a duty is needed."""
        actor: Actor | None = cast("Any", request).actor
        if actor is None or actor.kind != "officer" or actor.agency_code:
            return None
        rule = str(getattr(view, "access_rule", ""))
        if rule.startswith("duty:") and len(queries.duties_by_agency(actor.account_id or 0)) > 1:
            return redirect(f"{CHOOSE_AGENCY_PATH}?{urlencode({'next': request.get_full_path()})}")
        return None
