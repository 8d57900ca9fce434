"""Tables of dossiers: the same on the portal (a copy) and at the node that answers (the truth)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from lienthong.casework.dossiers.types import CHANNELS, RETURN_WAYS, VERDICTS
from lienthong.kernel.ids import new_id


class Dossier(models.Model):
    """Dossier (hồ sơ thủ tục hành chính).

    `version` counts the changes and `timeline` holds one entry under each version, so that the portal's copy can
    be brought up to date by letters in any order. Pause: `paused_at` and `status_before_pause` are set while a
    supplement or a fee is awaited. `search` is the folded text officers search in.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=64, default="", blank=True)
    reference_code = models.CharField(max_length=64, default="", blank=True)
    procedure_code = models.CharField(max_length=64)
    procedure_version = models.IntegerField(default=1)
    agency_code = models.CharField(max_length=64)
    reception_code = models.CharField(max_length=64)
    channel = models.CharField(max_length=8)
    return_way = models.CharField(max_length=12)
    applicant_name = models.CharField(max_length=250)
    applicant_number = models.CharField(max_length=12, default="", blank=True)
    applicant_phone = models.CharField(max_length=20, default="", blank=True)
    applicant_email = models.CharField(max_length=250, default="", blank=True)
    applicant_address = models.CharField(max_length=250, default="", blank=True)
    subject = models.CharField(max_length=500)
    answers = models.JSONField(default=dict)
    search = models.TextField(default="", blank=True)

    status = models.SmallIntegerField()
    version = models.IntegerField(default=1)
    timeline = models.JSONField(default=dict)
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    status_before_pause = models.SmallIntegerField(default=0)

    fee_amount = models.BigIntegerField(default=0)
    fee_paid_at = models.DateTimeField(null=True)

    handler = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    number_request_id = models.UUIDField(null=True)
    number_state = models.CharField(max_length=8, default="", blank=True)
    number_problem = models.CharField(max_length=1000, default="", blank=True)
    personal_number = models.CharField(max_length=12, default="", blank=True)

    verdict = models.CharField(max_length=8, default="", blank=True)
    decision_text = models.TextField(default="", blank=True)
    draft_remarks = models.CharField(max_length=1000, default="", blank=True)
    drafted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    signed_sha256 = models.CharField(max_length=64, default="", blank=True)
    result_number = models.CharField(max_length=64, default="", blank=True)
    result_sha256 = models.CharField(max_length=64, default="", blank=True)
    result_name = models.CharField(max_length=255, default="", blank=True)
    result_size = models.IntegerField(default=0)

    awaiting = models.CharField(max_length=16, default="", blank=True)

    class Meta:
        """Facts that hold whoever writes the row."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="dossier_code_once", fields=["code"], condition=~Q(code="")),
            models.UniqueConstraint(
                name="dossier_reference_once", fields=["reference_code"], condition=~Q(reference_code="")
            ),
            models.CheckConstraint(name="dossier_status_official", condition=Q(status__gte=1, status__lte=10)),
            models.CheckConstraint(name="dossier_version_counts", condition=Q(version__gte=1)),
            models.CheckConstraint(name="dossier_channel_known", condition=Q(channel__in=CHANNELS)),
            models.CheckConstraint(name="dossier_return_known", condition=Q(return_way__in=RETURN_WAYS)),
            models.CheckConstraint(name="dossier_verdict_known", condition=Q(verdict__in=("", *VERDICTS))),
            models.CheckConstraint(
                name="dossier_code_with_reception",
                condition=Q(code="", received_at__isnull=True) | (~Q(code="") & Q(received_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="dossier_due_after_received",
                condition=Q(due_at__isnull=True) | Q(received_at__isnull=False, due_at__gte=F("received_at")),
            ),
            models.CheckConstraint(
                name="dossier_returned_when_handed_over",
                condition=Q(status=10, returned_at__isnull=False) | (~Q(status=10) & Q(returned_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="dossier_finished_when_ended",
                condition=Q(status__in=(3, 7, 8, 9, 10), finished_at__isnull=False)
                | (~Q(status__in=(3, 7, 8, 9, 10)) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(name="dossier_fee_not_negative", condition=Q(fee_amount__gte=0)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="dossier_of_applicant", fields=["applicant_number", "-submitted_at"],
                condition=~Q(applicant_number=""),
            ),
            models.Index(name="dossier_work", fields=["agency_code", "status", "due_at"]),
            models.Index(name="dossier_reception", fields=["reception_code", "status"]),
            models.Index(
                name="dossier_number_request", fields=["number_request_id"],
                condition=Q(number_request_id__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code or self.reference_code or str(self.id)


class Attachment(models.Model):
    """Attachment (giấy tờ trong hồ sơ): a stored file and the component it stands for; `round` 0 is the filing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="attachments")
    component_code = models.CharField(max_length=64, blank=True, default="")
    title = models.CharField(max_length=250)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.IntegerField()
    round = models.SmallIntegerField(default=0)
    digitised = models.BooleanField(default=False)
    reused = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        """The same paper is not added twice in one round."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="attachment_once", fields=["dossier", "round", "component_code", "sha256"]),
            models.CheckConstraint(name="attachment_has_bytes", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.component_code}"


class StatusChange(models.Model):
    """Status change (lần chuyển trạng thái): `body` is the row a status letter carries, as of this version."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="changes")
    version = models.IntegerField()
    status = models.SmallIntegerField()
    at = models.DateTimeField()
    body = models.JSONField()

    class Meta:
        """One change per version."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="change_version_once", fields=["dossier", "version"]),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} v{self.version}"


class UnsentChange(models.Model):
    """Unsent change (thay đổi chờ gửi): the queue to the portal; a row goes when its letter is in the outbox."""

    change = models.OneToOneField(StatusChange, primary_key=True, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.change_id)


class CodeCounter(models.Model):
    """Code counter (bộ đếm mã hồ sơ): the last number given by an agency on a day."""

    agency_code = models.CharField(max_length=64)
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        """One counter per agency and day."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="counter_per_agency_and_day", fields=["agency_code", "day"]),
        ]

    def __str__(self) -> str:
        return f"{self.agency_code} {self.day} {self.last}"


