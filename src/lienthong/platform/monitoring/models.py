"""Tables of monitoring: records of messages, their sums by period and since the beginning."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Func, Value


class ThisTransaction(Func):
    """The number of the writing transaction, which tells what has been committed since the last summing."""

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


class Operation(models.Model):
    """Operational record (bản ghi giám sát vận hành): one message at one of its ends, in X-Road's fields.

    Rows come by the thousand in the transactions of the messages themselves, so the table has one small B-tree only.
    """

    transaction = models.BigIntegerField(db_default=ThisTransaction())
    monitoring_data_ts = models.DateTimeField()
    side = models.CharField(max_length=8)
    kind = models.CharField(max_length=8)
    message_id = models.TextField()
    client_member_code = models.TextField()
    service_member_code = models.TextField()
    service_code = models.TextField()
    request_in_ts = models.BigIntegerField(null=True)
    request_out_ts = models.BigIntegerField(null=True)
    response_in_ts = models.BigIntegerField(null=True)
    response_out_ts = models.BigIntegerField(null=True)
    succeeded = models.BooleanField()
    fault_code = models.TextField(db_default=Value(""))
    fault_string = models.TextField(db_default=Value(""))
    status_code = models.IntegerField(null=True)
    request_size = models.BigIntegerField(null=True)
    response_size = models.BigIntegerField(null=True)
    request_attachment_count = models.IntegerField(null=True)
    response_attachment_count = models.IntegerField(null=True)
    request_mime_size = models.BigIntegerField(null=True)
    response_mime_size = models.BigIntegerField(null=True)
    client_xroad_instance = models.TextField(db_default=Value("VN"))
    client_member_class = models.TextField(db_default=Value("GOV"))
    client_subsystem_code = models.TextField(db_default=Value(""))
    service_xroad_instance = models.TextField(db_default=Value("VN"))
    service_member_class = models.TextField(db_default=Value("GOV"))
    service_subsystem_code = models.TextField(db_default=Value(""))
    service_version = models.TextField(db_default=Value(""))
    service_type = models.TextField(db_default=Value(""))
    rest_method = models.TextField(db_default=Value(""))
    rest_path = models.TextField(db_default=Value(""))
    represented_party_class = models.TextField(db_default=Value(""))
    represented_party_code = models.TextField(db_default=Value(""))
    message_user_id = models.TextField(db_default=Value(""))
    message_issue = models.TextField(db_default=Value(""))
    message_protocol_version = models.TextField(db_default=Value(""))
    client_security_server_address = models.TextField(db_default=Value(""))
    service_security_server_address = models.TextField(db_default=Value(""))
    purpose = models.TextField(db_default=Value(""))
    trace = models.TextField(db_default=Value(""))

    class Meta:
        indexes: ClassVar = [
            BrinIndex(fields=["transaction"], name="monitoring_transaction", pages_per_range=32),
            BrinIndex(fields=["monitoring_data_ts"], name="monitoring_moment", pages_per_range=32),
        ]


class _Counted(models.Model):
    """What is counted together: who called whom for what, how it ended, how long it took (`rules.LATENCIES`)."""

    side = models.CharField(max_length=8)
    kind = models.CharField(max_length=8)
    client = models.TextField()
    client_system = models.TextField()
    provider = models.TextField()
    provider_system = models.TextField()
    service = models.TextField()
    fault = models.TextField()
    latency = models.SmallIntegerField()
    count = models.BigIntegerField()
    bytes_in = models.BigIntegerField()
    bytes_out = models.BigIntegerField()
    milliseconds = models.BigIntegerField()

    class Meta:
        abstract = True


_KEY = ["side", "kind", "client", "client_system", "provider", "provider_system", "service", "fault", "latency"]


class OperationSum(_Counted):
    """Operations summed over five minutes, later over an hour (số liệu vận hành theo thời gian)."""

    start = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["start", *_KEY], name="monitoring_sum_once"),
        ]


class OperationTotal(_Counted):
    """Operations counted since the node began (số liệu vận hành lũy kế): what Prometheus reads; it only grows."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=_KEY, name="monitoring_total_once"),
        ]


class SummedUpTo(models.Model):
    """Up to which transaction the records are summed (mốc tổng hợp): one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    transaction = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="monitoring_one_mark"),
        ]


class Finding(models.Model):
    """Finding (kết quả kiểm tra): what the last run of a check found that takes too long to run at every look."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()
    good = models.BooleanField()
    sentence_vi = models.TextField()
    sentence_en = models.TextField()
    hint_vi = models.TextField(blank=True)
    hint_en = models.TextField(blank=True)
