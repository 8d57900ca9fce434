"""The exchange as a Django application."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The room `exchange`."""

    name = "lienthong.platform.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Trao đổi, chia sẻ dữ liệu"
    holds_files = (
        ("OutgoingLetter", "parts"),
        ("PartUpload", "sha256"),
        ("PostItem", "parts"),
    )
