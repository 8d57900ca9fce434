"""Routes of sign-in and sign-out; the names are those that allauth looks for."""

from django.urls import path

from lienthong.platform.identity import views

urlpatterns = [
    path("dang-nhap/", views.sign_in, name="account_login"),
    path("dang-nhap/tam-khoa/", views.locked, name="account_inactive"),
    path("dang-nhap/co-quan/", views.choose_agency, name="identity_choose_agency"),
    path("dang-xuat/", views.sign_out, name="account_logout"),
]
