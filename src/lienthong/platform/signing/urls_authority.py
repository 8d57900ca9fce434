"""Routes of the role `signing.demo_authority`."""

from django.urls import path

from lienthong.platform.signing.api import authority as api

app_name = "authority"
urlpatterns = [
    path("ocsp", api.ocsp, name="ocsp"),
    path("ocsp/<path:encoded>", api.ocsp, name="ocsp-get"),
    path("crl", api.revocation_list, name="crl"),
    path("tsa", api.timestamp, name="tsa"),
    path("certificates", api.certificates, name="certificates"),
]
