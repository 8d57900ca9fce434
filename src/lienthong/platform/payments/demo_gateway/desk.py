"""The demo gateway's desk: takes INIT, lets the payer decide, tells the partner, answers QUERY."""

from __future__ import annotations

import secrets
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from django.db.models import F

from lienthong.kernel import clock, db, http, jobs
from lienthong.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.payments import messages, rules
from lienthong.platform.payments.demo_gateway.contract import Contract, contract
from lienthong.platform.payments.messages import Message
from lienthong.platform.payments.models import CANCELLED, FAILED, PAID, WAITING, DemoPayment

log = structlog.get_logger()

BANKS: Final = (
    ("SONGHONG", "Ngân hàng Sông Hồng (thử)"),
    ("TRUONGSON", "Ngân hàng Trường Sơn (thử)"),
    ("CUULONG", "Ngân hàng Cửu Long (thử)"),
)
ACTS: Final = {"pay": PAID, "fail": FAILED, "cancel": CANCELLED}
_RESULT_OF: Final = {outcome: result for result, outcome in rules.RESULTS.items()}

ONCE: Final = "once"
# manner -> what is sent, one after another
MANNERS: Final[dict[str, tuple[str, ...]]] = {
    ONCE: ("right",),
    "twice": ("right", "right"),
    "wrong-code-first": ("wrong-code", "right"),
    "wrong-code": ("wrong-code",),
    "wrong-amount": ("wrong-amount",),
    "other-currency": ("other-currency",),
    "unknown-reference": ("unknown-reference",),
    "nothing": (),
}


def take_init(body: bytes) -> str:
    """Take INIT and give the address of the payment's page. Raises Refused, Invalid, WrongCode."""
    partner = contract()
    message = messages.unseal(body, messages.INIT, partner.secret)
    _require_partner(message, partner)
    receipt = message.rest.get("ThongTinBienLai")
    if not isinstance(receipt, dict):
        raise Invalid([messages.malformed("ThongTinBienLai")], code="payments.message")
    if message["MaTienTe"] != messages.CURRENCY:
        raise Invalid([messages.malformed("MaTienTe")], code="payments.message")
    with db.atomic():
        db.advisory_lock(f"demo-gateway:{message['MaThamChieu']}")
        payment = _waiting_or_new(message, partner)
    return f"{partner.page_url}/{payment.token}/"


def find_payment(token: UUID) -> DemoPayment:
    """The payment behind a page. Raises NotFound."""
    payment = DemoPayment.objects.filter(pk=token).first()
    if payment is None:
        raise NotFound("demo-gateway.no-payment", tr("Không có giao dịch này.", "There is no such transaction."))
    return payment


def decide(token: UUID, *, act: str, bank: str, manner: str = ONCE) -> str:
    """The payer pays, fails or cancels; gives the partner's address to go back to. A second decision is ignored.

    The notices are sent by a job, so that none is lost when the gateway dies at this moment. Raises Invalid.
    """
    errors = []
    if act not in ACTS:
        errors.append(FieldError("act", tr("Hãy chọn một việc.", "Choose what to do."), "demo-gateway.act"))
    if act == "pay" and bank not in dict(BANKS):
        errors.append(FieldError("bank", tr("Hãy chọn ngân hàng.", "Choose a bank."), "demo-gateway.bank"))
    if manner not in MANNERS:
        errors.append(FieldError("manner", tr("Cách báo không có.", "No such manner."), "demo-gateway.manner"))
    if errors:
        raise Invalid(errors)
    find_payment(token)
    with db.atomic():
        payment = DemoPayment.objects.select_for_update().get(pk=token)
        if payment.state == WAITING:
            payment.state = ACTS[act]
            payment.bank_code = bank if bank in dict(BANKS) else BANKS[0][0]
            payment.decided_at = clock.now()
            payment.transaction_code = f"TT{payment.decided_at:%y%m%d%H%M%S}{secrets.token_hex(4).upper()}"
            payment.save()
            tell_partner.defer(token=str(token), manner=manner)
    return payment.return_url


