"""The routes of this room, as a node with both roles has them."""

from django.urls import include, path

urlpatterns = [
    path("", include("lienthong.kernel.web.urls")),
    path("", include("lienthong.platform.agencies.urls")),
    path("van-hanh/lich-lam-viec/", include("lienthong.platform.agencies.operator_urls")),
]
