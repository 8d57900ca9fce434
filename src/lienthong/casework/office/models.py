"""Tables of the document office: drafts and what people say about them, work on arrivals, work files."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from lienthong.casework.office.work_models import OrderStep, WorkFile, WorkFileItem, WorkOrder, WorkShare
from lienthong.kernel.ids import new_id

__all__ = [
    "Comment",
    "Draft",
    "DraftAttachment",
    "DraftStep",
    "DraftVersion",
    "OrderStep",
    "RecipientGroup",
    "Review",
    "ReviewRound",
    "SigningBatch",
    "WorkFile",
    "WorkFileItem",
    "WorkOrder",
    "WorkShare",
]

_EMPTY: dict[str, Any] = {"default": "", "blank": True}


class Draft(models.Model):
    """Draft (dự thảo văn bản): a document on its way from the drafter to its recipients.

    People are named by their account; `*_name` keeps what the paper and lists say. `working`: text that was not yet
    made a version (autosave), `working_by` whose. `version` counts every change, so that nobody signs what moved on.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency_code = models.CharField(max_length=64)
    type_code = models.CharField(max_length=16)
    type_name = models.CharField(max_length=100)
    subject = models.CharField(max_length=2000)
    unit = models.CharField(max_length=32, **_EMPTY)
    notation = models.CharField(max_length=100)
    priority = models.SmallIntegerField(default=0)
    due_on = models.DateField(null=True, blank=True)
    needs_paper = models.BooleanField(default=False)
    keeper = models.CharField(max_length=200, **_EMPTY)
    drafter_id = models.BigIntegerField()
    drafter_name = models.CharField(max_length=200)
    signer_id = models.BigIntegerField()
    signer_name = models.CharField(max_length=200)
    signer_position = models.CharField(max_length=200, **_EMPTY)
    competence = models.CharField(max_length=50, **_EMPTY)
    authority = models.CharField(max_length=200, **_EMPTY)
    receivers = models.JSONField(default=list, blank=True)
    to_places = models.JSONField(default=list, blank=True)
    answers = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=12, default="drafting")
    returned_reason = models.CharField(max_length=2000, **_EMPTY)
    working = models.TextField(null=True, blank=True)  # noqa: DJ001 (no working copy and an empty one differ)
    working_at = models.DateTimeField(null=True)
    signed_sha256 = models.CharField(max_length=64, **_EMPTY)
    sealed_sha256 = models.CharField(max_length=64, **_EMPTY)
    signed_at = models.DateTimeField(null=True)
    number = models.IntegerField(null=True)
    code = models.CharField(max_length=120, **_EMPTY)
    entry_id = models.BigIntegerField(null=True)
    promulgated_on = models.DateField(null=True)
    message_id = models.UUIDField(null=True)
    waits_since = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    search = models.TextField(**_EMPTY)

    class Meta:
        """Lists are by agency and person, newest first; a leader's by what waits."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="draft_priority_known", condition=Q(priority__gte=0, priority__lte=3)),
            models.CheckConstraint(
                name="draft_numbered_has_code",
                condition=~Q(status__in=("numbered", "sealed", "sent")) | Q(number__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="draft_of_agency", fields=["agency_code", "-updated_at", "-id"]),
            models.Index(name="draft_by_status", fields=["agency_code", "status", "-updated_at", "-id"]),
            models.Index(name="draft_of_drafter", fields=["drafter_id", "-updated_at", "-id"]),
            models.Index(name="draft_for_signer", fields=["signer_id", "status", "-priority", "waits_since"]),
        ]


class DraftVersion(models.Model):
    """Version of a draft (phiên bản dự thảo): the text written here, or a PDF with its Word file beside it.

    `text`: what differences are shown of; `places`: where signature and number stand on the PDF.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    author_id = models.BigIntegerField()
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    note = models.CharField(max_length=500, **_EMPTY)
    is_written_here = models.BooleanField()
    text = models.TextField(**_EMPTY)
    pdf_sha256 = models.CharField(max_length=64, **_EMPTY)
    pdf_name = models.CharField(max_length=250, **_EMPTY)
    pdf_size = models.BigIntegerField(default=0)
    pages = models.IntegerField(default=0)
    word_sha256 = models.CharField(max_length=64, **_EMPTY)
    word_name = models.CharField(max_length=250, **_EMPTY)
    word_size = models.BigIntegerField(default=0)
    places = models.JSONField(default=dict, blank=True)

    class Meta:
        """Numbered from 1."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="draft_version_once", fields=["draft", "number"]),
        ]


class DraftAttachment(models.Model):
    """Attachment of a draft (phụ lục, tài liệu kèm theo): a file that goes along, sealed if it is a PDF."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="attachments")
    position = models.SmallIntegerField()
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=250)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sealed_sha256 = models.CharField(max_length=64, **_EMPTY)

    class Meta:
        """In their order, each file once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="draft_attachment_once", fields=["draft", "sha256"]),
        ]


class Comment(models.Model):
    """Comment (ý kiến góp ý) on a page or paragraph of a version; others answer it, and it is resolved."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="comments")
    answers_to = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    version_number = models.IntegerField()
    page = models.IntegerField(null=True)
    paragraph = models.IntegerField(null=True)
    quote = models.CharField(max_length=500, **_EMPTY)
    text = models.CharField(max_length=4000)
    author_id = models.BigIntegerField()
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=200, **_EMPTY)

    class Meta:
        """As they came."""

        indexes: ClassVar[list[models.Index]] = [models.Index(name="comment_of_draft", fields=["draft", "at"])]


