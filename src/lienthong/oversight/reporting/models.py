"""Tables of reporting: one fact per dossier, folded into days; screens never count dossiers."""

from typing import ClassVar

from django.db import models


class DossierFact(models.Model):
    """Dossier fact (dữ kiện hồ sơ): what the reports need to know of one dossier, from its events, the last word wins.

    `folded` is False while the days it touches have not been counted again.
    """

    dossier_id = models.UUIDField(primary_key=True)
    version = models.IntegerField()
    agency_code = models.CharField(max_length=64)
    procedure_code = models.CharField(max_length=64)
    channel = models.CharField(max_length=8)
    status = models.SmallIntegerField()
    received_date = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_date = models.DateField(null=True)
    folded = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["agency_code", "procedure_code", "channel", "received_date"], name="fact_received"),
            models.Index(fields=["agency_code", "procedure_code", "channel", "finished_date"], name="fact_finished"),
            models.Index(fields=["status", "due_at"], name="fact_stock"),
            models.Index(fields=["dossier_id"], name="fact_unfolded", condition=models.Q(folded=False)),
        ]


class DayFact(models.Model):
    """Day fact (số liệu ngày): counts of one agency, procedure and channel on one day, as its node reported them.

    Absolute counts, so a letter that comes twice changes nothing; of two, the later `as_of` stands.
    """

    agency_code = models.CharField(max_length=64)
    procedure_code = models.CharField(max_length=64)
    channel = models.CharField(max_length=8)
    day = models.DateField()
    reporter = models.CharField(max_length=64)
    received = models.IntegerField(default=0)
    finished_on_time = models.IntegerField(default=0)
    finished_late = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    as_of = models.DateTimeField()
    sent = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["agency_code", "procedure_code", "channel", "day"], name="one_day_fact_per_key"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["day", "agency_code"], name="day_fact_period"),
            models.Index(fields=["id"], name="day_fact_unsent", condition=models.Q(sent=False)),
        ]


class StockFact(models.Model):
    """Stock fact (số tồn): what lies open at an agency at one moment; replaced as a whole by each report."""

    reporter = models.CharField(max_length=64)
    agency_code = models.CharField(max_length=64)
    procedure_code = models.CharField(max_length=64)
    channel = models.CharField(max_length=8)
    waiting = models.IntegerField(default=0)
    in_progress = models.IntegerField(default=0)
    paused = models.IntegerField(default=0)
    overdue = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["reporter", "agency_code", "procedure_code", "channel"], name="one_stock_fact_per_key"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["agency_code"], name="stock_agency")]


class Report(models.Model):
    """Report (báo cáo tự động): the newest word of each reporting node, and the stock it last told."""

    reporter = models.CharField(max_length=64, primary_key=True)
    as_of = models.DateTimeField()
    stock_digest = models.CharField(max_length=64, default="")


class DocumentDayFact(models.Model):
    """Document day fact (số liệu văn bản theo ngày): counts of one agency, direction, document type and day.

    As the node that keeps the documents counted them; of two words about a day the later stands.
    """

    reporter = models.CharField(max_length=64)
    agency_code = models.CharField(max_length=64)
    direction = models.CharField(max_length=3)
    type_code = models.CharField(max_length=16, default="", blank=True)
    day = models.DateField()
    documents = models.IntegerField(default=0)
    electronic = models.IntegerField(default=0)
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

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["reporter", "agency_code", "direction", "day", "type_code"],
                name="one_document_day_fact_per_key",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["day", "agency_code"], name="document_day_period")
        ]
