"""Operator's pages of the gateway, below `/van-hanh/trao-doi/`."""

from django.urls import path

from lienthong.platform.gateway import views

urlpatterns = [
    path("luot-goi/", views.calls, name="gateway-calls"),
    path("luot-goi/tai-ve.csv", views.calls_sheet, name="gateway-calls-sheet"),
    path("luot-goi/<str:direction>/<uuid:message_id>/", views.call, name="gateway-call"),
]
