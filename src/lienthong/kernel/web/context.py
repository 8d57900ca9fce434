"""What every page knows: the node, the acting person, the language, the navigation."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lienthong.kernel.access import SIGN_IN_PATH, actor_of
from lienthong.kernel.profile import node
from lienthong.kernel.text import active_language
from lienthong.kernel.web import navigation
from lienthong.kernel.web.middleware import LANGUAGE_PATH

SIGN_OUT_PATH = "/dang-xuat/"
NOTICES_PATH = "/thong-bao/"


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all pages. What costs a query is read only when a template shows it."""
    return {
        "node": node(),
        "actor": actor_of(request),
        "language": active_language(),
        "language_path": LANGUAGE_PATH,
        "sign_in_path": SIGN_IN_PATH if navigation.is_open(SIGN_IN_PATH) else "",
        "sign_out_path": SIGN_OUT_PATH if navigation.is_open(SIGN_OUT_PATH) else "",
        "notices_path": NOTICES_PATH if navigation.is_open(NOTICES_PATH) else "",
        "navigation": navigation.places_for(request),
        "unread_notices": SimpleLazyObject(lambda: navigation.unread_notices(request)),
    }
