"""Operator's pages of the catalogue, below `/van-hanh/trao-doi/`."""

from django.urls import path

from lienthong.platform.catalogue.views import agreements, national, ours, rights, systems

_SERVICE = "<str:agency_code>/<str:system_code>/<str:name>/"

urlpatterns = [
    path("dich-vu/", national.services_list, name="catalogue-services"),
    path("dich-vu/tep.csv", national.services_sheet, name="catalogue-services-sheet"),
    path(f"dich-vu/{_SERVICE}", national.service, name="catalogue-service"),
    path(f"dich-vu/{_SERVICE}openapi.json", national.document, name="catalogue-service-document"),
    path(f"dich-vu/{_SERVICE}nen-tang/", national.platform, name="catalogue-service-platform"),
    path("dich-vu-cua-toi/", ours.services_list, name="catalogue-own-services"),
    path("dich-vu-cua-toi/moi/", ours.new_service, name="catalogue-own-service-new"),
    path(f"dich-vu-cua-toi/{_SERVICE}", ours.service, name="catalogue-own-service"),
    path(f"dich-vu-cua-toi/{_SERVICE}sua/", ours.change_service, name="catalogue-own-service-change"),
    path(f"dich-vu-cua-toi/{_SERVICE}giao-dien/", ours.describe_interface, name="catalogue-own-service-interface"),
    path(f"dich-vu-cua-toi/{_SERVICE}trang-thai/", ours.move_service, name="catalogue-own-service-move"),
    path("he-thong/", systems.systems_list, name="catalogue-systems"),
    path("he-thong/moi/", systems.new_system, name="catalogue-system-new"),
    path("he-thong/<str:agency_code>/<str:code>/", systems.system, name="catalogue-system"),
    path("he-thong/<str:agency_code>/<str:code>/sua/", systems.change_system, name="catalogue-system-change"),
    path("thoa-thuan/", agreements.agreements_list, name="catalogue-agreements"),
    path("thoa-thuan/tep.csv", agreements.agreements_sheet, name="catalogue-agreements-sheet"),
    path("thoa-thuan/de-nghi/", agreements.new_agreement, name="catalogue-request"),
    path("thoa-thuan/<uuid:agreement_id>/", agreements.agreement, name="catalogue-agreement"),
    path("thoa-thuan/<uuid:agreement_id>/sua/", agreements.change_agreement, name="catalogue-agreement-change"),
    path("quyen/", rights.permissions, name="catalogue-permissions"),
    path("quyen/tep.csv", rights.permissions_sheet, name="catalogue-permissions-sheet"),
    path("vi-sao/", rights.why, name="catalogue-why"),
]
