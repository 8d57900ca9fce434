"""The same site with the demo's doors open."""

from django.urls import include, path

from lienthong.platform.identity.tests import site

urlpatterns = [*site.urlpatterns, path("", include("lienthong.platform.identity.demo_urls"))]
