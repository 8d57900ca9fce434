"""Routes of the role `signing.demo_phone`: the phone as a signing service."""

from django.urls import path

from lienthong.platform.signing.api import csc

urlpatterns = [
    path("info", csc.info, name="csc-info"),
    path("credentials/list", csc.list_credentials, name="csc-credentials"),
    path("credentials/info", csc.credential_info, name="csc-credential"),
    path("credentials/authorize", csc.authorize, name="csc-authorize"),
    path("credentials/authorizeCheck", csc.authorize_check, name="csc-authorize-check"),
    path("signatures/signHash", csc.sign_hash, name="csc-sign-hash"),
]
