"""Doors of the web base, open on every node."""

from django.urls import path

from lienthong.kernel.web import views

urlpatterns = [
    path("ngon-ngu/", views.set_language, name="web-language"),
    path("huong-dan-giao-dien/", views.style_guide, name="web-style-guide"),
]
