"""Routes of the demo gateway."""

from django.urls import path

from lienthong.platform.payments.demo_gateway import views

urlpatterns = [
    path("khoi-tao/", views.init, name="demo_gateway_init"),
    path("truy-van/", views.query, name="demo_gateway_query"),
    path("giao-dich/<uuid:token>/", views.page, name="demo_gateway_page"),
]
