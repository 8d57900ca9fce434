"""Tables of the registers of documents and their numbers (NĐ 30/2020/NĐ-CP)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class DocumentType(models.Model):
    """Document type (loại văn bản): one of the 29 of NĐ 30/2020, with its abbreviation and its code on the axis."""

    code = models.CharField(max_length=16, primary_key=True)
    name = models.CharField(max_length=100)
    position = models.SmallIntegerField()
    edxml_group = models.SmallIntegerField(default=2)
    edxml_detail = models.SmallIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)


class Register(models.Model):
    """Register of documents (sổ đăng ký văn bản) of an agency, a direction, a year and a group of types.

    `type_codes`: the types that share this register's numbers; empty: all that have none of their own. `last_number`
    is moved under the row's lock, so that numbers have neither gaps nor doubles.
    """

    agency_code = models.CharField(max_length=64)
    direction = models.CharField(max_length=3)
    year = models.SmallIntegerField()
    name = models.CharField(max_length=200)
    series = models.CharField(max_length=32, default="", blank=True)
    type_codes = models.JSONField(default=list, blank=True)
    last_number = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One register of a series in a year."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="register_once", fields=["agency_code", "direction", "year", "series"]),
            models.CheckConstraint(name="register_direction_known", condition=Q(direction__in=("in", "out"))),
            models.CheckConstraint(name="register_number_counts", condition=Q(last_number__gte=0)),
        ]


class RegisterEntry(models.Model):
    """Register entry (dòng trong sổ đăng ký): number and date given to a document, coming or going.

    A number once given stays: a document that was not sent keeps its line, struck out with the reason.
    """

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="entries")
    number = models.IntegerField()
    suffix = models.CharField(max_length=4, default="", blank=True)
    registered_on = models.DateField()
    document = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="entries")
    arrival = models.OneToOneField("documents.Arrival", null=True, on_delete=models.PROTECT, related_name="entry")
    code = models.CharField(max_length=120, default="", blank=True)
    type_code = models.CharField(max_length=16, default="", blank=True)
    author = models.CharField(max_length=500, default="", blank=True)
    document_date = models.DateField(null=True)
    subject = models.CharField(max_length=2000, default="", blank=True)
    signer = models.CharField(max_length=250, default="", blank=True)
    receivers = models.TextField(default="", blank=True)
    keeper = models.CharField(max_length=250, default="", blank=True)
    copies = models.IntegerField(default=0)
    note = models.CharField(max_length=1000, default="", blank=True)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(max_length=1000, default="", blank=True)
    actor = models.CharField(max_length=250, default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """No number twice."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="register_number_once", fields=["register", "number", "suffix"]),
            models.CheckConstraint(name="register_entry_number_counts", condition=Q(number__gte=1)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="register_entry_of_document", fields=["document"]),
            models.Index(name="register_entry_by_day", fields=["register", "-registered_on", "-number"]),
        ]
