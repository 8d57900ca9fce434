"""Routes of a node that is the demo's authority, for tests."""

from django.urls import include, path

urlpatterns = [
    path("authority/", include("lienthong.platform.signing.urls_authority")),
    path("", include("lienthong.kernel.web.urls")),
]
