"""Public routes of agencies: the look-up page and its API."""

from django.urls import path

from lienthong.platform.agencies import api, views

urlpatterns = [
    path("tra-cuu/don-vi/", views.look_up, name="agencies_look_up"),
    path("api/v1/agencies/<str:code>", api.show_agency, name="agencies_api_agency"),
    path("api/v1/units/<str:code>", api.show_unit, name="agencies_api_unit"),
]
