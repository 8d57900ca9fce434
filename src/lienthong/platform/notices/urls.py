"""Routes of notices."""

from django.urls import path

from lienthong.platform.notices import views

urlpatterns = [
    path("", views.list_notices, name="notices_list"),
    path("da-doc/", views.mark_read, name="notices_mark_read"),
    path("<int:notice_id>/", views.open_notice, name="notices_open"),
]
