"""Routes of every node that exchanges: letters and questions in."""

from django.urls import path

from lienthong.platform.exchange import api

urlpatterns = [
    path("letters", api.letters, name="exchange-letters"),
    path("questions/<str:service>", api.questions, name="exchange-questions"),
]
