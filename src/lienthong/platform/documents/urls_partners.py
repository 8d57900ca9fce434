"""Operator's pages about systems outside, below `/van-hanh/van-ban/`."""

from django.urls import path

from lienthong.platform.documents.views import partners

urlpatterns = [
    path("doi-tac/", partners.listing, name="documents-partners"),
    path("doi-tac/moi/", partners.new, name="documents-partner-new"),
    path("doi-tac/viec/", partners.tasks, name="documents-axis-tasks"),
    path("doi-tac/viec/thu-lai/", partners.try_again, name="documents-axis-try-again"),
    path("doi-tac/<str:system_id>/", partners.partner, name="documents-partner"),
    path("doi-tac/<str:system_id>/sua/", partners.change, name="documents-partner-change"),
]
