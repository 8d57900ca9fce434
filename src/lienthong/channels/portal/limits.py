"""How often a stranger may look up codes: enough for a whole office, too little to guess codes.

Codes of a day are consecutive, so the page shows nothing personal; this only keeps a machine from walking through
all of them at speed.
"""

from django.core.cache import cache
from django.http import HttpRequest

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

_MISSES = 40
_LOOKS = 600
_WINDOW_SECONDS = 600


def check_looks(request: HttpRequest) -> None:
    """Raises Refused `portal.too-many-looks` (429) when this address has looked or missed too often."""
    if _count(request, "looks", add=1) > _LOOKS or _count(request, "misses") >= _MISSES:
        minutes = _WINDOW_SECONDS // 60
        raise Refused(
            "portal.too-many-looks",
            tr(
                f"Có quá nhiều lượt tra cứu từ mạng của bạn. Hãy thử lại sau {minutes} phút.",
                f"There were too many look-ups from your network. Try again in {minutes} minutes.",
            ),
            status=429,
        )


def note_miss(request: HttpRequest) -> None:
    """A code that nobody knows."""
    _count(request, "misses", add=1)


def _count(request: HttpRequest, what: str, *, add: int = 0) -> int:
    key = f"portal.{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, _WINDOW_SECONDS)
    try:
        return cache.incr(key, add)
    except ValueError:  # the window ended between the two calls
        return add
