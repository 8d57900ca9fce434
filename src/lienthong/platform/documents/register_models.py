"""Tables of the registers of documents and their numbers (NĐ 30/2020/NĐ-CP), and of the search over documents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from lienthong.kernel.ids import new_id

_EMPTY: dict[str, Any] = {"default": "", "blank": True}


class NumberingRule(models.Model):
    """Numbering rule (quy tắc đánh số) that an agency chose, from a year on.

    `by_type`: each type has its own numbers; else all share one series but for `own_types`. `backdating`: what a date
    before the last entry gives — refuse | suffix (12a).
    """

    agency_code = models.CharField(max_length=64)
    from_year = models.SmallIntegerField()
    abbreviation = models.CharField(max_length=32, **_EMPTY)
    by_type = models.BooleanField(default=True)
    own_types = models.JSONField(default=list, blank=True)
    backdating = models.CharField(max_length=8, default="refuse")

    class Meta:
        """One choice for a year; it holds until the next."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="numbering_rule_once", fields=["agency_code", "from_year"]),
            models.CheckConstraint(name="numbering_backdating_known", condition=Q(backdating__in=("refuse", "suffix"))),
        ]


class Register(models.Model):
    """Register of documents (sổ đăng ký văn bản) of an agency, a direction, a year and a series of numbers.

    `series`: the type whose numbers these are, `SAO` for copies, "" for the numbers that the others share.
    `last_number` and `last_on` are moved under the row's lock, so that numbers have neither gaps nor doubles.
    """

    agency_code = models.CharField(max_length=64)
    direction = models.CharField(max_length=3)
    year = models.SmallIntegerField()
    name = models.CharField(max_length=200)
    series = models.CharField(max_length=32, **_EMPTY)
    last_number = models.IntegerField(default=0)
    last_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One register of a series in a year."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="register_once", fields=["agency_code", "direction", "year", "series"]),
            models.CheckConstraint(name="register_direction_known", condition=Q(direction__in=("in", "out"))),
            models.CheckConstraint(name="register_number_counts", condition=Q(last_number__gte=0)),
        ]


class RegisterImport(models.Model):
    """Register import (đợt nhập sổ từ bảng tính): one file, written as a whole or not at all, undone as a whole.

    `before`: the last number and day of each register before, so that undoing brings them back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency_code = models.CharField(max_length=64)
    direction = models.CharField(max_length=3)
    file_sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=8, default="draft")
    rows = models.IntegerField(default=0)
    done_rows = models.IntegerField(default=0)
    wrong_rows = models.IntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    before = models.JSONField(default=dict, blank=True)
    actor = models.CharField(max_length=250)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first for an agency."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="register_import_state_known",
                condition=Q(state__in=("draft", "checked", "waiting", "done", "failed", "undone")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="register_import_list", fields=["agency_code", "-created_at"]),
        ]


class RegisterEntry(models.Model):
    """Register entry (dòng trong sổ đăng ký): number and date given to a document, coming or going.

    A number once given stays: a document that was not sent keeps its line, struck out with the reason. `reserved`: the
    number is kept for a document that is still to be named. `scan`: the file of a document that came on paper.
    """

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="entries")
    number = models.IntegerField()
    suffix = models.CharField(max_length=4, **_EMPTY)
    registered_on = models.DateField()
    document = models.ForeignKey("documents.Document", null=True, on_delete=models.PROTECT, related_name="entries")
    arrival = models.OneToOneField("documents.Arrival", null=True, on_delete=models.PROTECT, related_name="entry")
    code = models.CharField(max_length=120, **_EMPTY)
    type_code = models.CharField(max_length=16, **_EMPTY)
    type_name = models.CharField(max_length=100, **_EMPTY)
    author = models.CharField(max_length=500, **_EMPTY)
    document_date = models.DateField(null=True)
    subject = models.CharField(max_length=2000, **_EMPTY)
    signer = models.CharField(max_length=250, **_EMPTY)
    receivers = models.TextField(**_EMPTY)
    keeper = models.CharField(max_length=250, **_EMPTY)
    copies = models.IntegerField(default=0)
    priority = models.SmallIntegerField(default=0)
    secrecy = models.CharField(max_length=20, **_EMPTY)
    note = models.CharField(max_length=1000, **_EMPTY)
    scan_sha256 = models.CharField(max_length=64, **_EMPTY)
    scan_name = models.CharField(max_length=200, **_EMPTY)
    indexed_at = models.DateTimeField(null=True)
    reserved = models.BooleanField(default=False)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(max_length=1000, **_EMPTY)
    origin = models.ForeignKey(RegisterImport, null=True, on_delete=models.PROTECT, related_name="entries")
    actor = models.CharField(max_length=250, **_EMPTY)
    created_at = models.DateTimeField()

    class Meta:
        """No number twice."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="register_number_once", fields=["register", "number", "suffix"]),
            models.CheckConstraint(name="register_entry_number_counts", condition=Q(number__gte=1)),
            models.CheckConstraint(name="register_entry_priority", condition=Q(priority__gte=0, priority__lte=3)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="register_entry_by_day", fields=["register", "-registered_on", "-number", "-suffix"]),
            models.Index(name="register_entry_by_code", fields=["register", "code"]),
            models.Index(name="register_entry_unindexed", fields=["id"], condition=Q(indexed_at__isnull=True)),
        ]


class SearchLine(models.Model):
    """Search line (dòng tìm kiếm văn bản): the words of a document, or of an entry that has no document here.

    `words`: lexemes without accents; those that begin with `@` say who holds it, in which direction, quarter, of which
    type, author and signer, so that one index answers every question. `body`: text of the attachments, for excerpts.
    """

    document = models.OneToOneField(
        "documents.Document", null=True, on_delete=models.CASCADE, related_name="search_line"
    )
    entry = models.OneToOneField(RegisterEntry, null=True, on_delete=models.CASCADE, related_name="search_line")
    day = models.DateField()
    words = SearchVectorField()
    body = models.TextField(**_EMPTY)
    problem = models.CharField(max_length=200, **_EMPTY)
    indexed_at = models.DateTimeField()

    class Meta:
        """Of exactly one thing."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="search_line_of_one_thing",
                condition=Q(document__isnull=False, entry__isnull=True) | Q(document__isnull=True, entry__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(name="search_line_words", fields=["words"], fastupdate=False),
            models.Index(F("day").desc(), F("id").desc(), name="search_line_by_day"),
        ]
