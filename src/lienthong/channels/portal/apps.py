"""Django's view of the room."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Portal (Cổng Dịch vụ công)."""

    name = "lienthong.channels.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Cổng Dịch vụ công"
    holds_files = (("Draft", "answers"), ("Draft", "known"))
