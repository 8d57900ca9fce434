"""Payments (thanh toán phí, lệ phí) as a Django application."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """The room ``payments``: fee orders, the payment platform's messages, the demo gateway."""

    name = "lienthong.platform.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Thanh toán phí, lệ phí"
