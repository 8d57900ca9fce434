"""The Django app of the web base (label `web`: templates, static files, template tags)."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lienthong.kernel.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
