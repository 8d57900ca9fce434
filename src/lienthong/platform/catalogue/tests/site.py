"""Routes of a node with the catalogue's pages, for tests."""

from django.urls import include, path

urlpatterns = [
    path("van-hanh/trao-doi/", include("lienthong.platform.catalogue.urls")),
    path("catalogue/v1/", include("lienthong.platform.catalogue.urls_api")),
    path("catalogue/", include("lienthong.platform.catalogue.urls_national")),
    path("", include("lienthong.kernel.web.urls")),
]
