"""Take the gateway's notices: verify, decide once, settle once, tell once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db.models import F, Max

from lienthong.kernel import audit, clock, db, events, roles
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import FieldError, Invalid, Refused
from lienthong.kernel.text import Bilingual
from lienthong.platform.payments import messages, queries, rules
from lienthong.platform.payments.events import OrderSettled
from lienthong.platform.payments.messages import Message
from lienthong.platform.payments.models import PAID, SETTLED, Order, Receipt, Transaction
from lienthong.platform.payments.partner import partner
from lienthong.platform.payments.ports import PaymentGateway
from lienthong.platform.payments.services.orders import may_see, receipt_content
from lienthong.platform.payments.types import OrderRef

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway hears: MaLoi, a sentence, the fields at fault."""

    code: str
    reference: str = ""
    errors: tuple[FieldError, ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return rules.ANSWERS[self.code][0]

    @property
    def sentence(self) -> Bilingual:
        """The answer in words."""
        return rules.ANSWERS[self.code][1]


def take_notice(body: bytes) -> Answer:
    """Take a notice of the gateway (thông báo kết quả thanh toán, NOTIFY) as it came over the wire.

    Never raises for what an outside party sends: every refusal is an Answer with its stable code, and is
    logged. The same notice again gets the same answer and changes nothing; an order is settled once.
    """
    ours = partner()
    try:
        notice = messages.unseal(body, messages.NOTIFY, ours.secret)
    except messages.WrongCode:
        return _refuse(rules.WRONG_CODE)
    except Invalid as error:
        return _refuse(rules.UNREADABLE, errors=tuple(error.field_errors))
    except Refused:
        return _refuse(rules.UNREADABLE)
    if notice["MaDoiTac"] != ours.code:
        return _refuse(rules.UNKNOWN_PARTNER, notice["MaThamChieu"])
    outcome = rules.RESULTS.get((notice["MaLoi"], notice["TrangThaiGD"]))
    if outcome is None:
        return _refuse(rules.UNREADABLE, notice["MaThamChieu"], (messages.malformed("TrangThaiGD"),))
    return _take(notice, outcome)


def ask_gateway(reference: str, *, actor: Actor) -> OrderRef:
    """Ask the gateway how the payment ended (QUERY), when its notice is late; gives the order as it is then.

    Call it outside a transaction. Raises NotFound ``payments.no-order``, Refused ``payments.gateway-*``.
    """
    order = queries.get_order(reference)
    if not may_see(actor, order.payer_number):
        raise queries.no_order()
    if order.is_settled:
        return order
    fields = messages.query_fields(partner_code=partner().code, reference=reference, moment=clock.now())
    notice = roles.port(PaymentGateway).ask(fields=fields)
    if notice is not None:
        take_notice(notice)
    return queries.get_order(reference)


def _take(notice: Message, outcome: str) -> Answer:
    reference = notice["MaThamChieu"]
    told = rules.Told(reference, notice.amount, notice["MaTienTe"], outcome)
    with db.atomic():
        order = Order.objects.select_for_update().filter(reference=reference).first()
        if order is None:
            return _refuse(rules.UNKNOWN_REFERENCE, reference)
        db.advisory_lock(f"payments.transaction:{notice['MaGiaoDich']}")
        before = Transaction.objects.filter(code=notice["MaGiaoDich"]).select_related("order").first()
        verdict = rules.decide(
            owed=order.amount,
            is_settled=order.state == SETTLED,
            told=told,
            earlier=_told_before(before),
            earlier_answer=before.answer if before else "",
        )
        if before is not None and verdict.answer == before.answer:
            Transaction.objects.filter(pk=before.pk).update(times_told=F("times_told") + 1)
        if verdict.outcome is not None:
            _write(order, notice, verdict.answer, verdict.outcome)
    if verdict.outcome is None and verdict.answer not in (rules.OK, rules.ALREADY_SETTLED):
        return _refuse(verdict.answer, reference)
    log.info("payment notice taken", reference=reference, answer=verdict.answer, outcome=verdict.outcome)
    return Answer(verdict.answer, reference)


def _told_before(before: Transaction | None) -> rules.Told | None:
    if before is None:
        return None
    outcome = PAID if before.outcome == "surplus" else before.outcome
    return rules.Told(before.order.reference, before.amount, before.order.currency, outcome)


def _write(order: Order, notice: Message, answer: str, outcome: str) -> None:
    now = clock.now()
    Transaction.objects.create(
        order=order,
        code=notice["MaGiaoDich"],
        bank_code=notice["MaNganHang"],
        amount=notice.amount,
        outcome=outcome,
        paid_at=notice["ThoiGianGD"],
        told_at=now,
        answer=answer,
    )
    audit.record(
        SYSTEM,
        "payments.notice",
        f"order:{order.reference}",
        transaction=notice["MaGiaoDich"],
        outcome=outcome,
    )
    if outcome == PAID:
        _settle(order, notice, now)


def _settle(order: Order, notice: Message, now: datetime) -> None:
    order.state = SETTLED
    order.settled_at = now
    order.transaction_code = notice["MaGiaoDich"]
    order.save(update_fields=["state", "settled_at", "transaction_code"])
    content = {
        **receipt_content(order),
        "MaGiaoDich": notice["MaGiaoDich"],
        "MaNganHangNop": notice["MaNganHang"],
        "ThoiGianGD": notice["ThoiGianGD"],
    }
    year = now.year
    # The lock makes the number gapless: it is held until this settlement commits or vanishes with it.
    db.advisory_lock(f"payments.receipt:{year}")
    last = Receipt.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    Receipt.objects.create(order=order, year=year, number=last + 1, issued_at=now, content=content)
    events.publish(OrderSettled(order.reference, order.amount, order.transaction_code, now))


def _refuse(code: str, reference: str = "", errors: tuple[FieldError, ...] = ()) -> Answer:
    log.warning(
        "payment notice refused",
        answer=code,
        reference=reference,
        fields=[error.path for error in errors],
    )
    return Answer(code, reference, errors)
