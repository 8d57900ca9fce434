"""The routes of this room, as a node that answers has them."""

from django.urls import include, path

urlpatterns = [
    path("mot-cua/", include("lienthong.casework.dossiers.urls")),
    path("", include("lienthong.kernel.web.urls")),
]
