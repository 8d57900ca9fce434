"""Proofs of calls at the address that X-Road gives them."""

from django.urls import path

from lienthong.platform.gateway import views

urlpatterns = [path("asic", views.asic, name="gateway-asic")]
