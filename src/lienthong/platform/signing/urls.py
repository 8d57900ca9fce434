"""Routes of the role `signing.verifier`: the page."""

from django.urls import path

from lienthong.platform.signing.views import verify

app_name = "signing"
urlpatterns = [path("", verify.verify, name="verify")]
