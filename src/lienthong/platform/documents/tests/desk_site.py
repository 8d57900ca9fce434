"""Routes of a node with the clerk's pages, for tests; and somebody who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path

from lienthong.kernel.access import Actor

urlpatterns = [
    path("van-ban/truc/", include("lienthong.platform.documents.urls_messages")),
    path("van-ban/", include("lienthong.platform.documents.urls")),
    path("", include("lienthong.kernel.web.urls")),
]


def sign_in(monkeypatch: Any, actor: Actor) -> None:
    """The actor is signed in, as the middleware of identity does it."""

    def act(self: Any, request: HttpRequest) -> HttpResponseBase:
        request.actor = actor  # type: ignore[attr-defined]  # as the middleware does
        response: HttpResponseBase = self.get_response(request)
        return response

    monkeypatch.setattr("lienthong.platform.identity.middleware.ActingPerson.__call__", act)
