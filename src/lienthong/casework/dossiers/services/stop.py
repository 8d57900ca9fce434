"""The ways out before a result: withdrawn by the citizen (rút hồ sơ), stopped by the agency (dừng giải quyết)."""

from __future__ import annotations

from uuid import UUID

from lienthong.casework.dossiers import letters, queries, rights, rules
from lienthong.casework.dossiers.events import Stopped, Withdrawn
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.services import journal
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange


def withdraw_dossier(*, dossier_id: UUID, reason: str, actor: Actor) -> DossierFacts:
    """On the portal: ask the node that answers to withdraw; the copy waits for its word.

    Raises NotFound, Conflict `dossiers.moved-on` or `dossiers.awaiting`, Refused for no reason.
    """
    text = rules.clean_text(reason, field="reason")
    with db.atomic():
        dossier = rights.require_applicant(actor, Dossier.objects.select_for_update().filter(pk=dossier_id).first())
        journal.check_step(dossier, "withdraw")
        if dossier.awaiting == "withdrawal":
            raise Conflict(
                "dossiers.awaiting",
                tr("Bạn đã yêu cầu rút, đang chờ cơ quan xác nhận.", "Already asked; the agency has yet to confirm."),
            )
        now = clock.now()
        dossier.awaiting = "withdrawal"
        dossier.save(update_fields=["awaiting"])
        exchange.post_letter(
            letters.DossierWithdrawn(dossier_id=dossier.pk, reason=text, at=now),
            recipient=exchange_queries.node_for(dossier.agency_code).agency_code,
            actor=actor,
            about=f"dossier:{dossier.pk}",
        )
        audit.record(actor, "dossiers.ask_withdrawal", f"dossier:{dossier.pk}")
        return queries.as_dossier(dossier)


def record_withdrawal(*, dossier_id: UUID, reason: str, actor: Actor) -> DossierFacts:
    """At the node that answers: withdraw (status 7), asked at the counter or by the portal's letter.

    A letter that comes too late changes nothing, and the citizen is told why. Raises Conflict at the counter.
    """
    text = rules.clean_text(reason, field="reason")
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        if actor.kind == "system":
            if not journal.is_open(dossier):
                journal.record(dossier, "decline_withdrawal", actor=actor, at=clock.now())
                return queries.as_dossier(dossier)
        else:
            rights.require_deed(actor, dossier, "withdraw")
        _end_pause(dossier)
        journal.record(dossier, "withdraw", actor=actor, at=clock.now(), note=text, event=Withdrawn)
        return queries.as_dossier(dossier)


def stop_dossier(*, dossier_id: UUID, reason: str, actor: Actor) -> DossierFacts:
    """Stop handling, with the reason (form 05); status 8. Raises NotAllowed, Conflict, Refused for no reason."""
    text = rules.clean_text(reason, field="reason")
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "stop")
        if dossier.received_at is None:
            raise Conflict("dossiers.moved-on", tr("Hồ sơ chưa được tiếp nhận.", "The dossier has not been received."))
        _end_pause(dossier)
        journal.record(dossier, "stop", actor=actor, at=clock.now(), note=text, event=Stopped)
        return queries.as_dossier(dossier)


def _end_pause(dossier: Dossier) -> None:
    dossier.paused_at = None
    dossier.status_before_pause = 0
