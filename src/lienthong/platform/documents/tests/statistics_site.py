"""Routes of a node with the pages of statistics, for tests."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("van-ban/", include("lienthong.platform.documents.urls")),
    path("van-hanh/van-ban/luu-luong/", include("lienthong.platform.documents.urls_traffic")),
    path("", include("lienthong.kernel.web.urls")),
]
