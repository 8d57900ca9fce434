"""The national portal for tests: its pages and those that they lead to."""

from django.urls import include, path

urlpatterns = [
    path("", include("lienthong.kernel.web.urls")),
    path("", include("lienthong.platform.identity.urls")),
    path("xac-minh/", include("lienthong.platform.signing.urls")),
    path("thong-bao/", include("lienthong.platform.notices.urls")),
    path("thanh-toan/", include("lienthong.platform.payments.urls")),
    path("", include("lienthong.channels.portal.urls")),
]

handler400 = "lienthong.kernel.web.views.bad_request"
handler403 = "lienthong.kernel.web.views.forbidden"
handler404 = "lienthong.kernel.web.views.not_found"
handler500 = "lienthong.kernel.web.views.server_error"
