"""Errors of interfaces for programs (lỗi của giao diện lập trình): every refusal is a problem body, with its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from lienthong.kernel.errors import FieldError, Invalid, Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.kernel.web.pages import problem

_BODY = "body"
"""Where ninja found it, and what our doors call the parameter that takes the whole body."""


def answer_with_problems(api: NinjaAPI, room: str, ended: Callable[[HttpRequest, Refused], None] | None = None) -> None:
    """From now on the doors of `api` answer with problem bodies: refusals of the room, `room.bad-field`, `.bad-body`.

    `ended` hears of each before it is sent.
    """

    def answer(request: HttpRequest, refusal: Refused) -> HttpResponse:
        if ended is not None:
            ended(request, refusal)
        return problem(refusal)

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, error)

    def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, bad_fields(error, f"{room}.bad-field"))

    def broken(request: HttpRequest, error: Any) -> HttpResponse:
        message = tr("Không đọc được nội dung gửi lên.", "The body cannot be read.")
        return answer(request, Refused(f"{room}.bad-body", message, status=error.status_code))

    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(ValidationError, unreadable)
    api.add_exception_handler(HttpError, broken)


def bad_fields(error: ValidationError, code: str) -> Invalid:
    """What ninja could not take, field by field."""
    found = [
        FieldError(_path(one["loc"]), Bilingual(f"Không hợp lệ: {one['msg']}", one["msg"]), code)
        for one in error.errors
    ]
    return Invalid(found, code)


def _path(place: tuple[str | int, ...]) -> str:
    """`("body", "body", "child", 0, "name")` is the field `child.0.name`, `("query", "path")` the field `path`."""
    source, *steps = place
    if source == _BODY and steps[:1] == [_BODY]:
        steps = steps[1:]
    return ".".join(map(str, steps))
