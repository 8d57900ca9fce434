"""Routes of the hub: the national list."""

from django.urls import path

from lienthong.platform.catalogue import api

urlpatterns = [
    path("directory", api.directory, name="catalogue-directory"),
    path("openapi/<str:agency_code>/<str:system_code>/<str:name>", api.document, name="catalogue-document"),
]
