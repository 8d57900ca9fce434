"""Stands in for the sign-in room, which lies above this one: the test says who acts."""

from collections.abc import Callable
from typing import ClassVar

from django.http import HttpRequest, HttpResponseBase

from lienthong.kernel.access import Actor


class ActingFromTest:
    """Middleware that attaches the actor whom the test chose."""

    actor: ClassVar[Actor | None] = None

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Attach the actor."""
        request.actor = type(self).actor  # type: ignore[attr-defined]
        return self.get_response(request)
