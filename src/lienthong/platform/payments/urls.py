"""Routes of payments."""

from django.urls import path

from lienthong.platform.payments import views

urlpatterns = [
    path("ipn/", views.take_notice, name="payments_ipn"),
    path("ket-qua/<str:reference>/", views.result, name="payments_result"),
    path("bat-dau/<str:reference>/", views.start, name="payments_start"),
    path("kiem-tra/<str:reference>/", views.check, name="payments_check"),
]
