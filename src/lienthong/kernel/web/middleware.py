"""Middleware of all pages: the language, the content security policy, refusals as pages or problem bodies."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import LANGUAGES
from lienthong.kernel.web.pages import refusal_page

LANGUAGE_PATH = "/ngon-ngu/"

# Nothing from elsewhere and nothing inline; pictures made on the page (a QR code) may be data.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
API_PATHS = ("/api/", "/exchange/")

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


class Refusals:
    """Shows a refusal that no view caught: a page, or a problem body (RFC 9457) where a program reads."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The response to a refusal; None leaves other exceptions to Django."""
        if not isinstance(exception, Refused):
            return None
        if wants_problem(request):
            return JsonResponse(
                exception.as_problem(), status=exception.status, content_type="application/problem+json"
            )
        return refusal_page(request, exception)


def wants_problem(request: HttpRequest) -> bool:
    """Does a program, not a person, read the answer?"""
    return request.path.startswith(API_PATHS) or not request.accepts("text/html")
