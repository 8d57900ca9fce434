"""Routes of the hub: the national list."""

from django.urls import path

from lienthong.platform.catalogue.api import doors

urlpatterns = [
    path("directory", doors.directory, name="catalogue-directory"),
    path("openapi/<str:agency_code>/<str:system_code>/<str:name>", doors.document, name="catalogue-document"),
]
