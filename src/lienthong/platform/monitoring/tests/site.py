"""A small site for the tests: the pages of monitoring."""

from django.urls import include, path

urlpatterns = [
    path("", include("lienthong.kernel.web.urls")),
    path("", include("lienthong.platform.monitoring.urls_machines")),
    path("van-hanh/trao-doi/", include("lienthong.platform.monitoring.urls")),
]
