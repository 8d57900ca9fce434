"""What every page knows: the node, the acting person, the language, the doors that are open to all."""

from typing import Any

from django.http import HttpRequest
from django.urls import is_valid_path

from lienthong.kernel.access import SIGN_IN_PATH, actor_of
from lienthong.kernel.profile import node
from lienthong.kernel.text import active_language
from lienthong.kernel.web.middleware import LANGUAGE_PATH

SIGN_OUT_PATH = "/dang-xuat/"
NOTICES_PATH = "/thong-bao/"


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all pages. A path is empty when no open door of this node answers there."""
    return {
        "node": node(),
        "actor": actor_of(request),
        "language": active_language(),
        "language_path": LANGUAGE_PATH,
        "sign_in_path": _if_open(SIGN_IN_PATH),
        "sign_out_path": _if_open(SIGN_OUT_PATH),
        "notices_path": _if_open(NOTICES_PATH),
    }


def _if_open(path: str) -> str:
    return path if is_valid_path(path) else ""
