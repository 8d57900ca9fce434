"""The room as a Django application."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """The room `gateway`."""

    name = "lienthong.platform.gateway"
    label = "gateway"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Cổng kết nối"
