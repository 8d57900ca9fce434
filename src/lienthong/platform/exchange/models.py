"""Tables of the exchange: directory, letters out and in, questions, the message log."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lienthong.kernel import clock
from lienthong.platform.exchange.joining_models import Application, PostItem
from lienthong.platform.exchange.log_models import (
    ArchiveFile,
    CallRecord,
    Checkpoint,
    LogEntry,
    LogTimestamp,
    Seal,
    Stream,
    WitnessedCheckpoint,
)
from lienthong.platform.exchange.states import STATES

__all__ = [
    "Application",
    "ArchiveFile",
    "CallRecord",
    "Checkpoint",
    "DeliveryLine",
    "DirectoryCopy",
    "Grant",
    "IncomingLetter",
    "LogEntry",
    "LogTimestamp",
    "Node",
    "OutgoingLetter",
    "PartUpload",
    "PostItem",
    "QuestionRecord",
    "Seal",
    "Stream",
    "WitnessedCheckpoint",
]


class Node(models.Model):
    """Node registered at the hub (đơn vị kết nối); certificates are PEM chains, the newest first.

    `listed`: every certificate that the directory named, with the moments from and until when.
    """

    agency_code = models.CharField(max_length=40, unique=True)
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    base_url = models.CharField(max_length=300)
    exchange_url = models.CharField(max_length=300, blank=True, default="")
    pull = models.BooleanField(default=False)
    witness = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, default="active")
    reason = models.TextField(blank=True, default="")
    certificates = models.JSONField(default=list)
    tls_certificates = models.JSONField(default=list)
    listed = models.JSONField(default=list)
    registered_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=["active", "suspended", "left"]), name="exchange_node_state")
        ]


class Grant(models.Model):
    """Grant (quyền khai thác dữ liệu): the hub publishes its own; a provider may keep further ones."""

    client = models.CharField(max_length=40)
    provider = models.CharField(max_length=40)
    service = models.CharField(max_length=100)
    purpose = models.CharField(max_length=300)
    legal_ground = models.CharField(max_length=500)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client", "provider", "service", "purpose", "legal_ground"], name="exchange_grant_once"
            ),
        ]


class DirectoryCopy(models.Model):
    """The signed directory in use (danh bạ): one row, on the hub its own issue, elsewhere the last good copy.

    `body_1`: the same issue for readers of version 1, at the hub. `link`: the end of the chain of issues.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    serial = models.BigIntegerField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    fetched_at = models.DateTimeField()
    body = models.BinaryField()
    signature = models.TextField()
    body_1 = models.BinaryField(default=b"")
    signature_1 = models.TextField(blank=True, default="")
    link = models.CharField(max_length=64, blank=True, default="")
    trouble = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="exchange_one_directory")]


class OutgoingLetter(models.Model):
    """Outbox (hộp thư đi): written in the transaction of the change it reports; bytes and signature never change."""

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    name = models.CharField(max_length=100)
    recipient = models.CharField(max_length=40)
    about = models.CharField(max_length=100, blank=True)
    actor = models.CharField(max_length=120, blank=True)
    posted_at = models.DateTimeField()
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    signature = models.TextField()
    parts = models.JSONField(default=list)
    trace = models.CharField(max_length=55, blank=True, default="")
    state = models.CharField(max_length=10, choices=[(key, state.label.vi) for key, state in STATES.items()])
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=100, blank=True)
    reason_vi = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    receipt = models.BinaryField(null=True)
    receipt_signature = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    replaced_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="exchange_outgoing_state"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "discarded"]) | Q(receipt__isnull=False),
                name="exchange_ended_by_receipt",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["recipient", "next_attempt_at", "number"], condition=Q(state="waiting"), name="exchange_due"
            ),
            models.Index(
                fields=["recipient", "about", "number"],
                condition=Q(state="waiting") & ~Q(about=""),
                name="exchange_waiting_about",
            ),
            models.Index(
                fields=["state", "-number"],
                condition=Q(state__in=["refused", "replaced", "discarded"]),
                name="exchange_not_accepted",
            ),
        ]


class IncomingLetter(models.Model):
    """Inbox (hộp thư đến): one row per sender and id, with the receipt that answered it; a repeat gets it again."""

    sender = models.CharField(max_length=40)
    letter_id = models.UUIDField()
    name = models.CharField(max_length=100)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    signature = models.TextField()
    verdict = models.CharField(max_length=10)
    code = models.CharField(max_length=100, blank=True)
    receipt = models.BinaryField()
    receipt_signature = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "letter_id"], name="exchange_incoming_once"),
        ]


class DeliveryLine(models.Model):
    """Delivery line (đường gửi): how it stands with reaching one recipient; the postman's circuit breaker.

    No `failures`: closed. Before `open_until`: open, nothing is tried. After it: half open, one letter is tried.
    """

    recipient = models.CharField(max_length=40, unique=True)
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    open_until = models.DateTimeField(null=True)
    code = models.CharField(max_length=100, blank=True)
    reason_vi = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    last_success_at = models.DateTimeField(null=True)


class PartUpload(models.Model):
    """Upload of a part (lượt tải tệp kèm): what a sender has brought of a file; its bytes lie in the node's home."""

    sender = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    whole = models.BooleanField(default=False)
    touched_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "sha256"], name="exchange_upload_once"),
        ]


class QuestionRecord(models.Model):
    """Question asked (out) or answered (in): who looked, why, on what ground; the answer itself is not kept."""

    message_id = models.UUIDField()
    direction = models.CharField(max_length=3)
    peer = models.CharField(max_length=40)
    service = models.CharField(max_length=100)
    purpose = models.CharField(max_length=300)
    legal_ground = models.CharField(max_length=500)
    actor_name = models.CharField(max_length=200)
    about = models.CharField(max_length=100)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=100)
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    signature = models.TextField()
    answer_digest = models.BinaryField(max_length=32)
    answer_signature = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["direction", "peer", "message_id"], name="exchange_question_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["about", "-at"], name="exchange_looks")]
