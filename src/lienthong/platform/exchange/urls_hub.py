"""The route of the hub: the directory."""

from django.urls import path

from lienthong.platform.exchange import api

urlpatterns = [path("directory", api.directory, name="exchange-directory")]
