"""Middleware of all pages: proxies, language, content security policy, limits, refusals as pages or problem bodies."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, QueryDict
from django.utils import translation
from django.utils.cache import patch_vary_headers

from lienthong.kernel import tracing
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import LANGUAGES, tr
from lienthong.kernel.web.pages import error_page, refusal_page, wants_problem

LANGUAGE_PATH = "/ngon-ngu/"

# Nothing from elsewhere and nothing inline; pictures made on the page (a QR code) may be data.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
BROKEN_TEXT = tr("Địa chỉ hoặc nội dung có ký tự bị lỗi.", "The address or the text has a broken character.")
STREAMED_PATHS = ("/exchange/", "/documents/axis/", "/documents/lgsp/")
"""Doors that take bodies of any size a block at a time, and have limits of their own."""
MAX_REQUEST_BYTES = 100 * 2**20
"""More than any form with its files needs; beyond it nothing is read."""

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def chosen_language(request: HttpRequest) -> str:
    """The language that the person chose (a cookie); Vietnamese until they choose."""
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return language if language in LANGUAGES else LANGUAGES[0]


class Language:
    """Makes the page in the chosen language and says so in `Content-Language`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = chosen_language(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class BehindProxies:
    """Reads from the reverse proxies before this node who asks, and whether by TLS.

    The node listens on loopback, so without this everybody would share one address, and the limit of attempts of one
    would stop all. The profile says how many proxies of ours add their line (`proxies`; 1 where the public address is
    https, else 0); what is written before them may be invented and is not read.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        proxies = node().parameters.get("proxies", int(node().base_url.startswith("https://")))
        told = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
        if proxies and len(told) >= proxies:
            try:
                request.META["REMOTE_ADDR"] = str(ip_address(told[-proxies]))
            except ValueError:
                return error_page(request, 400)
            if request.headers.get("X-Forwarded-Proto") == "https":
                request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


class Traces:
    """Each request is a span that goes on from the caller's `traceparent`; told are the route and the status.

    Never the address itself: it may hold the code or the number of a person.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("traceparent", "")
        with tracing.following(given), tracing.span("web.request", kind="server", method=request.method or "") as span:
            response = self.get_response(request)
            if (found := request.resolver_match) is not None:
                span.set(route=found.route)
            span.set(status=response.status_code)
        return response


class ContentSecurityPolicy:
    """Forbids scripts, styles and frames that are not our own.

    Browsers refuse a form that leads to an outside party (a payment gateway) unless the party's origin is named in
    the node's parameter `form_targets`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        targets = " ".join(str(origin) for origin in node().parameters.get("form_targets", ()))
        response.headers.setdefault("Content-Security-Policy", f"{POLICY} {targets}".rstrip())
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class Limits:
    """Turns away what no view should have to bear: requests of endless size, addresses with a NUL character.

    A database text cannot hold NUL, so every search for one would fail in a way of its own. In what people search
    for it is dropped, programs are told.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_counted = length.isascii() and length.isdigit() and len(length) < 16
        if not request.path.startswith(STREAMED_PATHS) and not (is_counted and int(length) <= MAX_REQUEST_BYTES):
            message = tr(
                "Dữ liệu gửi lên lớn hơn {n} MB. Hãy chọn tệp nhỏ hơn.",
                "What was sent is larger than {n} MB. Choose smaller files.",
            ).format(n=MAX_REQUEST_BYTES // 2**20)
            return error_page(request, 413, message, code="web.too-large")
        if "\0" in request.path or (_has_nul(request.GET) and wants_problem(request)):
            return error_page(request, 400, BROKEN_TEXT, code="web.broken-text")
        if _has_nul(request.GET):
            request.GET = _without_nul(request.GET)  # type: ignore[assignment]  # as immutable as the first
        return self.get_response(request)


def _has_nul(query: QueryDict) -> bool:
    return any("\0" in text for name, values in query.lists() for text in (name, *values))


def _without_nul(query: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        kept.setlist(name.replace("\0", ""), [text.replace("\0", "") for text in values])
    return QueryDict(kept.urlencode())


class Refusals:
    """Shows a refusal that no view caught: a page, or a problem body (RFC 9457) where a program reads."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            told = error_page(request, 405)
            told.headers["Allow"] = response.headers["Allow"]
            return told
        return response

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Refuses a form whose bytes are no UTF-8: Django would read them as another alphabet and keep nonsense."""
        if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
            return None
        try:
            request.body.decode()
        except UnicodeDecodeError:
            return error_page(request, 400, BROKEN_TEXT, code="web.broken-text")
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The response to a refusal; None leaves other exceptions to Django."""
        return refusal_page(request, exception) if isinstance(exception, Refused) else None
