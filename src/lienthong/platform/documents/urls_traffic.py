"""The operator's page about the axis, `/van-hanh/van-ban/`."""

from django.urls import path

from lienthong.platform.documents.views import axis_traffic

urlpatterns = [path("", axis_traffic.traffic, name="documents-traffic")]
