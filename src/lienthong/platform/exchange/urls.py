"""Operator's pages of the exchange."""

from django.urls import path

from lienthong.platform.exchange import views

urlpatterns = [
    path("", views.letters, name="exchange-page-letters"),
    path("thong-diep/<uuid:letter_id>/", views.letter, name="exchange-page-letter"),
    path("thong-diep/<uuid:letter_id>/gui-lai/", views.resend, name="exchange-page-resend"),
    path("yeu-cau/", views.questions, name="exchange-page-questions"),
    path("danh-ba/", views.directory, name="exchange-page-directory"),
    path("nhat-ky/", views.message_log, name="exchange-page-log"),
]
