"""Tables of joining: applications at the hub, and the post of agencies without a system of their own."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lienthong.kernel import clock

APPLICATION_STATES = ("waiting", "approved", "refused")


class Application(models.Model):
    """Application to join (đơn đăng ký kết nối): who asks, where it listens, its requests for certificates.

    `token` is the secret part of the link by which the asker follows it; `body` is what the fingerprint is over.
    """

    token = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, default="waiting")
    agency_code = models.CharField(max_length=40)
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    contact = models.JSONField(default=dict)
    base_url = models.CharField(max_length=300, blank=True)
    exchange_url = models.CharField(max_length=300, blank=True)
    pull = models.BooleanField(default=False)
    witness = models.CharField(max_length=40, blank=True, default="")
    node_request = models.TextField()
    tls_request = models.TextField(blank=True)
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32, unique=True)
    posted_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    node_certificate = models.TextField(blank=True)
    tls_certificate = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=APPLICATION_STATES), name="exchange_application_state"),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(node_certificate=""), name="exchange_approved_with_certificate"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-posted_at"], name="exchange_applications")]


class PostItem(models.Model):
    """Item of post (thư liên thông): a free letter that came or went, for people who read it on a page or in a folder.

    `claim` names the file of the watched folder that it was made of; `told_at`: the folder has been told of its end.
    """

    letter_id = models.UUIDField(unique=True)
    direction = models.CharField(max_length=3)
    sender = models.CharField(max_length=40)
    recipient = models.CharField(max_length=40)
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    signed_by = models.CharField(max_length=200, blank=True)
    parts = models.JSONField(default=list)
    reply_to = models.UUIDField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=200, blank=True)
    claim = models.UUIDField(null=True, unique=True)
    file_name = models.CharField(max_length=255, blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(direction__in=["in", "out"]), name="exchange_post_direction")
        ]
        indexes: ClassVar = [
            models.Index(fields=["direction", "-at"], name="exchange_post"),
            models.Index(fields=["direction"], condition=Q(told_at__isnull=True), name="exchange_post_untold"),
        ]
