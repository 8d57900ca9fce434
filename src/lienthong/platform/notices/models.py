"""Table of notices."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from lienthong.kernel import clock


class Notice(models.Model):
    """Notice (thông báo): what one account is told, in both languages; unread until ``read_at``.

    ``key`` names the occasion: telling an account of the same occasion again adds nothing.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    title_vi = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    body_vi = models.TextField()
    body_en = models.TextField()
    link = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    emailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Once per account and occasion; links stay inside the node."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="notice_once_per_occasion", fields=["account", "key"]),
            models.CheckConstraint(
                name="notice_link_is_local",
                condition=Q(link="") | (Q(link__startswith="/") & ~Q(link__startswith="//")),
            ),
            models.CheckConstraint(name="notice_key_given", condition=~Q(key="")),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="notice_newest", fields=["account", "-created_at"]),
            models.Index(name="notice_unread", fields=["account"], condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}:{self.key}"
