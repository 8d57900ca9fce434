"""Tables of the portal: what a person has begun and not yet filed."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from lienthong.kernel.ids import new_id


class Draft(models.Model):
    """Draft (hồ sơ nháp): answers saved page by page; its id becomes the id of the dossier, so it files once.

    `answers`: by group and question; a file is its description (sha256, name, media_type, size).
    `known`: question path → what the state filled in and from where, so that pages can say so.
    `page`: the furthest page answered. `reminded_at`: when the owner was told that it waits.
    `name_vi`, `name_en`: what the procedure was called when the draft was begun.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    procedure_code = models.CharField(max_length=64)
    procedure_version = models.IntegerField()
    name_vi = models.TextField()
    name_en = models.TextField()
    answers = models.JSONField(default=dict)
    known = models.JSONField(default=dict)
    page = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "-updated_at"], name="draft_of_account", condition=models.Q(filed_at=None)),
            models.Index(fields=["updated_at"], name="draft_to_remind", condition=models.Q(filed_at=None)),
            models.Index(fields=["filed_at"], name="draft_filed", condition=models.Q(filed_at__isnull=False)),
        ]
