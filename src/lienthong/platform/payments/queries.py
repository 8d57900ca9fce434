"""What other rooms may ask payments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.payments.models import SETTLED, SURPLUS, Order, Receipt
from lienthong.platform.payments.types import OrderRef


def get_order(reference: str) -> OrderRef:
    """The order with this reference. Raises NotFound ``payments.no-order``."""
    order = find_order(reference)
    if order is None:
        raise no_order()
    return order


def find_order(reference: str) -> OrderRef | None:
    """The order with this reference, or None."""
    order = Order.objects.filter(reference=reference).select_related("receipt").first()
    return as_ref(order) if order else None


def get_order_by_id(order_id: UUID) -> OrderRef:
    """The order with this id. Raises NotFound ``payments.no-order``."""
    order = Order.objects.filter(pk=order_id).select_related("receipt").first()
    if order is None:
        raise no_order()
    return as_ref(order)


def list_orders_of_dossier(dossier_code: str) -> list[OrderRef]:
    """Orders of one dossier, oldest first."""
    rows = Order.objects.filter(dossier_code=dossier_code).select_related("receipt").order_by("created_at", "pk")
    return [as_ref(order) for order in rows]


def list_surplus() -> list[tuple[str, str, int]]:
    """Money that came twice and waits to be returned: (reference, transaction code, amount in đồng)."""
    rows = Order.objects.filter(transactions__outcome=SURPLUS).order_by("transactions__told_at")
    return list(rows.values_list("reference", "transactions__code", "transactions__amount"))


def last_outcome(reference: str) -> str:
    """How the last attempt to pay ended: paid, failed, cancelled, surplus; "" when none was told."""
    order = Order.objects.filter(reference=reference).first()
    last = order.transactions.order_by("-told_at", "-pk").first() if order else None
    return last.outcome if last else ""


def no_order() -> NotFound:
    """The refusal for an order that does not exist, or not for this person."""
    return NotFound("payments.no-order", tr("Không có khoản thanh toán này.", "There is no such payment."))


def as_ref(order: Order) -> OrderRef:
    """The frozen form of an order."""
    receipt: Receipt | None = getattr(order, "receipt", None)
    content: dict[str, Any] | None = receipt.content if receipt else None
    return OrderRef(
        order_id=order.pk,
        reference=order.reference,
        amount=order.amount,
        payer_name=order.payer_name,
        payer_number=order.payer_number,
        subject=Bilingual(order.subject_vi, order.subject_en),
        agency_code=order.agency_code,
        dossier_code=order.dossier_code,
        procedure_code=order.procedure_code,
        return_path=order.return_path,
        state="settled" if order.state == SETTLED else "open",
        created_at=order.created_at,
        settled_at=order.settled_at,
        transaction_code=order.transaction_code,
        bank_code=(content or {}).get("MaNganHangNop", ""),
        receipt_number=receipt_number(receipt.year, receipt.number) if receipt else "",
        receipt=content,
    )


def receipt_number(year: int, number: int) -> str:
    """How a receipt is numbered (số biên lai): ``BL26-0000001``."""
    return f"BL{year % 100:02d}-{number:07d}"
