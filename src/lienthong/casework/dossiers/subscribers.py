"""What the room hears from the rooms below."""

from __future__ import annotations

from uuid import UUID

from lienthong.casework.dossiers import letters
from lienthong.casework.dossiers.models import Dossier, Fee
from lienthong.casework.dossiers.services import number
from lienthong.kernel import db
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.events import LetterRefused
from lienthong.platform.notices import services as notices
from lienthong.platform.payments.events import OrderSettled
from lienthong.sources.population.events import BirthRefused, PersonalNumberIssued


def on_number_issued(event: PersonalNumberIssued, event_id: UUID) -> None:
    """The holder issued the child's number."""
    number.record_number(request_id=event.request_id, personal_number=event.personal_number)


def on_birth_refused(event: BirthRefused, event_id: UUID) -> None:
    """The holder could not issue a number."""
    number.record_number_refusal(request_id=event.request_id, reason=tr(event.reason_vi, event.reason_en))


def on_order_settled(event: OrderSettled, event_id: UUID) -> None:
    """A payment on the portal is complete: tell the node that answers. Orders of other rooms are none of ours.

    May run twice: the second letter finds the fee settled there.
    """
    with db.atomic():
        fee = Fee.objects.select_for_update().select_related("dossier").filter(reference=event.reference).first()
        if fee is None or fee.paid_at is not None:
            return
        fee.paid_at = event.settled_at
        fee.transaction_code = event.transaction_code[:100] or event.reference
        fee.save(update_fields=["paid_at", "transaction_code"])
        exchange.post_letter(
            letters.FeePaid(
                dossier_id=fee.dossier_id,
                reference=fee.reference,
                amount=event.amount,
                transaction_code=fee.transaction_code,
                paid_at=event.settled_at,
            ),
            recipient=exchange_queries.node_for(fee.dossier.agency_code).agency_code,
            about=f"dossier:{fee.dossier_id}",
        )


def on_letter_refused(event: LetterRefused, event_id: UUID) -> None:
    """The node that answers refused a filing or a deed of the citizen: the copy stops waiting, the citizen is told."""
    if not event.about.startswith("dossier:") or not event.letter_name.startswith("dossier-"):
        return
    with db.atomic():
        dossier = Dossier.objects.select_for_update().filter(pk=event.about.removeprefix("dossier:")).first()
        if dossier is None:
            return
        dossier.awaiting = ""
        dossier.save(update_fields=["awaiting"])
        notices.notify(
            personal_number=dossier.applicant_number,
            title=tr("Hồ sơ {code} chưa gửi được", "Dossier {code} could not be sent").format(code=dossier),
            body=tr(
                f"Cơ quan giải quyết không nhận được: {event.reason_vi}",
                f"The agency could not take it: {event.reason_en}",
            ),
            link=f"/ho-so/{dossier.pk}/",
            key=f"letter:{event.letter_id}",
        )
