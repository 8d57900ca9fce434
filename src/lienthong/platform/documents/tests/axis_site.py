"""Routes of a node with the axis' doors and pages, for tests."""

from django.urls import include, path

urlpatterns = [
    path("documents/", include("lienthong.platform.documents.urls_axis")),
    path("van-hanh/van-ban/", include("lienthong.platform.documents.urls_partners")),
    path("", include("lienthong.kernel.web.urls")),
]
