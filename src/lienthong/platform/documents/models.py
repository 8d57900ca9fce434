"""Tables of the axis: documents, the messages that carry them, who they went to and where they arrived."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from lienthong.kernel.ids import new_id
from lienthong.platform.documents.partner_models import (
    AxisLine,
    AxisTask,
    FolderClaim,
    MailboxItem,
    Partner,
    PartnerAgency,
    PartnerCall,
)
from lienthong.platform.documents.register_models import (
    NumberingRule,
    Register,
    RegisterEntry,
    RegisterImport,
    SearchLine,
)
from lienthong.platform.documents.statistics_models import CountMark, DaySum, PersonalSignature
from lienthong.platform.documents.types import BUSINESS_KINDS, INBOXES, TRANSPORTS

__all__ = [
    "Arrival",
    "Attachment",
    "AxisLine",
    "AxisTask",
    "CountMark",
    "DaySum",
    "Delivery",
    "Document",
    "FolderClaim",
    "MailboxItem",
    "Message",
    "NumberingRule",
    "Partner",
    "PartnerAgency",
    "PartnerCall",
    "PartnerWarning",
    "PersonalSignature",
    "Register",
    "RegisterEntry",
    "RegisterImport",
    "SearchLine",
    "Step",
]

_EMPTY: dict[str, Any] = {"default": "", "blank": True}


class Document(models.Model):
    """Official document (văn bản hành chính): what its newest message says of it.

    `document_id`: `agency,YYYY/MM/DD,number/notation` as its agency wrote it; `code`: `number/notation`.
    `indexed_at`: when the search learnt of it; empty again when it changes or arrives somewhere else.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document_id = models.CharField(max_length=300)
    agency_code = models.CharField(max_length=64)
    agency_name = models.CharField(max_length=500, **_EMPTY)
    type_code = models.CharField(max_length=16, **_EMPTY)
    type_name = models.CharField(max_length=100, **_EMPTY)
    code = models.CharField(max_length=150, **_EMPTY)
    number = models.IntegerField(default=0)
    notation = models.CharField(max_length=100, **_EMPTY)
    place = models.CharField(max_length=200, **_EMPTY)
    promulgated_on = models.DateField()
    subject = models.CharField(max_length=2000)
    content = models.TextField(**_EMPTY)
    signer_competence = models.CharField(max_length=50, **_EMPTY)
    signer_position = models.CharField(max_length=200, **_EMPTY)
    signer_name = models.CharField(max_length=200, **_EMPTY)
    due_on = models.DateField(null=True, blank=True)
    priority = models.SmallIntegerField(default=0)
    secrecy = models.CharField(max_length=20, **_EMPTY)
    other = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=list, blank=True)
    standing = models.CharField(max_length=12, default="in-force")
    replaced_by = models.CharField(max_length=300, **_EMPTY)
    created_at = models.DateTimeField()
    indexed_at = models.DateTimeField(null=True)

    class Meta:
        """A document is one at this node, whoever brings it."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="document_known_once", fields=["agency_code", "document_id"]),
            models.CheckConstraint(name="document_priority_known", condition=Q(priority__gte=0, priority__lte=3)),
            models.CheckConstraint(
                name="document_standing_known", condition=Q(standing__in=("in-force", "recalled", "replaced"))
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="document_of_agency", fields=["agency_code", "-promulgated_on", "-id"]),
            GinIndex(name="document_answers", fields=["answers"], opclasses=["jsonb_path_ops"]),
            models.Index(name="document_unindexed", fields=["id"], condition=Q(indexed_at__isnull=True)),
            models.Index(
                name="document_replaced_by", fields=["agency_code", "replaced_by"], condition=~Q(replaced_by="")
            ),
        ]


class Message(models.Model):
    """edXML message (gói tin văn bản điện tử): one envelope exactly as it was signed, sent or received.

    `verdict`: ours | valid | warned | unsigned (`verdict_facts` says by whom and which warnings). `via`: how it came,
    `letter:<node>`, `axis:<system>`, `partner:<code>`; "" when it was written here. `digest`: of what it says and of
    its attachments, whoever signed it when; `due_at`: by when QĐ 28/2018 wants it sent. A message is stored with its
    document, attachments and recipients in one transaction or not at all.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    direction = models.CharField(max_length=3)
    sender_code = models.CharField(max_length=64)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=8)
    reason = models.CharField(max_length=1000, **_EMPTY)
    needs_paper = models.BooleanField(default=False)
    via = models.CharField(max_length=80, **_EMPTY)
    envelope = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    verdict = models.CharField(max_length=10)
    verdict_facts = models.JSONField(default=dict, blank=True)
    size = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        """The same message is one; the same business of a document twice with another content is told apart by it."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="message_once", fields=["direction", "document", "kind", "digest"]),
            models.UniqueConstraint(name="message_new_once", fields=["direction", "document"], condition=Q(kind="new")),
            models.CheckConstraint(name="message_kind_known", condition=Q(kind__in=BUSINESS_KINDS)),
            models.CheckConstraint(name="message_direction_known", condition=Q(direction__in=("in", "out"))),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="message_sent_list", fields=["direction", "sender_code", "-at", "-id"]),
        ]


class Attachment(models.Model):
    """Attachment (tệp đính kèm): a ZIP in the file store under its digest; the file in it is looked at when needed."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.SmallIntegerField()
    content_id = models.CharField(max_length=250)
    name = models.CharField(max_length=250)
    description = models.CharField(max_length=500, **_EMPTY)
    media_type = models.CharField(max_length=100, **_EMPTY)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()

    class Meta:
        """In the order of the message."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="attachment_position_once", fields=["message", "position"]),
            models.UniqueConstraint(name="attachment_content_id_once", fields=["message", "content_id"]),
        ]


class Delivery(models.Model):
    """Delivery (nơi nhận của văn bản đi): one recipient of one message, as the sender sees it.

    `instead_of`: the agency that was meant, when this one took over from it. `answer`: 13, 15 or 16.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    sender_code = models.CharField(max_length=64)
    agency_code = models.CharField(max_length=64)
    instead_of = models.CharField(max_length=64, **_EMPTY)
    node_code = models.CharField(max_length=64)
    letter_id = models.UUIDField(null=True)
    transport = models.CharField(max_length=10, default="waiting")
    status = models.CharField(max_length=2, **_EMPTY)
    status_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=2, **_EMPTY)
    problem = models.CharField(max_length=1000, **_EMPTY)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        """Each agency once for a message."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="delivery_agency_once", fields=["message", "agency_code"]),
            models.CheckConstraint(name="delivery_transport_known", condition=Q(transport__in=TRANSPORTS)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="delivery_of_letter", fields=["letter_id"]),
            models.Index(
                name="delivery_under_way",
                fields=["letter_id", "id"],
                condition=Q(transport="waiting", letter_id__isnull=False),
            ),
            models.Index(
                name="delivery_unanswered", fields=["sender_code", "created_at"], condition=Q(status__in=("", "01"))
            ),
            models.Index(
                name="delivery_failed", fields=["sender_code", "-updated_at"], condition=Q(transport="failed")
            ),
        ]


class Arrival(models.Model):
    """Arrival (văn bản đến): one document at one receiving agency of this node.

    `inbox`: what the agency's own system did · `status`: last business state that people gave · `asked`: kind of a
    later message that waits for an answer (15 or 16) · `urgency`: of the document when it came, for the work list.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="arrivals")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="arrivals")
    sender_code = models.CharField(max_length=64)
    agency_code = models.CharField(max_length=64)
    inbox = models.CharField(max_length=10, default="inbox")
    status = models.CharField(max_length=2, **_EMPTY)
    status_at = models.DateTimeField(null=True)
    standing = models.CharField(max_length=12, default="in-force")
    asked = models.CharField(max_length=8, **_EMPTY)
    asked_by = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="+")
    urgency = models.SmallIntegerField(default=0)
    arrived_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        """A document arrives once at an agency, however often it is sent."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="arrival_once", fields=["agency_code", "document"]),
            models.CheckConstraint(name="arrival_inbox_known", condition=Q(inbox__in=INBOXES)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="arrival_work", fields=["agency_code", "status", "-arrived_at", "-id"]),
            models.Index(name="arrival_list", fields=["agency_code", "-arrived_at", "-id"]),
            models.Index(name="arrival_inbox", fields=["agency_code", "inbox", "arrived_at"]),
            models.Index(name="arrival_unannounced", fields=["arrived_at"], condition=Q(status="")),
            models.Index(
                name="arrival_unhandled",
                fields=["agency_code", "due_at"],
                condition=Q(status__in=("", "01"), standing="in-force"),
            ),
            models.Index(
                name="arrival_to_register",
                fields=["agency_code", "-urgency", "-arrived_at", "-id"],
                condition=Q(status__in=("", "01"), standing="in-force"),
            ),
            models.Index(
                name="arrival_taken_back",
                fields=["agency_code", "-arrived_at", "-id"],
                condition=Q(standing__in=("recalled", "replaced")),
            ),
            models.Index(name="arrival_of_sender", fields=["agency_code", "sender_code", "-arrived_at", "-id"]),
            models.Index(name="arrival_asked", fields=["agency_code", "updated_at"], condition=~Q(asked="")),
        ]


class Step(models.Model):
    """Step (bước xử lý): one change of transport or business state of a delivery or an arrival, with its evidence."""

    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.CASCADE, related_name="steps")
    arrival = models.ForeignKey(Arrival, null=True, on_delete=models.CASCADE, related_name="steps")
    level = models.CharField(max_length=9)
    state = models.CharField(max_length=12)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reason = models.CharField(max_length=1000, **_EMPTY)
    department = models.CharField(max_length=250, **_EMPTY)
    staff = models.CharField(max_length=250, **_EMPTY)
    email = models.CharField(max_length=250, **_EMPTY)
    mobile = models.CharField(max_length=20, **_EMPTY)
    actor = models.CharField(max_length=250, **_EMPTY)
    evidence_kind = models.CharField(max_length=8)
    evidence = models.CharField(max_length=80)

    class Meta:
        """Of exactly one thing; the same step told twice is one."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="step_of_one_thing",
                condition=Q(delivery__isnull=False, arrival__isnull=True)
                | Q(delivery__isnull=True, arrival__isnull=False),
            ),
            models.UniqueConstraint(
                name="step_of_delivery_once",
                fields=["delivery", "level", "state", "evidence"],
                condition=Q(delivery__isnull=False),
            ),
            models.UniqueConstraint(
                name="step_of_arrival_once",
                fields=["arrival", "level", "state", "evidence"],
                condition=Q(arrival__isnull=False),
            ),
            models.CheckConstraint(name="step_level_known", condition=Q(level__in=("transport", "business"))),
        ]


class PartnerWarning(models.Model):
    """Partner warning (cảnh báo theo đối tác): how often a partner's messages needed tolerance, by kind and day."""

    sender_code = models.CharField(max_length=64)
    code = models.CharField(max_length=64)
    day = models.DateField()
    count = models.IntegerField(default=0)
    last_document_id = models.CharField(max_length=300, **_EMPTY)

    class Meta:
        """One line for a day."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="partner_warning_once", fields=["sender_code", "code", "day"]),
        ]
