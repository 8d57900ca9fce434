"""The room as a Django application."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The room `monitoring`."""

    name = "lienthong.platform.monitoring"
    label = "monitoring"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Giám sát vận hành"
