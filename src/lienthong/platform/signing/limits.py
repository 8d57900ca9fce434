"""How many files a stranger may have checked: enough for a whole office, too few to keep the node busy."""

from django.core.cache import cache
from django.http import HttpRequest

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr

UPLOADS = 120
_WINDOW_SECONDS = 600


def check_uploads(request: HttpRequest) -> None:
    """Raises Refused `signing.too-many-uploads` (429) when this address has sent too many files."""
    key = f"signing.uploads:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, _WINDOW_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:  # the window ended between the two calls
        count = 1
    if count > UPLOADS:
        minutes = _WINDOW_SECONDS // 60
        raise Refused(
            "signing.too-many-uploads",
            tr(
                f"Có quá nhiều tệp được gửi từ mạng của bạn. Hãy thử lại sau {minutes} phút.",
                f"Too many files came from your network. Try again in {minutes} minutes.",
            ),
            field="file",
            status=429,
            details={"retry_after": _WINDOW_SECONDS},
        )
