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


class SignatureImage(models.Model):
    """Scanned signature (hình chữ ký) of an officer, in blue on nothing, as it is drawn where the officer signs."""

    key = models.CharField(max_length=200, primary_key=True)
    png = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField()


class SigningCredential(models.Model):
    """Signing credential (chữ ký số của cán bộ): where an officer's signature is made, and the PIN that it asks for.

    `tries`: wrong PINs in a row; one is counted before it is looked at, so that many at once gain nothing.
    """

    key = models.CharField(max_length=200, primary_key=True)
    place = models.CharField(max_length=6, blank=True)
    pin = models.CharField(max_length=200, blank=True)
    pin_set_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(place__in=["", "here", "remote"]), name="signing_credential_place"),
        ]


class RemoteSigningRequest(models.Model):
    """Remote signing (ký từ xa): a document that waits for a signature made elsewhere; one officer's, once, in time."""

    id = models.UUIDField(primary_key=True)
    officer = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    about = models.CharField(max_length=200, blank=True)
    return_to = models.CharField(max_length=300, blank=True)
    document_sha256 = models.CharField(max_length=64)
    pem = models.TextField()
    thumbprint = models.CharField(max_length=64)
    attributes = models.BinaryField()
    digest = models.BinaryField()
    body = models.BinaryField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    level = models.CharField(max_length=5)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    signature = models.BinaryField(null=True)
    signed_at = models.DateTimeField(null=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    reached = models.CharField(max_length=5, blank=True)
    batch = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(signature__isnull=True, signed_at__isnull=True)
                | Q(signature__isnull=False, signed_at__isnull=False),
                name="signing_remote_signed_at_a_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["officer", "-created_at"], name="signing_remote_of_officer"),
            models.Index(fields=["expires_at"], name="signing_remote_ends"),
            models.Index(fields=["batch"], name="signing_remote_of_batch", condition=Q(batch__isnull=False)),
        ]


class RemoteSigningBatch(models.Model):
    """Remote signing of many (ký từ xa nhiều văn bản): hashes that went out together, and the one consent for them.

    `handle` is the service's name of the question put to the signer, empty until it was put; `trouble` a code.
    """

    id = models.UUIDField(primary_key=True)
    officer = models.CharField(max_length=200)
    credential = models.CharField(max_length=500)
    about = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300)
    handle = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, default="waiting")
    trouble = models.CharField(max_length=60, blank=True)
    count = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "signed", "done", "refused", "expired", "failed"]),
                name="signing_remote_batch_state",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], name="signing_remote_open", condition=Q(state__in=["waiting", "signed"])
            ),
            models.Index(fields=["expires_at"], name="signing_remote_batch_ends"),
        ]


class PhoneConsent(models.Model):
    """Consent on the demo's phone (đồng ý ký trên điện thoại thử): hashes that an officer is asked to let it sign."""

    id = models.UUIDField(primary_key=True)
    credential = models.CharField(max_length=200)
    reference = models.CharField(max_length=100)
    words = models.CharField(max_length=500)
    digests = models.JSONField()
    answer = models.CharField(max_length=7, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["credential", "reference"], name="signing_phone_asked_once"),
            models.CheckConstraint(condition=Q(answer__in=["", "agreed", "refused"]), name="signing_phone_answer"),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="signing_phone_ends")]


class UnfinishedDocument(models.Model):
    """Unfinished document (văn bản chờ hoàn thiện chữ ký): signed when nobody gave time stamps or answers."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    wanted = models.CharField(max_length=5)
    about = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    reached = models.CharField(max_length=5, blank=True)
    finished_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="signing_unfinished_due")]
