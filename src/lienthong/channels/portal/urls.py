"""Doors of the portal, for the role `portal.national`."""

from django.urls import path

from lienthong.channels.portal import api
from lienthong.channels.portal.views import catalogue, deeds, filing, home, looks, mine, papers, tracking

urlpatterns = [
    path("", home.home, name="portal-home"),
    path("tro-giup/", home.show_help, name="portal-help"),
    path("thu-tuc/", catalogue.search, name="portal-search"),
    path("thu-tuc/goi-y/", catalogue.suggest, name="portal-suggest"),
    path("thu-tuc/<str:code>/", catalogue.show_procedure, name="portal-procedure"),
    path("nop-ho-so/nhap/<uuid:draft_id>/", filing.go_on, name="portal-draft"),
    path("nop-ho-so/nhap/<uuid:draft_id>/kiem-tra/", filing.check, name="portal-check"),
    path("nop-ho-so/nhap/<uuid:draft_id>/xoa/", filing.discard, name="portal-discard"),
    path("nop-ho-so/nhap/<uuid:draft_id>/tep/<str:path>/", filing.kept_file, name="portal-kept-file"),
    path("nop-ho-so/nhap/<uuid:draft_id>/<str:page_key>/", filing.form_page, name="portal-page"),
    path("nop-ho-so/da-nop/<uuid:draft_id>/", filing.filed, name="portal-filed"),
    path("nop-ho-so/<str:code>/", filing.start, name="portal-start"),
    path("tra-cuu/", tracking.track, name="portal-track"),
    path("ho-so/", mine.my_dossiers, name="portal-my-dossiers"),
    path("ho-so/ai-da-xem/", looks.my_looks, name="portal-looks"),
    path("ho-so/<uuid:dossier_id>/", mine.my_dossier, name="portal-my-dossier"),
    path("ho-so/<uuid:dossier_id>/nop-phi/", deeds.pay, name="portal-pay"),
    path("ho-so/<uuid:dossier_id>/bo-sung/", deeds.supplement, name="portal-supplement"),
    path("ho-so/<uuid:dossier_id>/rut/", deeds.withdraw, name="portal-withdraw"),
    path("ho-so/<uuid:dossier_id>/ket-qua/", papers.result, name="portal-result"),
    path("ho-so/<uuid:dossier_id>/giay-to/<uuid:attachment_id>/", papers.attachment, name="portal-attachment"),
    path("api/v1/dossiers/<str:code>/status", api.dossier_status, name="portal-api-status"),
]
