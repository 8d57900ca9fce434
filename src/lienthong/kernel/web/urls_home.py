"""The start page of a node that has no portal; included last, so that a role's own start page comes first."""

from django.urls import path

from lienthong.kernel.web import views

urlpatterns = [path("", views.node_home, name="home")]
