"""Notices (thông báo) as a Django application."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The room ``notices``: in-app notices and e-mail."""

    name = "lienthong.platform.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Thông báo"