class WorkStep(models.Model):
    """Work step (bước xử lý): one step of the procedure in this dossier, who has it, from when to when (form 06)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="steps")
    position = models.SmallIntegerField()
    key = models.CharField(max_length=64)
    name_vi = models.CharField(max_length=250)
    name_en = models.CharField(max_length=250)
    duty = models.CharField(max_length=16)
    account = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Steps stand in order."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="step_position_once", fields=["dossier", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.position} {self.key}"


class Supplement(models.Model):
    """Supplement (yêu cầu bổ sung, form 02): everything that is missing, asked at once, and when it came."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="supplements")
    round = models.SmallIntegerField()
    papers = models.JSONField(default=list)
    reason = models.TextField()
    before_reception = models.BooleanField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """Once before reception, once while handling (NĐ 118/2025/NĐ-CP: by stage)."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="supplement_round_once", fields=["dossier", "round"]),
            models.UniqueConstraint(name="supplement_once_per_stage", fields=["dossier", "before_reception"]),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.round}"


class Fee(models.Model):
    """Fee (phí, lệ phí): one demand, named by its reference at the payment platform; đồng."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="fees")
    reference = models.CharField(max_length=64, unique=True)
    amount = models.BigIntegerField()
    subject = models.CharField(max_length=500)
    requested_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    transaction_code = models.CharField(max_length=100, default="", blank=True)
    refund_due = models.BooleanField(default=False)

    class Meta:
        """A demand is for something, and what is paid has a proof."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="fee_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="fee_paid_with_proof",
                condition=Q(paid_at__isnull=True, transaction_code="")
                | (Q(paid_at__isnull=False) & ~Q(transaction_code="")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
