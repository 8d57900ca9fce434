"""Supplement (bổ sung hồ sơ): asked once per stage with the full list (form 02); the clock stands meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from lienthong.casework.dossiers import letters, queries, rights, rules
from lienthong.casework.dossiers.events import SupplementAsked, Supplemented
from lienthong.casework.dossiers.models import Dossier, Supplement
from lienthong.casework.dossiers.services import journal, pause
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.casework.dossiers.types import Paper, Status
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, Invalid, Refused
from lienthong.kernel.text import tr
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.sources.procedures import queries as procedure_queries

_MAX_LISTED = 40


def ask_supplement(*, dossier_id: UUID, papers: Sequence[str], reason: str, actor: Actor) -> DossierFacts:
    """Ask for everything that is missing, at once (form 02); status 5, the clock stands.

    Raises Refused `dossiers.supplement-empty`, Conflict `dossiers.supplement-asked` (already asked at this stage)
    or `dossiers.moved-on`, NotAllowed.
    """
    listed = [rules.clean_text(paper, field="papers", at_most=500) for paper in papers if paper.strip()]
    if not listed or len(listed) > _MAX_LISTED:
        raise Refused(
            "dossiers.supplement-empty",
            tr("Hãy ghi từng giấy tờ cần bổ sung.", "List every paper that is to be added."),
            field="papers",
        )
    why = rules.clean_text(reason, field="reason")
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "ask_supplement")
        journal.check_step(dossier, "ask_supplement")
        before_reception = dossier.status == Status.SUBMITTED
        if dossier.supplements.filter(before_reception=before_reception).exists():
            raise Conflict(
                "dossiers.supplement-asked",
                tr(
                    "Đã yêu cầu bổ sung một lần ở bước này; mỗi bước chỉ được yêu cầu một lần.",
                    "A supplement was already asked at this stage; it may be asked only once per stage.",
                ),
            )
        now = clock.now()
        Supplement.objects.create(
            dossier=dossier,
            round=dossier.supplements.count() + 1,
            papers=listed,
            reason=why,
            before_reception=before_reception,
            asked_at=now,
        )
        pause.start(dossier, now)
        note = rules.write_request(why, listed)[:4000]
        journal.record(dossier, "ask_supplement", actor=actor, at=now, note=note, event=SupplementAsked)
        return queries.as_dossier(dossier)


def supplement_dossier(
    *,
    dossier_id: UUID,
    papers: Sequence[Paper],
    actor: Actor,
    note: str = "",
    answers: Mapping[str, Any] | None = None,
) -> DossierFacts:
    """On the portal: send what was asked for to the node that answers; the copy waits for its word.

    Raises NotFound, Conflict `dossiers.moved-on`, Refused `dossiers.supplement-empty`, Invalid.
    """
    if not papers and not answers:
        raise Refused(
            "dossiers.supplement-empty",
            tr("Hãy đính kèm giấy tờ cần bổ sung.", "Attach the papers that were asked for."),
            field="papers",
        )
    text = rules.clean_text(note, field="note") if note.strip() else ""
    with db.atomic():
        dossier = rights.require_applicant(actor, Dossier.objects.select_for_update().filter(pk=dossier_id).first())
        journal.check_step(dossier, "supplement")
        if dossier.awaiting:
            raise Conflict(
                "dossiers.awaiting",
                tr("Bạn đã gửi bổ sung, đang chờ cơ quan xác nhận.", "Already sent; the agency has yet to confirm."),
            )
        now = clock.now()
        clean = _checked_answers(dossier, answers)
        last = dossier.attachments.order_by("-round").values_list("round", flat=True).first() or 0
        journal.add_papers(dossier, tuple(papers), at=now, round_number=last + 1)
        dossier.answers = clean or dossier.answers
        dossier.awaiting = "supplement"
        dossier.save(update_fields=["awaiting", "answers"])
        described, parts = journal.paper_parts(tuple(papers))
        letter = letters.DossierSupplemented.model_validate(
            {"dossier_id": dossier.pk, "note": text, "answers": clean, "papers": described, "at": now}
        )
        recipient = exchange_queries.node_for(dossier.agency_code).agency_code
        exchange.post_letter(letter, recipient=recipient, actor=actor, about=f"dossier:{dossier.pk}", parts=parts)
        audit.record(actor, "dossiers.send_supplement", f"dossier:{dossier.pk}", papers=len(papers))
        return queries.as_dossier(dossier)


def take_supplement(
    *,
    dossier_id: UUID,
    papers: Sequence[Paper],
    actor: Actor,
    note: str = "",
    answers: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> DossierFacts:
    """At the node that answers: take the papers (from the portal or over the counter); the clock runs on.

    From the portal they may come too late: then they are kept and the citizen is told that nothing changed.
    Raises Refused `dossiers.text-*` for the note.
    """
    text = rules.clean_text(note, field="note") if note.strip() else ""
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        if actor.kind != "system":
            rights.require_deed(actor, dossier, "supplement")
            journal.check_step(dossier, "supplement")
        now = clock.now()
        last = dossier.attachments.order_by("-round").values_list("round", flat=True).first() or 0
        journal.add_papers(dossier, tuple(papers), at=now, round_number=last + 1)
        if dossier.status != Status.SUPPLEMENT_ASKED:
            journal.record(dossier, "late_supplement", actor=actor, at=now)
            return queries.as_dossier(dossier)
        dossier.answers = _checked_answers(dossier, answers) or dossier.answers
        dossier.supplements.filter(answered_at__isnull=True).update(answered_at=now)
        back_to = pause.end(dossier, at or now, now)
        journal.record(dossier, "supplement", actor=actor, at=now, note=text, event=Supplemented, back_to=back_to)
        return queries.as_dossier(dossier)


def _checked_answers(dossier: Dossier, answers: Mapping[str, Any] | None) -> dict[str, Any]:
    """Corrected answers, clean; empty when none were given. Raises Invalid."""
    if not answers:
        return {}
    procedure = procedure_queries.get_procedure(dossier.procedure_code, version=dossier.procedure_version)
    if procedure.form is None:
        return dict(answers)
    clean, errors = procedure_queries.check_answers(procedure.form, dict(answers), today=clock.today())
    if errors:
        raise Invalid(errors, "dossiers.answers-invalid")
    return dict(clean)
