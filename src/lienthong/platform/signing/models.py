"""Tables of signing: what authorities said of certificates, and how right this node's clock is."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class CertificateStanding(models.Model):
    """Standing of a certificate met here (tình trạng chứng thư): the authority's last answer, and when it came."""

    thumbprint = models.CharField(max_length=64, primary_key=True)
    pem = models.TextField()
    first_seen_at = models.DateTimeField()
    state = models.CharField(max_length=7, default="unknown")
    source = models.CharField(max_length=4, blank=True)
    answered_at = models.DateTimeField(null=True)
    produced_at = models.DateTimeField(null=True)
    this_update = models.DateTimeField(null=True)
    next_update = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    response = models.BinaryField(null=True)
    tried_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=["good", "revoked", "unknown"]), name="signing_standing"),
            models.CheckConstraint(
                condition=Q(state="revoked") ^ Q(revoked_at__isnull=True), name="signing_revoked_at_a_moment"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["tried_at"], name="signing_tried")]


class RevocationList(models.Model):
    """Revocation list (danh sách chứng thư bị thu hồi) of one authority: the last good copy."""

    issuer = models.CharField(max_length=64, primary_key=True)
    number = models.DecimalField(max_digits=50, decimal_places=0)
    this_update = models.DateTimeField()
    next_update = models.DateTimeField()
    fetched_at = models.DateTimeField()
    body = models.BinaryField()


class ClockReading(models.Model):
    """Clock reading (độ lệch đồng hồ): how far this node's clock was from another's when last compared. One row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seconds = models.FloatField()
    against = models.CharField(max_length=300)
    checked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="signing_one_clock_reading")]
