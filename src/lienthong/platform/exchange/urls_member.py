"""Routes of every node that exchanges: letters and questions in, the directory out."""

from django.urls import path

from lienthong.platform.exchange import api

urlpatterns = [
    path("directory", api.directory, name="exchange-directory"),
    path("letters", api.letters, name="exchange-letters"),
    path("questions/<str:service>", api.questions, name="exchange-questions"),
]
