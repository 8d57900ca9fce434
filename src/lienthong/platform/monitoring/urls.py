"""Operator's pages of monitoring, below those of the exchange."""

from django.urls import path

from lienthong.platform.monitoring import views

urlpatterns = [
    path("tong-quan/", views.overview, name="monitoring-page-overview"),
    path("tong-quan/luong.csv", views.flows_csv, name="monitoring-flows-csv"),
    path("ban-ghi/", views.records, name="monitoring-page-records"),
    path("ban-ghi/ban-ghi.csv", views.records_csv, name="monitoring-records-csv"),
    path("ban-ghi/<int:number>/", views.record, name="monitoring-page-record"),
    path("tinh-trang/", views.health, name="monitoring-page-health"),
    path("chung-thu/", views.certificates, name="monitoring-page-certificates"),
]
