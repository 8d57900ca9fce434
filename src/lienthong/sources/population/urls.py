"""Pages of the holder's officers, under ``/dan-cu/``."""

from django.urls import path

from lienthong.sources.population import views

app_name = "population"

urlpatterns = [
    path("", views.search, name="search"),
    path("xem/", views.show, name="show"),
]
