"""Tables of the statistics of documents: sums of days, how far they were counted, whose signature a PDF carries."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class DaySum(models.Model):
    """Day sum (số liệu văn bản theo ngày): counts of one agency, direction, document type and day.

    Absolute, counted anew from the documents whenever one of that day changed. `reporter`: the node that counted;
    `told`: the hub knows it.

    Days are not rolled up into months. Measured with 3,400 agencies, 29 types and a year of working days, 3.0 million
    sums (383 MB, indexes 319 MB): months would be 1.5 million, and a question about the country's year takes as long
    from either (1.6 to 3.3 s and 1.8 to 3.1 s beside other work), since most sums stand alone in their month. What
    helps is that an agency's question reads that agency's sums.
    """

    reporter = models.CharField(max_length=64)
    agency_code = models.CharField(max_length=64)
    direction = models.CharField(max_length=3)
    type_code = models.CharField(max_length=16, default="", blank=True)
    day = models.DateField()
    documents = models.IntegerField(default=0)
    electronic = models.IntegerField(default=0)
    copies = models.IntegerField(default=0)
    copies_saved = models.IntegerField(default=0)
    examined = models.IntegerField(default=0)
    personally_signed = models.IntegerField(default=0)
    on_time = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    finished = models.IntegerField(default=0)
    finished_on_time = models.IntegerField(default=0)
    finished_late = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    recalled = models.IntegerField(default=0)
    as_of = models.DateTimeField()
    told = models.BooleanField(default=False)

    class Meta:
        """One for a key and a node that counts."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="day_sum_once", fields=["reporter", "agency_code", "direction", "day", "type_code"]
            ),
            models.CheckConstraint(name="day_sum_direction_known", condition=Q(direction__in=("in", "out"))),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="day_sum_of_agency_by_bytes",
                fields=["agency_code", "day"],
                opclasses=["varchar_pattern_ops", "date_ops"],
            ),
            models.Index(name="day_sum_period", fields=["day"]),
            models.Index(name="day_sum_untold", fields=["id"], condition=Q(told=False)),
        ]


class CountMark(models.Model):
    """Count mark (mốc đã đếm): up to which step, moment and day the sums are made; one row.

    `step_id`: every step up to it was counted. `reached` is counted too, but a transaction older than `reached_xid` may
    still bring a step below it.
    """

    step_id = models.BigIntegerField(default=0)
    reached = models.BigIntegerField(default=0)
    reached_xid = models.BigIntegerField(null=True)
    late_at = models.DateTimeField()
    rest_until = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)

    class Meta:
        """There is one."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="count_mark_is_one", condition=Q(id=1)),
        ]


class PersonalSignature(models.Model):
    """Personal signature (chữ ký số cá nhân trên văn bản): does the message that sent a document carry an officer's?

    `state`: waiting | signed | none | unread (the file could not be judged). `counted`: the day's sum knows it.
    """

    message = models.OneToOneField("documents.Message", on_delete=models.CASCADE, related_name="personal_signature")
    state = models.CharField(max_length=8, default="waiting")
    examined_at = models.DateTimeField(null=True)
    counted = models.BooleanField(default=True)

    class Meta:
        """What waits is found at once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="personal_signature_known", condition=Q(state__in=("waiting", "signed", "none", "unread"))
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="personal_signature_waits", fields=["id"], condition=Q(state="waiting")),
            models.Index(name="personal_signature_fresh", fields=["id"], condition=Q(counted=False)),
        ]
