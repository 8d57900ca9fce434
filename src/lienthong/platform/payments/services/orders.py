"""Open an order and start paying it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import structlog

from lienthong.kernel import audit, clock, db, roles
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, FieldError, Invalid
from lienthong.kernel.text import Bilingual, bilingual, nfc, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.payments import messages, queries
from lienthong.platform.payments.models import SETTLED, Order
from lienthong.platform.payments.partner import partner
from lienthong.platform.payments.ports import PaymentGateway
from lienthong.platform.payments.types import OrderRef

log = structlog.get_logger()

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST = 10**12


def open_order(
    *,
    reference: str,
    amount: int,
    payer_name: str,
    payer_number: str,
    subject: Bilingual | str,
    agency_code: str,
    dossier_code: str,
    procedure_code: str,
    procedure_name: Bilingual | str,
    return_path: str,
    actor: Actor = SYSTEM,
) -> OrderRef:
    """Open a fee order (lập yêu cầu thanh toán), in the caller's transaction; ``amount`` in whole đồng.

    A second call with the same reference gives the order that is there. Raises Invalid ``payments.order`` for
    wrong fields, Conflict ``payments.reference-taken`` when the reference names another sum, dossier or agency.
    """
    _check_order(reference=reference, amount=amount, return_path=return_path)
    said = bilingual(subject)
    facts: dict[str, Any] = {
        "amount": amount,
        "payer_name": nfc(payer_name).strip()[:200],
        "payer_number": payer_number,
        "subject_vi": nfc(said.vi)[:300],
        "subject_en": nfc(said.en)[:300],
        "agency_code": agency_code,
        "dossier_code": dossier_code,
        "procedure_code": procedure_code,
        "procedure_name": nfc(bilingual(procedure_name).vi)[:1000],
        "return_path": return_path,
        "created_at": clock.now(),
    }
    with db.atomic():
        order, created = Order.objects.get_or_create(reference=reference, defaults=facts)
        if created:
            audit.record(actor, "payments.open-order", f"order:{reference}", amount=amount)
    asked = (amount, agency_code, dossier_code)
    if not created and (order.amount, order.agency_code, order.dossier_code) != asked:
        raise Conflict(
            "payments.reference-taken",
            tr("Mã tham chiếu này đã dùng cho khoản khác.", "This reference names another payment."),
            field="reference",
        )
    return queries.as_ref(order)


def start_payment(order_id: UUID, *, actor: Actor, ip: str) -> str:
    """Announce the payment to the gateway and give the address of its page (UrlThanhToan).

    Call it outside a transaction: it speaks to the gateway. The payer alone may pay. Raises NotFound
    ``payments.no-order``, Conflict ``payments.settled``, Refused ``payments.gateway-*``.
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None or not may_see(actor, order.payer_number):
        raise queries.no_order()
    if order.state == SETTLED:
        raise Conflict("payments.settled", tr("Khoản này đã được thanh toán.", "This has already been paid."))
    fields = messages.init_fields(
        partner_code=partner().code,
        reference=order.reference,
        amount=order.amount,
        description=f"{order.subject_vi} {order.dossier_code}",
        moment=clock.now(),
        ip=ip,
    )
    address = roles.port(PaymentGateway).start(fields=fields, receipt=receipt_content(order))
    with db.atomic():
        Order.objects.filter(pk=order.pk).update(started_at=clock.now())
        audit.record(actor, "payments.start", f"order:{order.reference}")
    log.info("payment started", reference=order.reference)
    return address


def may_see(actor: Actor | None, payer_number: str) -> bool:
    """Is this the payer, or the system itself? An order of somebody without a number is paid at the counter."""
    if actor is None:
        return False
    if actor.kind == "system":
        return True
    return actor.kind == "person" and bool(payer_number) and actor.personal_number == payer_number


def receipt_content(order: Order) -> dict[str, Any]:
    """ThongTinBienLai: what the receipt of this order says. Districts ended on 1 July 2025: theirs is empty."""
    agency = agencies_queries.find_agency(order.agency_code)
    account, bank, name = partner().beneficiary
    fee = {"TenPhiLePhi": order.subject_vi, "SoTien": str(order.amount)}
    return {
        "MaDichVu": order.procedure_code,
        "MaDVC": order.procedure_code,
        "TenDVC": order.procedure_name,
        "MaTTHC": order.procedure_code,
        "TenTTHC": order.procedure_name,
        "MaDonVi": order.agency_code,
        "TenDonVi": agency.name if agency else order.agency_code,
        "MaHoSo": order.dossier_code,
        "TKThuHuong": account,
        "MaNHThuHuong": bank,
        "TenTKThuHuong": name,
        "NoiDungThanhToan": order.subject_vi,
        "HoTenNguoiNop": order.payer_name,
        "SoCMNDNguoiNop": order.payer_number,
        "DiaChiNguoiNop": "",
        "HuyenNguoiNop": "",
        "TinhNguoiNop": "",
        "PhiLePhi": [{"LoaiPhiLePhi": "LE_PHI", "MaPhiLePhi": order.procedure_code, **fee}],
        "DSKhoanNop": [{"NoiDung": order.subject_vi, "SoTien": str(order.amount)}],
    }


def _check_order(*, reference: str, amount: int, return_path: str) -> None:
    errors = []
    if not _REFERENCE.fullmatch(reference):
        sentence = tr(
            "Mã tham chiếu chỉ gồm chữ không dấu, số, dấu chấm và gạch, tối đa 64 ký tự.",
            "A reference has plain letters, digits, dots and dashes, at most 64.",
        )
        errors.append(FieldError("reference", sentence, "payments.reference"))
    if type(amount) is not int or not 0 < amount <= _MOST:
        sentence = tr("Số tiền phải là số đồng nguyên, lớn hơn 0.", "The amount is whole đồng, above 0.")
        errors.append(FieldError("amount", sentence, "payments.amount"))
    if not return_path.startswith("/") or return_path.startswith(("//", "/\\")):
        sentence = tr("Trang quay về phải thuộc cổng này.", "The page to return to must be of this node.")
        errors.append(FieldError("return_path", sentence, "payments.return-path"))
    if errors:
        raise Invalid(errors, code="payments.order")
