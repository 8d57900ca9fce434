"""The room as a Django application."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The room `office`."""

    name = "lienthong.casework.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Văn phòng điện tử"
