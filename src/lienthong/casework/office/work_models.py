"""Tables of the work on what arrived, and of work files."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lienthong.kernel.ids import new_id

_EMPTY: dict[str, Any] = {"default": "", "blank": True}


class WorkOrder(models.Model):
    """Work order (giao xử lý văn bản đến): what is to be done about an arrival, until when.

    `code`, `sender_code`, `subject`, `priority` repeat the arrival's, so that lists ask nothing else.
    """

    arrival_id = models.UUIDField()
    agency_code = models.CharField(max_length=64)
    code = models.CharField(max_length=120, **_EMPTY)
    sender_code = models.CharField(max_length=64)
    sender_name = models.CharField(max_length=500, **_EMPTY)
    subject = models.CharField(max_length=2000)
    priority = models.SmallIntegerField(default=0)
    instruction = models.CharField(max_length=2000, **_EMPTY)
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=12, default="assigned")
    assigner_id = models.BigIntegerField()
    assigned_by = models.CharField(max_length=200)
    assigned_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=2000, **_EMPTY)
    reply_draft = models.ForeignKey("office.Draft", null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.IntegerField(default=1)
    search = models.TextField(**_EMPTY)

    class Meta:
        """One for an arrival at an agency, unless called off."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="work_order_once", fields=["agency_code", "arrival_id"], condition=~Q(status="called-off")
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="work_order_list", fields=["agency_code", "status", "due_on", "-id"]),
        ]


class WorkShare(models.Model):
    """Work share (phần việc): one person's part in a work order, leading (chủ trì) or cooperating (phối hợp)."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="shares")
    account_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    position = models.CharField(max_length=200, **_EMPTY)
    part = models.CharField(max_length=4)
    state = models.CharField(max_length=12, default="assigned")
    note = models.CharField(max_length=2000, **_EMPTY)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """A person once, one lead."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="work_share_once", fields=["order", "account_id"], condition=~Q(state="handed-over")
            ),
            models.UniqueConstraint(
                name="work_share_one_lead", fields=["order"], condition=Q(part="lead") & ~Q(state="handed-over")
            ),
            models.CheckConstraint(name="work_share_part", condition=Q(part__in=("lead", "with"))),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="work_share_of_person", fields=["account_id", "state"]),
        ]


class OrderStep(models.Model):
    """Order step (bước xử lý): what somebody did about a work order."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="steps")
    deed = models.CharField(max_length=16)
    at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=200)
    note = models.CharField(max_length=2000, **_EMPTY)

    class Meta:
        """As they happened."""

        indexes: ClassVar[list[models.Index]] = [models.Index(name="order_step_story", fields=["order", "id"])]


class WorkFile(models.Model):
    """Work file (hồ sơ công việc): the documents about one matter, kept together until the archive takes them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency_code = models.CharField(max_length=64)
    year = models.SmallIntegerField()
    number = models.IntegerField()
    title = models.CharField(max_length=500)
    retention = models.CharField(max_length=12)
    keeper_id = models.BigIntegerField()
    keeper_name = models.CharField(max_length=200)
    note = models.CharField(max_length=2000, **_EMPTY)
    status = models.CharField(max_length=8, default="open")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    search = models.TextField(**_EMPTY)

    class Meta:
        """Numbered within the year."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="work_file_number_once", fields=["agency_code", "year", "number"]),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="work_file_list", fields=["agency_code", "status", "-opened_on", "-id"]),
        ]


class WorkFileItem(models.Model):
    """Work file item (văn bản trong hồ sơ): an incoming or outgoing document or a draft, by its public facts."""

    file = models.ForeignKey(WorkFile, on_delete=models.CASCADE, related_name="items")
    position = models.IntegerField()
    kind = models.CharField(max_length=8)
    reference = models.CharField(max_length=64)
    code = models.CharField(max_length=120, **_EMPTY)
    day = models.DateField(null=True)
    author = models.CharField(max_length=500, **_EMPTY)
    subject = models.CharField(max_length=2000)
    pages = models.IntegerField(default=0)
    note = models.CharField(max_length=500, **_EMPTY)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        """The same thing once in a file."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="work_file_item_once", fields=["file", "kind", "reference"]),
            models.CheckConstraint(name="work_file_item_kind", condition=Q(kind__in=("arrival", "document", "draft"))),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="work_file_item_back", fields=["kind", "reference"]),
        ]