class ReviewRound(models.Model):
    """Review round (lượt xin ý kiến): who is asked about which version, one after another or all at once."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="rounds")
    number = models.IntegerField()
    order = models.CharField(max_length=8)
    version_number = models.IntegerField()
    question = models.CharField(max_length=1000, **_EMPTY)
    due_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """One open round at a time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="review_round_once", fields=["draft", "number"]),
            models.UniqueConstraint(
                name="review_round_open_once", fields=["draft"], condition=Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(name="review_round_order", condition=Q(order__in=("serial", "parallel"))),
        ]


class Review(models.Model):
    """Review (phiếu xin ý kiến): one person's opinion in a round: agrees, with remarks, or does not.

    waiting: others come first · asked · answered · closed: the round ended without it.
    """

    round = models.ForeignKey(ReviewRound, on_delete=models.CASCADE, related_name="reviews")
    position = models.SmallIntegerField()
    reviewer_id = models.BigIntegerField()
    reviewer_name = models.CharField(max_length=200)
    reviewer_position = models.CharField(max_length=200, **_EMPTY)
    state = models.CharField(max_length=8, default="waiting")
    opinion = models.CharField(max_length=8, **_EMPTY)
    remarks = models.CharField(max_length=4000, **_EMPTY)
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """Each person once in a round."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="review_once", fields=["round", "reviewer_id"]),
            models.CheckConstraint(
                name="review_answer_whole",
                condition=~Q(state="answered") | (~Q(opinion="") & Q(answered_at__isnull=False)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="review_of_person", fields=["reviewer_id", "state"]),
        ]


class DraftStep(models.Model):
    """Draft step (bước xử lý dự thảo): one deed, by whom, when, with what words."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="steps")
    deed = models.CharField(max_length=16)
    status = models.CharField(max_length=12)
    at = models.DateTimeField()
    account_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=200)
    note = models.CharField(max_length=2000, **_EMPTY)

    class Meta:
        """As they happened."""

        indexes: ClassVar[list[models.Index]] = [models.Index(name="draft_step_story", fields=["draft", "id"])]


class RecipientGroup(models.Model):
    """Recipient group (nhóm nơi nhận): agencies that an agency often writes to together."""

    agency_code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    members = models.JSONField(default=list)
    by = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    class Meta:
        """A name means one group."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="recipient_group_once", fields=["agency_code", "name"]),
        ]


class SigningBatch(models.Model):
    """Signing batch (lô ký): documents that a leader chose to sign together, and what became of each.

    `items`: dicts of draft, version, subject, state (waiting, signed, failed), message. `proved_at`: when the leader
    gave the PIN for it. `remote_id`: the signing room's batch, when the hashes went out to a phone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account_id = models.BigIntegerField()
    agency_code = models.CharField(max_length=64)
    items = models.JSONField(default=list)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    remote_id = models.UUIDField(null=True, unique=True)
