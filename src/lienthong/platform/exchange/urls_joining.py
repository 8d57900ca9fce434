"""Pages about joining: a public one for the asker, the operator's at the hub."""

from django.urls import path

from lienthong.platform.exchange import joining_views

urlpatterns = [
    path("ket-noi/<str:token>/", joining_views.follow, name="exchange-joining-follow"),
    path("van-hanh/trao-doi/don-ket-noi/", joining_views.applications, name="exchange-page-applications"),
    path("van-hanh/trao-doi/don-ket-noi/<str:token>/", joining_views.application, name="exchange-page-application"),
    path("van-hanh/trao-doi/cac-nut/<str:code>/", joining_views.node_page, name="exchange-page-node"),
]