@jobs.task("payments.demo_gateway_tell")
def tell_partner(token: str, manner: str) -> None:
    """Send the notices of a decided payment over HTTP and keep the answers.

    Raises Unreachable, upon which the queue tries again later; the partner bears repetitions.
    """
    partner = contract()
    payment = find_payment(UUID(token))
    for kind in MANNERS[manner]:
        answer = http.request(
            "POST",
            payment.notify_url,
            body=_notice(payment, partner, kind),
            headers={"Content-Type": "application/json; charset=utf-8"},
        )
        kept = {"sent": kind, "status": answer.status, "answer": _error_code(answer.body)}
        DemoPayment.objects.filter(pk=payment.pk).update(answers=[*payment.answers, kept])
        payment.refresh_from_db(fields=["answers"])
        log.info("partner told", sent=kind, status=answer.status, answer=kept["answer"])
        if answer.status >= 500:
            raise http.Unreachable(f"HTTP {answer.status}")


def answer_query(body: bytes) -> bytes:
    """Answer QUERY: the notice again, or that there is no result yet. Raises Refused, Invalid, WrongCode."""
    partner = contract()
    message = messages.unseal(body, messages.QUERY, partner.secret)
    _require_partner(message, partner)
    rows = DemoPayment.objects.filter(reference=message["MaThamChieu"])
    # A paid attempt speaks for the order, however many others failed or still wait.
    decided = rows.exclude(state=WAITING).order_by(F("decided_at").desc())
    payment = decided.filter(state=PAID).first() or decided.first()
    if payment is not None:
        return _notice(payment, partner, "right")
    code = rules.NO_RESULT_YET if rows.exists() else rules.UNKNOWN_REFERENCE
    return orjson.dumps({"LoaiBanTin": messages.QUERY, "MaLoi": code, "MoTaLoi": rules.ANSWERS[code][1].vi})


def _waiting_or_new(message: Message, partner: Contract) -> DemoPayment:
    rows = DemoPayment.objects.filter(reference=message["MaThamChieu"])
    if rows.filter(state=PAID).exists():
        raise Conflict("demo-gateway.paid", rules.ANSWERS[rules.ALREADY_SETTLED][1])
    waiting = rows.filter(state=WAITING, amount=message.amount).first()
    return waiting or DemoPayment.objects.create(
        partner_code=message["MaDoiTac"],
        reference=message["MaThamChieu"],
        amount=message.amount,
        description=nfc(message["ThongTinGiaoDich"]),
        return_url=partner.return_url.replace("{reference}", message["MaThamChieu"]),
        notify_url=partner.notify_url,
        created_at=clock.now(),
    )


def _require_partner(message: Message, partner: Contract) -> None:
    if message["MaDoiTac"] != partner.partner_code:
        raise Refused("demo-gateway.partner", rules.ANSWERS[rules.UNKNOWN_PARTNER][1], field="MaDoiTac", status=403)


def _notice(payment: DemoPayment, partner: Contract, kind: str) -> bytes:
    """NOTIFY of a decided payment; ``kind`` other than ``right`` spoils it in one way."""
    result, state = _RESULT_OF[payment.state]
    fields = {
        "LoaiBanTin": messages.NOTIFY,
        "MaLoi": result,
        "MaDoiTac": payment.partner_code,
        "MaThamChieu": payment.reference if kind != "unknown-reference" else f"{payment.reference}-X",
        "SoTien": str(payment.amount if kind != "wrong-amount" else payment.amount + 1),
        "MaTienTe": messages.CURRENCY if kind != "other-currency" else "USD",
        "MaGiaoDich": payment.transaction_code,
        "MaNganHang": payment.bank_code,
        "ThoiGianGD": messages.stamp(payment.decided_at or clock.now()),
        "ThongTinGiaoDich": payment.description,
        "TrangThaiGD": state,
    }
    secret = partner.secret if kind != "wrong-code" else f"{partner.secret}-of-somebody-else"
    return messages.seal(messages.NOTIFY, fields, secret)


def _error_code(body: bytes) -> str:
    try:
        table: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return str(table.get("MaLoi", ""))[:8] if isinstance(table, dict) else ""
