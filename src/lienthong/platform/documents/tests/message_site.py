"""Routes of a node with the pages of the axis, the clerk's and the operator's, for tests."""

from django.urls import include, path

from lienthong.platform.documents.tests import desk_site

urlpatterns = [
    *desk_site.urlpatterns,
    path("van-hanh/van-ban/luu-luong/", include("lienthong.platform.documents.urls_traffic")),
]
