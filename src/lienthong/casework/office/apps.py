"""The room as a Django application."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The room `office`."""

    name = "lienthong.casework.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Văn phòng điện tử"
    holds_files = (
        ("Draft", "signed_sha256"),
        ("Draft", "sealed_sha256"),
        ("DraftVersion", "pdf_sha256"),
        ("DraftVersion", "word_sha256"),
        ("DraftAttachment", "sha256"),
        ("DraftAttachment", "sealed_sha256"),
    )
