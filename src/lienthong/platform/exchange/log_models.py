"""Tables of the proof: the linked log, its checkpoints, calls as they were signed, what the archive holds."""

from typing import ClassVar

from django.db import models
from django.db.models import Value


class Stream(models.Model):
    """Stream (chuỗi nhật ký): one peer, one direction, one kind of the message log; its head is the last row's link.

    `checkpointed`: how many of its rows the checkpoints close; `archived`: how many of the first ones have gone to the
    archive, `archived_link`: the link of the last of those.
    """

    peer = models.CharField(max_length=40)
    direction = models.CharField(max_length=3)
    kind = models.CharField(max_length=10)
    count = models.BigIntegerField(default=0)
    previous = models.BinaryField(max_length=32)
    head = models.BinaryField(max_length=32)
    checkpointed = models.BigIntegerField(default=0, db_default=0)
    archived = models.BigIntegerField(default=0, db_default=0)
    archived_link = models.BinaryField(max_length=32, default=b"", db_default=Value(b""))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["peer", "direction", "kind"], name="exchange_stream_once"),
        ]


class LogEntry(models.Model):
    """Row of the message log (nhật ký thông điệp): one finished message, linked to the row before.

    `evidence`: digest of the signatures of message and answer, empty in rows of the first version.
    """

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, db_index=False)
    position = models.BigIntegerField()
    at = models.DateTimeField()
    message_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=100)
    outcome = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32)
    answer_digest = models.BinaryField(max_length=32)
    evidence = models.BinaryField(max_length=32, default=b"", db_default=Value(b""))
    previous = models.BinaryField(max_length=32)
    link = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "position"], name="exchange_log_position"),
        ]


class Seal(models.Model):
    """Seal (niêm phong): the node's signature over the head of a stream, so that a cut end shows."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT)
    count = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    signature = models.TextField()
    certificate = models.TextField()


class CallRecord(models.Model):
    """Call of a data service (lượt gọi dịch vụ dữ liệu): request and answer as this end signed or verified them.

    Bodies are kept only where the service allows it and they are small; their digests always are.
    """

    message_id = models.UUIDField()
    query_id = models.TextField()
    direction = models.CharField(max_length=3)
    peer = models.CharField(max_length=40)
    client = models.TextField()
    service = models.TextField()
    method = models.CharField(max_length=10)
    path = models.TextField()
    purpose = models.TextField(db_default=Value(""))
    legal_ground = models.TextField(db_default=Value(""))
    user_id = models.TextField(db_default=Value(""))
    issue = models.TextField(db_default=Value(""))
    at = models.DateTimeField()
    outcome = models.CharField(max_length=100)
    status = models.IntegerField(null=True)
    request_message = models.BinaryField()
    request_signature = models.BinaryField()
    request_signed_at = models.DateTimeField()
    request_thumbprint = models.BinaryField(max_length=32)
    request_digest = models.BinaryField(max_length=32)
    request_body = models.BinaryField(null=True)
    answer_message = models.BinaryField(db_default=Value(b""))
    answer_signature = models.BinaryField(db_default=Value(b""))
    answer_signed_at = models.DateTimeField(null=True)
    answer_thumbprint = models.BinaryField(max_length=32, db_default=Value(b""))
    answer_digest = models.BinaryField(max_length=32, db_default=Value(b""))
    answer_body = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["direction", "peer", "message_id"], name="exchange_call_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["query_id"], name="exchange_call_query"),
            models.Index(fields=["-at"], name="exchange_call_at"),
        ]


class LogTimestamp(models.Model):
    """Timestamp (dấu thời gian, RFC 3161) over checkpoints gathered in one hash chain, or over a waiting backlog."""

    at = models.DateTimeField()
    authority = models.TextField()
    token = models.BinaryField()
    root = models.BinaryField(max_length=32)


class Checkpoint(models.Model):
    """Checkpoint of the log (điểm kiểm soát nhật ký): one signed root over all streams that moved since the last.

    `document`: the signed bytes; `streams`: what its root is made of; `chain`: its path to the timestamp's root.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    document = models.BinaryField()
    signature = models.BinaryField(max_length=64)
    certificate = models.TextField()
    digest = models.BinaryField(max_length=32)
    streams = models.JSONField()
    timestamp = models.ForeignKey(LogTimestamp, null=True, on_delete=models.PROTECT)
    chain = models.BinaryField(db_default=Value(b""))
    witness = models.CharField(max_length=40, blank=True, default="")
    letter_id = models.UUIDField(null=True, db_index=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="exchange_checkpoint_at")]


class WitnessedCheckpoint(models.Model):
    """Checkpoint of another node (điểm kiểm soát của nút khác) that this node keeps as a witness."""

    node = models.CharField(max_length=40)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    document = models.BinaryField()
    signature = models.BinaryField(max_length=64)
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "number"], name="exchange_witnessed_once"),
        ]


class ArchiveFile(models.Model):
    """Archive file (tệp lưu trữ nhật ký): rows of one stream with their proofs, linked to the file before it."""

    number = models.BigIntegerField(primary_key=True)
    name = models.TextField()
    at = models.DateTimeField()
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    size = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    transferred_at = models.DateTimeField(null=True)
