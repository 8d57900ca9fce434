"""Signing (chữ ký số) as a Django application."""

from django.apps import AppConfig


class SigningConfig(AppConfig):
    """The room ``signing``: keys, certificates, signatures and their validation."""

    name = "lienthong.platform.signing"
    label = "signing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Chữ ký số"
