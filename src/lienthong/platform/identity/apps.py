"""Identity (định danh và xác thực) as a Django application."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """The room ``identity``: accounts, officers, sign-in."""

    name = "lienthong.platform.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Định danh và xác thực"
