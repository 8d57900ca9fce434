"""Routes of the role `signing.remote`: an officer's own pages."""

from django.urls import path

from lienthong.platform.signing.views import credential, images, phone, remote

urlpatterns = [
    path("", credential.own, name="own-signature"),
    path("hinh-chu-ky/", images.signature_image, name="signature-image"),
    path("hinh-chu-ky/tep.png", images.picture, name="signature-image-file"),
    path("dien-thoai/", phone.asked, name="phone-asked"),
    path("tu-xa/", remote.waiting, name="remote-waiting"),
    path("tu-xa/<uuid:request_id>/", remote.one, name="remote-one"),
    path("tu-xa/<uuid:request_id>/dien-thoai/", phone.by_phone, name="remote-phone"),
    path("tu-xa/<uuid:request_id>/tep.pdf", remote.document, name="remote-document"),
]
