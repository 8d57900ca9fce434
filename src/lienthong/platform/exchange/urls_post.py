"""Pages of the post of people."""

from django.urls import path

from lienthong.platform.exchange import post_views

urlpatterns = [
    path("", post_views.arrived, name="exchange-post"),
    path("da-gui/", post_views.sent, name="exchange-post-sent"),
    path("soan/", post_views.write, name="exchange-post-write"),
    path("thu/<uuid:letter_id>/", post_views.read, name="exchange-post-read"),
    path("thu/<uuid:letter_id>/tep/<str:sha256>/", post_views.part, name="exchange-post-part"),
]
