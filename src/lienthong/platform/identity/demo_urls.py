"""Routes of the demo's sign-in; opened by the role ``identity.demo`` alone."""

from django.urls import path

from lienthong.platform.identity import demo_views

urlpatterns = [path("dang-nhap/nguoi-dung-thu/", demo_views.sign_in_as, name="identity_demo_sign_in")]
