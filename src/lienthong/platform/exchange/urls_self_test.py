"""The page of the self-test."""

from django.urls import path

from lienthong.platform.exchange import self_test_views

urlpatterns = [path("", self_test_views.self_test, name="exchange-page-self-test")]
