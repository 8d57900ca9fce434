"""Operator's pages of the exchange."""

from django.urls import path

from lienthong.platform.exchange import directory_views, proof_views, views

urlpatterns = [
    path("", views.letters, name="exchange-page-letters"),
    path("thong-diep/<uuid:letter_id>/", views.letter, name="exchange-page-letter"),
    path("thong-diep/<uuid:letter_id>/gui-lai/", views.resend, name="exchange-page-resend"),
    path("yeu-cau/", views.questions, name="exchange-page-questions"),
    path("danh-ba/", directory_views.directory, name="exchange-page-directory"),
    path("nhat-ky/", proof_views.message_log, name="exchange-page-log"),
    path("bang-chung/", proof_views.check, name="exchange-check-proof"),
    path("bang-chung/<str:direction>/<uuid:message_id>/", proof_views.proof, name="exchange-proof"),
]
