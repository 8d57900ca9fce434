"""The room as a Django application."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """The room `documents`."""

    name = "lienthong.platform.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Trục liên thông văn bản"
    holds_files = (
        ("Attachment", "sha256"),
        ("RegisterEntry", "scan_sha256"),
        ("RegisterImport", "file_sha256"),
    )
