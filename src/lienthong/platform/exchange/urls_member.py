"""Routes of every node that exchanges: letters and questions in, the directory out."""

from django.urls import path

from lienthong.platform.exchange import api, letter_api

urlpatterns = [
    path("directory", api.directory, name="exchange-directory"),
    path("letters", api.letters, name="exchange-letters"),
    path("batches", letter_api.batches, name="exchange-batches"),
    path("bundles", letter_api.bundles, name="exchange-bundles"),
    path("pull", letter_api.pull, name="exchange-pull"),
    path("receipts", letter_api.receipts, name="exchange-receipts"),
    path("parts/<str:sha256>", letter_api.part, name="exchange-part"),
    path("questions/<str:service>", api.questions, name="exchange-questions"),
]
