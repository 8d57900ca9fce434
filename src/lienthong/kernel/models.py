"""Tables of the ground floor: the ledger of deeds and the register of stored files."""

from django.db import models


class AuditEntry(models.Model):
    """Ledger of deeds (nhật ký hệ thống): who did what to what, when. Rows are only ever added."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    account_id = models.BigIntegerField(null=True)
    agency_code = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=160)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["subject", "-at"], name="audit_subject"),
            models.Index(fields=["account_id", "-at"], name="audit_account"),
            models.Index(fields=["-at"], name="audit_at"),
        )


class StoredFile(models.Model):
    """A file kept under the SHA-256 of its content; the same content is kept once.

    `examined_at`: when the sweep found that somebody refers to it.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    stored_at = models.DateTimeField()
    examined_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                name="stored_file_unexamined", fields=["stored_at"], condition=models.Q(examined_at__isnull=True)
            ),
        )
