"""The routes of this room, as a node that plays its role has them."""

from django.urls import include, path

urlpatterns = [
    path("van-phong/", include("lienthong.casework.office.urls")),
    path("ky-so/", include("lienthong.platform.signing.urls_officer")),
    path("signing/csc/v2/", include("lienthong.platform.signing.urls_csc")),
    path("", include("lienthong.kernel.web.urls")),
]
