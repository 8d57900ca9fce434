"""Routes of the hub alone: nodes that want to join."""

from django.urls import path

from lienthong.platform.exchange import joining_api

urlpatterns = [
    path("applications", joining_api.applications, name="exchange-applications"),
    path("applications/<str:token>", joining_api.application, name="exchange-application"),
    path("trust", joining_api.trust, name="exchange-trust"),
]
