"""Routes of a node that is the demo's authority, for tests."""

from django.urls import include, path

urlpatterns = [
    path("authority/", include("lienthong.platform.signing.urls_authority")),
    path("signing/csc/v2/", include("lienthong.platform.signing.urls_csc")),
    path("xac-minh/api/v1/", include("lienthong.platform.signing.urls_api")),
    path("xac-minh/", include("lienthong.platform.signing.urls")),
    path("ky-so/", include("lienthong.platform.signing.urls_officer")),
    path("", include("lienthong.kernel.web.urls")),
]
