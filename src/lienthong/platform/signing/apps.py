"""Signing (chữ ký số) as a Django application."""

import logging

from django.apps import AppConfig


class SigningConfig(AppConfig):
    """The room ``signing``: keys, certificates, signatures and their validation."""

    name = "lienthong.platform.signing"
    label = "signing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Chữ ký số"
    holds_files = (
        ("RemoteSigningRequest", "document_sha256"),
        ("RemoteSigningRequest", "result_sha256"),
        ("UnfinishedDocument", "sha256"),
        ("UnfinishedDocument", "finished_sha256"),
    )

    def ready(self) -> None:
        """Keep pyHanko from logging a stack trace, with names in it, for each bad file that a stranger brings."""
        logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
        logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
