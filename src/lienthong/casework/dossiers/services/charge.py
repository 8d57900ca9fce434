"""Fees (phí, lệ phí): demanded with the clock standing, paid through the portal or at the counter, settled once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lienthong.casework.dossiers import letters, queries, rights, rules
from lienthong.casework.dossiers.events import FeePaid, FeeRequested
from lienthong.casework.dossiers.models import Dossier, Fee
from lienthong.casework.dossiers.services import journal, pause
from lienthong.casework.dossiers.types import Channel, Status
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import show_dong, tr
from lienthong.platform.exchange import services as exchange
from lienthong.sources.procedures import queries as procedure_queries


def request_fee(*, dossier_id: UUID, actor: Actor, amount: int | None = None) -> DossierFacts:
    """Demand the fee: status 6, the clock stands, the portal opens a payment.

    The published fee is the fee; an officer names an amount only where the catalogue leaves it open.
    Raises Refused `dossiers.fee-free`, `.fee-unknown`, `.fee-differs`, `.fee-paid`; Conflict; NotAllowed.
    """
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "request_fee")
        journal.check_step(dossier, "request_fee")
        due = _amount_due(dossier, amount)
        now = clock.now()
        number = dossier.fees.count() + 1
        fee = Fee.objects.create(
            dossier=dossier,
            reference=f"{dossier.code}-P{number}",
            amount=due,
            subject=f"Phí, lệ phí: {dossier.subject}"[:500],
            requested_at=now,
        )
        dossier.fee_amount = due
        dossier.fee_paid_at = None
        pause.start(dossier, now)
        journal.record(dossier, "request_fee", actor=actor, at=now, note=show_dong(due), event=FeeRequested, amount=due)
        _post_request(dossier, fee, actor)
        return queries.as_dossier(dossier)


def fee_of(dossier: Dossier) -> int | None:
    """The published fee for this dossier's channel and answers; None where the agency must set it."""
    procedure = procedure_queries.get_procedure(dossier.procedure_code, version=dossier.procedure_version)
    channel: Channel = (
        "online" if dossier.channel == "online" else "postal" if dossier.channel == "postal" else "direct"
    )
    return procedure_queries.fee_due(procedure, channel, dossier.answers)


def _amount_due(dossier: Dossier, amount: int | None) -> int:
    published = fee_of(dossier)
    if dossier.fees.filter(paid_at__isnull=False).exists():
        raise Refused("dossiers.fee-paid", tr("Hồ sơ này đã nộp phí.", "The fee of this dossier is paid."))
    if published == 0:
        raise Refused("dossiers.fee-free", tr("Thủ tục này không thu phí.", "This procedure is free of charge."))
    if published is None and not amount:
        raise Refused("dossiers.fee-unknown", tr("Hãy ghi số tiền phí.", "Give the amount of the fee."), field="amount")
    if published is not None and amount not in (None, published):
        raise Refused(
            "dossiers.fee-differs",
            tr(
                f"Mức phí đã công bố là {show_dong(published)}, không được thu khác.",
                f"The published fee is {show_dong(published)}; no other may be charged.",
            ),
            field="amount",
        )
    due = published or amount or 0
    if not 0 < due <= 10**10:
        raise Refused("dossiers.fee-unknown", tr("Số tiền không hợp lệ.", "Not a valid amount."), field="amount")
    return due


def portal_code() -> str:
    """The agency code of the node that holds the national portal."""
    return str(node().parameters.get("portal", "G22"))


def _post_request(dossier: Dossier, fee: Fee, actor: Actor) -> None:
    letter = letters.FeeRequested(
        dossier_id=dossier.pk,
        reference=fee.reference,
        dossier_code=dossier.code,
        amount=fee.amount,
        subject=fee.subject,
        agency_code=dossier.agency_code,
        procedure_code=dossier.procedure_code,
        payer_name=dossier.applicant_name,
        payer_number=dossier.applicant_number,
        requested_at=fee.requested_at,
    )
    exchange.post_letter(letter, recipient=portal_code(), actor=actor, about=f"dossier:{dossier.pk}")


def settle_fee(*, reference: str, amount: int, transaction_code: str, paid_at: datetime, actor: Actor) -> DossierFacts:
    """Record a payment and let the clock run on; the same payment twice changes nothing.

    Money that comes after the dossier has ended, or a second time, is marked to be paid back.
    Raises NotFound `dossiers.no-such-fee`, Refused `dossiers.fee-amount`.
    """
    with db.atomic():
        known = Fee.objects.filter(reference=reference).values_list("dossier_id", flat=True).first()
        if known is None:
            raise NotFound("dossiers.no-such-fee", tr("Không có khoản phí này.", "There is no such fee."))
        dossier = journal.lock_dossier(known)
        fee = Fee.objects.get(reference=reference)
        if actor.kind != "system":
            rights.require_deed(actor, dossier, "settle_fee")
        if fee.amount != amount:
            raise Refused(
                "dossiers.fee-amount", tr("Số tiền không khớp với khoản phí.", "The amount is not that of the fee.")
            )
        if fee.paid_at is not None:
            if fee.transaction_code != transaction_code:
                _mark_refund(dossier, fee, actor, clock.now())
            return queries.as_dossier(dossier)
        _settle(dossier, fee, transaction_code, paid_at, actor)
        return queries.as_dossier(dossier)


def _settle(dossier: Dossier, fee: Fee, transaction_code: str, paid_at: datetime, actor: Actor) -> None:
    now = clock.now()
    fee.paid_at = paid_at
    fee.transaction_code = transaction_code[:100]
    fee.save(update_fields=["paid_at", "transaction_code"])
    if dossier.status != Status.FEE_ASKED:
        _mark_refund(dossier, fee, actor, now)
        return
    dossier.fee_paid_at = paid_at
    back_to = pause.end(dossier, paid_at, now)
    journal.record(
        dossier, "settle_fee", actor=actor, at=now, note=show_dong(fee.amount), event=FeePaid, back_to=back_to,
        reference=fee.reference,
    )  # fmt: skip


def _mark_refund(dossier: Dossier, fee: Fee, actor: Actor, now: datetime) -> None:
    if fee.refund_due:
        return
    fee.refund_due = True
    fee.save(update_fields=["refund_due"])
    journal.record(dossier, "late_fee", actor=actor, at=now, note=show_dong(fee.amount), reference=fee.reference)


def take_payment(*, dossier_id: UUID, receipt_number: str, actor: Actor) -> DossierFacts:
    """Cash or card at the counter: settles the open fee with the number of the receipt (biên lai).

    Raises Conflict `dossiers.moved-on`, NotAllowed, Refused for no number.
    """
    number = rules.clean_text(receipt_number, field="receipt", at_most=60)
    dossier = Dossier.objects.filter(pk=dossier_id).first()
    fee = dossier.fees.filter(paid_at__isnull=True).order_by("-requested_at").first() if dossier else None
    if dossier is None or fee is None:
        raise Conflict("dossiers.moved-on", tr("Không có khoản phí nào đang chờ.", "No fee is awaited."))
    rights.require_deed(actor, dossier, "settle_fee")
    return settle_fee(
        reference=fee.reference,
        amount=fee.amount,
        transaction_code=f"BL-{number}",
        paid_at=clock.now(),
        actor=actor,
    )
