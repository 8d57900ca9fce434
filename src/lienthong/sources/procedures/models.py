"""Tables of the catalogue: the procedure, its dated versions, and what was published to whom."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Entry(models.Model):
    """Catalogue entry (mục trong CSDL về thủ tục hành chính): the searchable face of the version in force.

    `folded_name` and `folded` (name, synonyms, field, code; lower case without accents) are made by the services with
    `kernel.text.fold`, never by hand. `origin`: `definition` is ours, with a form; `crawl` was imported, listed only.
    """

    code = models.CharField(max_length=8, primary_key=True)
    name_vi = models.TextField()
    name_en = models.TextField()
    field_key = models.CharField(max_length=200)
    field_vi = models.CharField(max_length=200)
    field_en = models.CharField(max_length=200)
    owner_code = models.CharField(max_length=3, blank=True)
    levels = ArrayField(models.CharField(max_length=10))
    audiences = ArrayField(models.CharField(max_length=12))
    channels = ArrayField(models.CharField(max_length=8))
    life_events = ArrayField(models.CharField(max_length=40))
    online = models.CharField(max_length=8)
    time_limit = models.JSONField(null=True)
    fee_direct = models.BigIntegerField(null=True)
    fee_online = models.BigIntegerField(null=True)
    has_form = models.BooleanField()
    origin = models.CharField(max_length=12)
    folded_name = models.TextField()
    folded = models.TextField()
    current_version = models.PositiveIntegerField()

    class Meta:
        indexes = (
            GinIndex(name="procedures_entry_folded", fields=["folded"], opclasses=["gin_trgm_ops"]),
            models.Index(name="procedures_entry_field", fields=["field_key", "code"]),
            GinIndex(name="procedures_entry_events", fields=["life_events"]),
        )
        constraints = (
            models.CheckConstraint(
                name="procedures_entry_origin", condition=models.Q(origin__in=("definition", "crawl"))
            ),
        )


class Version(models.Model):
    """Version of a procedure (phiên bản thủ tục), valid from `valid_from` until the day before `valid_to`.

    `definition` is the whole Procedure as JSON. A correction (đính chính) of the same version raises `revision`; a
    change of content that applies from a day on is a new `version`.
    """

    code = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    origin = models.CharField(max_length=12)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="procedures_version_once", fields=["code", "version"]),
            models.CheckConstraint(
                name="procedures_version_dates",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
            ),
        )


class Publication(models.Model):
    """Publication (công bố) of one revision to one node, so that each letter is posted once."""

    node_code = models.CharField(max_length=40)
    code = models.CharField(max_length=8)
    version = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    letter_id = models.UUIDField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="procedures_publication_once", fields=["node_code", "code", "version", "revision"]
            ),
        )
