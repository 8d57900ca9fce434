"""Routes for tests of pages: the gateway's, the proofs' and the base's."""

from django.urls import include, path

urlpatterns = [
    path("van-hanh/trao-doi/", include("lienthong.platform.gateway.urls")),
    path("van-hanh/trao-doi/", include("lienthong.platform.exchange.urls")),
    path("", include("lienthong.platform.gateway.urls_proof")),
    path("", include("lienthong.kernel.web.urls")),
]
