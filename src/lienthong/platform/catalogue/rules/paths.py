"""Paths and endpoint patterns: one reading of a path, the same for matching and for forwarding.

A path that two programs could read differently is refused, not repaired: dot segments, escaped slashes, backslashes,
NUL, broken UTF-8, empty steps. What is left is written in one way only.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.catalogue.types import Endpoint

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MAX_PATH = 4096

_PLAIN = re.compile(r"/(?:[A-Za-z0-9_~!$&'()*+,:@=-][A-Za-z0-9._~!$&'()*+,:@=-]*(?:/|$))*")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "!$&'()*+,:;=@~"
_FORBIDDEN = frozenset("/\\") | {chr(number) for number in range(32)} | {"\x7f"}
_PARAMETER = re.compile(r"\{[^{}/]*\}")


@lru_cache(maxsize=8192)
def normal_path(path: str) -> str:
    """The one spelling of a path (percent-encoded, without query). Raises Refused `catalogue.bad-path`."""
    if not path:
        return "/"
    if len(path) > MAX_PATH:
        raise _bad_path(tr("Đường dẫn quá dài.", "The path is too long."))
    if not path.startswith("/"):
        raise _bad_path(tr("Đường dẫn phải bắt đầu bằng “/”.", "A path begins with “/”."))
    if _PLAIN.fullmatch(path):
        return path
    steps = path[1:].split("/")
    return "/" + "/".join(_normal_step(step, last=number == len(steps) - 1) for number, step in enumerate(steps))


def _normal_step(step: str, *, last: bool) -> str:
    if not step:
        if last:
            return ""
        raise _bad_path(tr("Đường dẫn có hai dấu “/” liền nhau.", "The path has an empty step (“//”)."))
    if not step.isascii() or _BROKEN_ESCAPE.search(step) or any(sign in step for sign in '?#"<>^`{|} '):
        raise _bad_path(tr("Đường dẫn có ký tự chưa mã hóa đúng.", "The path has a sign that is not well escaped."))
    try:
        plain = unquote_to_bytes(step).decode("utf-8")
    except UnicodeDecodeError:
        raise _bad_path(tr("Đường dẫn không phải UTF-8.", "The path is not UTF-8.")) from None
    if _FORBIDDEN & set(plain):
        raise _bad_path(
            tr(
                "Đường dẫn có dấu gạch chéo hoặc ký tự điều khiển được mã hóa.",
                "The path has an escaped slash, backslash or control character.",
            )
        )
    # Some servers cut “;…” off, some decode twice: neither may find a way up behind it.
    if _is_dots(plain) or _is_dots(unquote_to_bytes(plain).decode("utf-8", "replace")):
        raise _bad_path(tr("Đường dẫn có bước “.” hoặc “..”.", "The path has a step “.” or “..”."))
    return quote(plain, safe=_SAFE)


def _is_dots(step: str) -> bool:
    bare = step.partition(";")[0].strip()
    return bare in (".", "..") or "/" in step or "\\" in step


def _bad_path(message: Bilingual) -> Refused:
    return Refused("catalogue.bad-path", message, field="path", status=400)


@lru_cache(maxsize=16384)
def _pattern(path: str) -> re.Pattern[str]:
    """`*` is one step or a part of one, `**` any number of steps."""
    told = []
    for step in _PARAMETER.sub("*", path).strip("/").split("/"):
        if step == "**":
            told.append("(?:/[^/]*)*")
        elif step or path == "/":
            told.append("/" + "[^/]+".join(re.escape(quote(piece, safe=_SAFE + "%")) for piece in step.split("*")))
    return re.compile("".join(told) + "/?")


def matches(endpoint: Endpoint, method: str, path: str) -> bool:
    """Does the endpoint stand for this method and (normal) path? HEAD goes where GET may go."""
    allowed = endpoint.method == "*" or endpoint.method == method or (method == "HEAD" and endpoint.method == "GET")
    return allowed and _pattern(endpoint.path).fullmatch(path) is not None


def find_endpoint(endpoints: Iterable[Endpoint], method: str, path: str) -> Endpoint | None:
    """The first endpoint that stands for this call."""
    return next((endpoint for endpoint in endpoints if matches(endpoint, method, path)), None)


def read_endpoint(text: str) -> Endpoint:
    """An endpoint as an operator types it: `GET /persons/*`. Raises Refused `catalogue.bad-endpoint`."""
    method, _, rest = " ".join(text.split()).partition(" ")
    path, _, summary = rest.partition(" ")
    return check_endpoint(Endpoint(method.upper(), path, summary))


def check_endpoint(endpoint: Endpoint) -> Endpoint:
    """The endpoint, if a call could ever match it. Raises Refused `catalogue.bad-endpoint`."""
    known = endpoint.method == "*" or endpoint.method in METHODS
    plain = _PARAMETER.sub("*", endpoint.path)
    if not known or not plain.startswith("/") or len(plain) > MAX_PATH:
        raise _bad_endpoint(str(endpoint))
    try:
        normal_path(quote(plain, safe=_SAFE + "%/*"))
    except Refused:
        raise _bad_endpoint(str(endpoint)) from None
    return endpoint


def _bad_endpoint(text: str) -> Refused:
    return Refused(
        "catalogue.bad-endpoint",
        tr(
            f"“{text[:100]}” không phải là điểm truy cập. Hãy ghi phương thức và đường dẫn, ví dụ GET /nguoi/*.",
            f"“{text[:100]}” is no endpoint. Write a method and a path, for example GET /persons/*.",
        ),
        field="endpoints",
    )
