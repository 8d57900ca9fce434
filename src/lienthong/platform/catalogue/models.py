"""Tables of the catalogue: systems and their keys, services, agreements, purposes, counts of calls."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lienthong.kernel import clock
from lienthong.kernel.ids import new_id
from lienthong.platform.catalogue.states import AGREEMENT_STATES, PURPOSE_STATES, SERVICE_KINDS, SERVICE_STATES


class System(models.Model):
    """Information system (hệ thống thông tin) of an agency: what calls, and what answers calls.

    `networks`, `certificates` and keys are known to its own node alone.
    """

    agency_code = models.CharField(max_length=40)
    code = models.CharField(max_length=64)
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    contact = models.CharField(max_length=300, blank=True, default="")
    node_code = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default="active")
    networks = models.JSONField(default=list)
    certificates = models.JSONField(default=list)
    registered_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency_code", "code"], name="catalogue_system_once"),
            models.CheckConstraint(condition=Q(state__in=["active", "closed"]), name="catalogue_system_state"),
        ]


class SystemKey(models.Model):
    """Key of a system (khóa truy cập): shown once, only its digest is kept."""

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="keys")
    digest = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=8)
    label = models.CharField(max_length=100)
    may_manage = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)


class ServiceVersion(models.Model):
    """Version of a data service (phiên bản dịch vụ dữ liệu); its address is known to its own node alone."""

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="services")
    code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    title_vi = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    description = models.TextField(blank=True, default="")
    legal_basis = models.CharField(max_length=500, blank=True, default="")
    contact = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, default="draft")
    state_reason = models.CharField(max_length=500, blank=True, default="")
    platform_reason = models.CharField(max_length=500, blank=True, default="")
    base_url = models.CharField(max_length=500, blank=True, default="")
    openapi = models.JSONField(null=True)
    openapi_url = models.CharField(max_length=500, blank=True, default="")
    endpoints = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    digest_only = models.BooleanField(default=False)
    timeout = models.FloatField(default=30.0)
    daily_quota = models.PositiveIntegerField(null=True)
    rate = models.FloatField(null=True)
    threshold = models.PositiveIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=clock.now)
    sunset_date = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "code", "version"], name="catalogue_service_once"),
            models.CheckConstraint(condition=Q(state__in=list(SERVICE_STATES)), name="catalogue_service_state"),
            models.CheckConstraint(condition=Q(kind__in=list(SERVICE_KINDS)), name="catalogue_service_kind"),
            models.CheckConstraint(condition=Q(version__gte=1), name="catalogue_service_version"),
        ]


class Agreement(models.Model):
    """Sharing agreement (thỏa thuận chia sẻ dữ liệu) between a client system and a version of a service.

    Both sides and the hub hold a copy; the parties are named by their public codes.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    client_agency = models.CharField(max_length=40)
    client_code = models.CharField(max_length=64)
    provider_agency = models.CharField(max_length=40)
    provider_code = models.CharField(max_length=64)
    service_code = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    endpoints = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="requested")
    reason = models.CharField(max_length=1000, blank=True, default="")
    note = models.CharField(max_length=2000, blank=True, default="")
    suspended_by_consumer = models.CharField(max_length=500, blank=True, default="")
    suspended_by_provider = models.CharField(max_length=500, blank=True, default="")
    suspended_by_platform = models.CharField(max_length=500, blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    rate = models.FloatField(null=True)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=list(AGREEMENT_STATES)), name="catalogue_agreement_state"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["provider_agency", "provider_code", "service_code"], name="catalogue_by_provider"),
            models.Index(fields=["client_agency", "client_code"], name="catalogue_by_client"),
        ]


class AgreementStep(models.Model):
    """Step of an agreement (bước xử lý thỏa thuận): who did what, when, why."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    side = models.CharField(max_length=10)
    deed = models.CharField(max_length=30)
    by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agreement", "at"], name="catalogue_steps")]


class Purpose(models.Model):
    """Purpose (mục đích khai thác dữ liệu) under an agreement: legal ground, fields, estimated calls a day."""

    id = models.UUIDField(primary_key=True, default=new_id)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="purposes")
    title = models.CharField(max_length=300)
    legal_ground = models.CharField(max_length=500)
    fields = models.JSONField(default=list)
    daily_calls = models.PositiveIntegerField()
    daily_quota = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10, default="waiting")
    reason = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=list(PURPOSE_STATES)), name="catalogue_purpose_state"),
        ]


class DayCount(models.Model):
    """Calls of a day (lượt gọi trong ngày) for one purpose: what the quota is measured by."""

    day = models.DateField()
    purpose_id = models.UUIDField()
    client = models.CharField(max_length=110)
    service = models.CharField(max_length=180)
    calls = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "purpose_id"], name="catalogue_count_once")]


class CatalogueCopy(models.Model):
    """The signed national list in use (danh mục quốc gia): on the hub its own issue, elsewhere the last good copy."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    serial = models.BigIntegerField()
    issued_at = models.DateTimeField()
    fetched_at = models.DateTimeField()
    body = models.BinaryField()
    signature = models.TextField()
    token = models.UUIDField(null=True)
    trouble = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="catalogue_one_copy")]


class CatalogueToken(models.Model):
    """Token of the present state (mốc thay đổi của danh mục): new with every change, so that readers see one."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="catalogue_one_token")]
