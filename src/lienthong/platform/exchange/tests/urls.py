"""Routes of a node that is member and hub, for tests."""

from django.urls import include, path

urlpatterns = [
    path("exchange/", include("lienthong.platform.exchange.urls_member")),
    path("exchange/", include("lienthong.platform.exchange.urls_hub")),
    path("van-hanh/trao-doi/tu-kiem-tra/", include("lienthong.platform.exchange.urls_self_test")),
    path("", include("lienthong.platform.exchange.urls_joining")),
    path("thu-dien-tu-lien-thong/", include("lienthong.platform.exchange.urls_post")),
    path("van-hanh/trao-doi/", include("lienthong.platform.exchange.urls")),
    path("", include("lienthong.kernel.web.urls")),
]
