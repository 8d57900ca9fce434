"""Routes of the role `signing.verifier`."""

from django.urls import path

from lienthong.platform.signing import views

app_name = "signing"
urlpatterns = [path("", views.verify, name="verify")]
