"""Tables of payments: fee orders, what the gateway told of them, receipts; and the demo gateway's own table."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from lienthong.kernel import clock
from lienthong.kernel.ids import new_id

OPEN = "open"
SETTLED = "settled"
ORDER_STATES = ((OPEN, "Chưa thanh toán"), (SETTLED, "Đã thanh toán"))

PAID = "paid"
FAILED = "failed"
CANCELLED = "cancelled"
SURPLUS = "surplus"
OUTCOMES = (
    (PAID, "Đã trả"),
    (FAILED, "Không thành công"),
    (CANCELLED, "Người nộp hủy"),
    (SURPLUS, "Trả thừa, chờ hoàn"),
)

WAITING = "waiting"
DEMO_STATES = ((WAITING, "Chờ người nộp"), (PAID, "Đã trả"), (FAILED, "Lỗi"), (CANCELLED, "Hủy"))


class Order(models.Model):
    """Order (yêu cầu thanh toán phí, lệ phí): one sum that one person owes one agency for one dossier.

    ``reference`` is MaThamChieu towards the gateway; ``amount`` is in whole đồng. Settled once, by one
    transaction; it never opens again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(max_length=64, unique=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="VND")
    payer_name = models.CharField(max_length=200)
    payer_number = models.CharField(max_length=20, blank=True, default="")
    subject_vi = models.CharField(max_length=300)
    subject_en = models.CharField(max_length=300)
    agency_code = models.CharField(max_length=32)
    dossier_code = models.CharField(max_length=64)
    procedure_code = models.CharField(max_length=32)
    procedure_name = models.CharField(max_length=1000)
    return_path = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=ORDER_STATES, default=OPEN)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    transaction_code = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        """Money is positive; a settled order says when and by what."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="order_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="order_in_dong", condition=Q(currency="VND")),
            models.CheckConstraint(name="order_state_known", condition=Q(state__in=[OPEN, SETTLED])),
            models.CheckConstraint(
                name="order_settled_says_how",
                condition=Q(state=OPEN, settled_at__isnull=True, transaction_code="")
                | (Q(state=SETTLED, settled_at__isnull=False) & ~Q(transaction_code="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="order_by_dossier", fields=["dossier_code"]),
        ]

    def __str__(self) -> str:
        return self.reference


class Transaction(models.Model):
    """Transaction (giao dịch): what the gateway told of an order, one row per transaction code.

    Only notices with a right authentication code get here. ``surplus`` is a second payment of a settled
    order: it settles nothing and waits to be returned.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="transactions")
    code = models.CharField(max_length=64)
    bank_code = models.CharField(max_length=32)
    amount = models.BigIntegerField()
    outcome = models.CharField(max_length=9, choices=OUTCOMES)
    paid_at = models.CharField(max_length=14)
    told_at = models.DateTimeField(default=clock.now)
    times_told = models.PositiveIntegerField(default=1)
    answer = models.CharField(max_length=2)

    class Meta:
        """A transaction code belongs to one order, and one transaction settles it."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="transaction_code_once", fields=["code"]),
            models.UniqueConstraint(name="transaction_settles_once", fields=["order"], condition=Q(outcome=PAID)),
        ]

    def __str__(self) -> str:
        return self.code


class Receipt(models.Model):
    """Receipt (biên lai thu phí, lệ phí điện tử): issued once for a settled order; fields of ThongTinBienLai."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="receipt")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    issued_at = models.DateTimeField(default=clock.now)
    content = models.JSONField()

    class Meta:
        """Numbered without gaps in each year."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="receipt_number_once", fields=["year", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"


class DemoPayment(models.Model):
    """Demo payment (giao dịch thử): the demo gateway's own record; payments itself never reads it."""

    token = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partner_code = models.CharField(max_length=64)
    reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    description = models.CharField(max_length=300)
    return_url = models.CharField(max_length=600)
    notify_url = models.CharField(max_length=600)
    state = models.CharField(max_length=9, choices=DEMO_STATES, default=WAITING)
    transaction_code = models.CharField(max_length=64, blank=True, default="")
    bank_code = models.CharField(max_length=32, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    answers = models.JSONField(default=list)

    class Meta:
        """Looked up by the partner's reference."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="demo_payment_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="demo_payment_decided_once",
                condition=Q(state=WAITING, decided_at__isnull=True) | (~Q(state=WAITING) & Q(decided_at__isnull=False)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="demo_payment_by_reference", fields=["reference", "-created_at"]),
        ]

    def __str__(self) -> str:
        return str(self.token)
