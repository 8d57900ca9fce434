"""Paying a fee that the agency asked for (nộp phí, lệ phí)."""

from uuid import UUID

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.text import tr
from lienthong.platform.payments import queries as payments_queries
from lienthong.platform.payments import services as payments


def pay_fee(*, dossier_id: UUID, actor: Actor, ip: str) -> str:
    """Start paying the open fee of an own dossier; gives the address of the gateway's page.

    Call it outside a transaction. Raises NotFound for somebody else's dossier, Conflict `portal.no-fee` when nothing
    is to be paid, Refused `portal.order-awaited` or `payments.gateway-*`.
    """
    fee = dossiers_queries.get_pending_fee(dossier_id, actor)
    if fee is None:
        raise Conflict(
            "portal.no-fee", tr("Hồ sơ này hiện không có khoản phải nộp.", "Nothing is to be paid for this dossier.")
        )
    order = payments_queries.find_order(fee.reference)
    if order is None:
        raise Refused(
            "portal.order-awaited",
            tr(
                "Khoản phí đang được lập. Hãy thử lại sau ít phút.",
                "The fee is being prepared. Try again in a few minutes.",
            ),
            status=503,
        )
    return payments.start_payment(order.order_id, actor=actor, ip=ip)
