"""What programs read: metrics and operational data."""

from django.urls import path

from lienthong.platform.monitoring import api

urlpatterns = [
    path("metrics", api.metrics, name="monitoring-metrics"),
    path("monitoring/operational-data", api.operational_data, name="monitoring-operational-data"),
]
