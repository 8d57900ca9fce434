"""Operator's pages of the exchange."""

from django.urls import path

from lienthong.platform.exchange import directory_views, letter_views, proof_views, views

urlpatterns = [
    path("", views.letters, name="exchange-page-letters"),
    path("thong-diep/<uuid:letter_id>/", views.letter, name="exchange-page-letter"),
    path("thong-diep/<uuid:letter_id>/gui-lai/", views.resend, name="exchange-page-resend"),
    path("thong-diep/<uuid:letter_id>/bo/", letter_views.discard, name="exchange-page-discard"),
    path("khong-gui-duoc/", letter_views.dead, name="exchange-page-dead"),
    path("khong-gui-duoc/tai-ve.csv", letter_views.dead_sheet, name="exchange-dead-sheet"),
    path("khong-gui-duoc/gui-lai/", letter_views.resend_all, name="exchange-resend-all"),
    path("duong-gui/", letter_views.lines, name="exchange-page-lines"),
    path("duong-gui/thu-lai/", letter_views.try_line, name="exchange-try-line"),
    path("yeu-cau/", views.questions, name="exchange-page-questions"),
    path("danh-ba/", directory_views.directory, name="exchange-page-directory"),
    path("nhat-ky/", proof_views.message_log, name="exchange-page-log"),
    path("bang-chung/", proof_views.check, name="exchange-check-proof"),
    path("bang-chung/<str:direction>/<uuid:message_id>/", proof_views.proof, name="exchange-proof"),
]
