"""A small site for the tests: sign-in, and a page behind each kind of rule."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from lienthong.kernel import access


def _say(request: HttpRequest) -> HttpResponse:
    actor = access.actor_of(request)
    return HttpResponse(f"{actor.name}|{actor.agency_code}|{','.join(sorted(actor.duties))}" if actor else "nobody")


urlpatterns = [
    path("", include("lienthong.kernel.web.urls")),
    path("", include("lienthong.platform.identity.urls")),
    path("ai/", access.public(_say)),
    path("muc-1/", access.signed_in()(_say)),
    path("muc-2/", access.signed_in(level=2)(_say)),
    path("thu-ly/", access.duty("handling")(_say)),
]
