"""Django's view of the room."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    """Dossiers (hồ sơ thủ tục hành chính)."""

    name = "lienthong.casework.dossiers"
    label = "dossiers"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Hồ sơ thủ tục hành chính"
    holds_files = (
        ("Dossier", "answers"),
        ("Dossier", "signed_sha256"),
        ("Dossier", "result_sha256"),
        ("StatusChange", "body"),
        ("Attachment", "sha256"),
    )
