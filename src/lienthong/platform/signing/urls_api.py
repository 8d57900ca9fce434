"""Routes of the role `signing.verifier`: the API that checks files."""

from django.urls import path

from lienthong.platform.signing.api import verification

urlpatterns = [path("", verification.urls())]
