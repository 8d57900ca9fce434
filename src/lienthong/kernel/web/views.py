"""Views of the web base: the language switch, the style guide, the error handlers of every node."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from lienthong.kernel import access
from lienthong.kernel.text import LANGUAGES
from lienthong.kernel.web import samples
from lienthong.kernel.web.pages import STALE_FORM, error_page, wants_problem

LANGUAGE_SECONDS = 365 * 24 * 3600


# No token: a forged request could at most change the language of the page, and pages stay cacheable.
@csrf_exempt
@require_POST
@access.public
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Remember the language that the person chose and lead back to the page they came from."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(target if ours else "/")
    language = request.POST.get("language", "")
    if language in LANGUAGES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=LANGUAGE_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    return response


@access.public
@require_safe
def node_home(request: HttpRequest) -> HttpResponse:
    """The start page of a node whose roles have none of their own: the doors open to this person."""
    return render(request, "web/home.html")


@access.public
@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component in its states, with the tag that makes it."""
    page = Paginator(range(1, 241), 10).get_page(request.GET.get("page", 4))
    return render(request, "web/style_guide.html", {**samples.all_samples(), "page": page})


@access.public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler of 400."""
    return error_page(request, 400)


@access.public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler of 403."""
    return error_page(request, 403)


@access.public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler of 404."""
    return error_page(request, 404)


@access.public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Handler of a form whose token is missing or old."""
    return error_page(request, 403, message=STALE_FORM, code="web.csrf")


@access.public
def server_error(request: HttpRequest) -> HttpResponse:
    """Handler of 500: a page without context, because whatever makes pages may be what failed."""
    if wants_problem(request):
        return error_page(request, 500)
    return render(None, "web/500.html", status=500)
