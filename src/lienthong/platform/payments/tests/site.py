"""A small site for the tests: payments and the demo gateway beside each other."""

from django.urls import include, path

urlpatterns = [
    path("", include("lienthong.kernel.web.urls")),
    path("", include("lienthong.platform.identity.urls")),
    path("thanh-toan/", include("lienthong.platform.payments.urls")),
    path("cong-thanh-toan-thu/", include("lienthong.platform.payments.demo_gateway.urls")),
]
