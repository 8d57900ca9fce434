"""Routes of the API of the catalogue."""

from django.urls import path

from lienthong.platform.catalogue.api import routes

urlpatterns = [path("", routes.urls())]
