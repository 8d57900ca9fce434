"""A small site for the tests: notices and sign-in."""

from django.urls import include, path

urlpatterns = [
    path("", include("lienthong.kernel.web.urls")),
    path("", include("lienthong.platform.identity.urls")),
    path("thong-bao/", include("lienthong.platform.notices.urls")),
]
