"""Tables of systems outside: who may call the axis' own interface, their mailbox, and the work with another axis."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lienthong.kernel.ids import new_id
from lienthong.platform.documents.types import INBOXES

_EMPTY: dict[str, Any] = {"default": "", "blank": True}
ITEM_KINDS = ("edoc", "status")
TASK_STATES = ("waiting", "done", "failed")


class Partner(models.Model):
    """Partner system (hệ thống kết nối trục): an agency's own document system that calls this node.

    `secret` and `earlier_secret` are sealed with the node's own key; the earlier one stays good until
    `earlier_until`, so that both ends need not change in one moment.
    """

    system_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=300)
    contact = models.CharField(max_length=300, **_EMPTY)
    code_form = models.CharField(max_length=8, default="qd20")
    networks = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, default="active")
    state_reason = models.CharField(max_length=500, **_EMPTY)
    secret = models.BinaryField()
    secret_at = models.DateTimeField()
    earlier_secret = models.BinaryField(null=True)
    earlier_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    last_contact_at = models.DateTimeField(null=True)

    class Meta:
        """Known words only."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="partner_state_known", condition=Q(state__in=("active", "suspended"))),
            models.CheckConstraint(name="partner_code_form_known", condition=Q(code_form__in=("qd20", "qcvn102"))),
        ]


class PartnerAgency(models.Model):
    """Partner's agency (cơ quan của hệ thống kết nối): one that the system speaks for, given or registered by it."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="agencies")
    code = models.CharField(max_length=64)
    parent_code = models.CharField(max_length=64, **_EMPTY)
    name = models.CharField(max_length=300)
    mail = models.CharField(max_length=250, **_EMPTY)
    mobile = models.CharField(max_length=40, **_EMPTY)
    fax = models.CharField(max_length=40, **_EMPTY)
    own_id = models.CharField(max_length=64, **_EMPTY)
    registered = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """An agency is behind one system at most, so there is one mailbox to put its documents in."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="partner_agency_once", fields=["code"], condition=Q(ended_at__isnull=True)),
        ]


class PartnerCall(models.Model):
    """Partner's call (lượt gọi của hệ thống kết nối): what was asked and how it ended; its signature is good once."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    dialect = models.CharField(max_length=8)
    verb = models.CharField(max_length=40)
    signature = models.BinaryField(max_length=32, null=True)
    address = models.CharField(max_length=45, **_EMPTY)
    outcome = models.CharField(max_length=80, **_EMPTY)
    about = models.CharField(max_length=80, **_EMPTY)

    class Meta:
        """The same signature again is a replay, whoever wins the race."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="partner_signature_once", fields=["partner", "signature"]),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="partner_calls_by_time", fields=["partner", "-at", "-id"]),
            models.Index(name="partner_calls_to_forget", fields=["at"]),
        ]


class MailboxItem(models.Model):
    """Mailbox item (mục trong hộp thư trục): an edXML message that waits for the system of one agency.

    `edoc`: a message of this node, put together when it is fetched. `status`: the status message itself; `told_key`
    names what it says, so that the same told twice lies here once. `state` is what the system did with it
    (`updateStatus`), never what people did with the document.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=6)
    agency_code = models.CharField(max_length=64)
    sender_code = models.CharField(max_length=64)
    message = models.ForeignKey("documents.Message", null=True, on_delete=models.CASCADE, related_name="items")
    arrival = models.ForeignKey("documents.Arrival", null=True, on_delete=models.CASCADE, related_name="items")
    edxml = models.BinaryField(null=True)
    told_key = models.CharField(max_length=64, **_EMPTY)
    sha256 = models.CharField(max_length=64, **_EMPTY)
    size = models.BigIntegerField(default=0)
    document_id = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default="inbox")
    description = models.CharField(max_length=1000, **_EMPTY)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        """A message lies once in a mailbox; so does a status."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="mailbox_message_once", fields=["agency_code", "message"], condition=Q(kind="edoc")
            ),
            models.UniqueConstraint(
                name="mailbox_status_once", fields=["agency_code", "told_key"], condition=Q(kind="status")
            ),
            models.CheckConstraint(
                name="mailbox_item_whole",
                condition=Q(kind="edoc", message__isnull=False) | Q(kind="status", edxml__isnull=False),
            ),
            models.CheckConstraint(name="mailbox_state_known", condition=Q(state__in=INBOXES)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="mailbox_open",
                fields=["agency_code", "kind", "created_at", "id"],
                condition=Q(state__in=("inbox", "processing")),
            ),
        ]


class AxisTask(models.Model):
    """Axis task (việc gửi lên trục khác): a document or status of ours that another axis is to take over.

    Tried after 30, 60, 120, 240, 480 seconds, then hourly; statuses about one document leave in their order.
    """

    kind = models.CharField(max_length=6)
    axis = models.CharField(max_length=64)
    message = models.ForeignKey("documents.Message", null=True, on_delete=models.CASCADE, related_name="axis_tasks")
    sender_code = models.CharField(max_length=64)
    receivers = models.JSONField(default=list, blank=True)
    document_id = models.CharField(max_length=300)
    edxml = models.BinaryField(null=True)
    told_key = models.CharField(max_length=64, **_EMPTY)
    state = models.CharField(max_length=8, default="waiting")
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    remote_id = models.CharField(max_length=80, **_EMPTY)
    problem = models.CharField(max_length=1000, **_EMPTY)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A message goes to an axis once for all its receivers there; a status once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="axis_task_message_once", fields=["axis", "message"], condition=Q(kind="edoc")
            ),
            models.UniqueConstraint(
                name="axis_task_status_once", fields=["axis", "told_key"], condition=Q(kind="status")
            ),
            models.CheckConstraint(name="axis_task_state_known", condition=Q(state__in=TASK_STATES)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="axis_tasks_due", fields=["axis", "next_at", "id"], condition=Q(state="waiting")),
            models.Index(name="axis_tasks_of_document", fields=["axis", "document_id", "id"]),
        ]


class AxisLine(models.Model):
    """Axis line (đường nối với trục khác): how the last look into our mailbox there went."""

    axis = models.CharField(max_length=64, primary_key=True)
    polled_at = models.DateTimeField(null=True)
    good_at = models.DateTimeField(null=True)
    fetched = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=1000, **_EMPTY)


class FolderClaim(models.Model):
    """Folder claim (lượt lấy tệp từ thư mục): a file of the watched folder that became a message or a status."""

    id = models.UUIDField(primary_key=True)
    agency_code = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    message = models.ForeignKey("documents.Message", null=True, on_delete=models.CASCADE, related_name="claims")
    told = models.CharField(max_length=64, **_EMPTY)
    at = models.DateTimeField()

    class Meta:
        """Those whose receipts may have to be written anew."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="folder_claims_by_agency", fields=["agency_code", "at"]),
        ]
