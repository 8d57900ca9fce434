"""Reception at the one-stop unit (tiếp nhận hồ sơ): code, return date, refusal, filing at the counter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from lienthong.casework.dossiers import queries, rights, rules
from lienthong.casework.dossiers.events import Received, Refused, Submitted
from lienthong.casework.dossiers.models import Dossier, WorkStep
from lienthong.casework.dossiers.services import codes, journal
from lienthong.casework.dossiers.services.submit import check_filing, new_dossier, reception_of
from lienthong.casework.dossiers.types import Applicant, Channel, Paper, ReturnWay
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotAllowed
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.sources.procedures import queries as procedure_queries
from lienthong.sources.procedures.types import Procedure


def receive_dossier(*, dossier_id: UUID, actor: Actor) -> DossierFacts:
    """Receive a filed dossier: official code, return date by the agency's calendar, steps of the procedure.

    Raises NotAllowed, NotFound, Conflict `dossiers.moved-on` (somebody else was first).
    """
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "receive")
        journal.check_step(dossier, "receive")
        _receive(dossier, actor, clock.now())
        return queries.as_dossier(dossier)


def refuse_dossier(*, dossier_id: UUID, reason: str, actor: Actor) -> DossierFacts:
    """Refuse at reception, with the reason in full (form 03). Raises as receive_dossier, and Refused for no reason."""
    note = rules.clean_text(reason, field="reason")
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "refuse")
        if dossier.received_at is not None:
            raise Conflict(
                "dossiers.moved-on",
                tr(
                    "Hồ sơ đã được tiếp nhận, không từ chối được nữa.", "It is received and cannot be refused any more."
                ),
            )
        journal.record(dossier, "refuse", actor=actor, at=clock.now(), note=note, event=Refused)
        return queries.as_dossier(dossier)


def file_at_counter(
    *,
    procedure_code: str,
    agency_code: str,
    answers: Mapping[str, Any],
    papers: Sequence[Paper],
    applicant: Applicant,
    actor: Actor,
    reception_code: str = "",
    channel: Channel = "direct",
    return_way: ReturnWay = "counter",
) -> DossierFacts:
    """File for a person at the counter (or by post) and receive at once. Raises Invalid, Refused, NotAllowed."""
    desk = reception_code or reception_of(agency_code)
    if not actor.has("reception") or not rights.receives_at(actor, desk):
        raise NotAllowed("dossiers.not-your-duty", tr("Bạn không tiếp nhận ở đây.", "You do not receive here."))
    procedure = procedure_queries.get_procedure(procedure_code)
    clean = check_filing(procedure, answers, papers, channel=channel)
    with db.atomic():
        now = clock.now()
        dossier = new_dossier(
            dossier_id=new_id(),
            procedure=procedure,
            agency_code=agency_code,
            reception_code=desk,
            channel=channel,
            return_way=return_way,
            applicant=applicant,
            answers=clean,
            reference_code="",
            at=now,
        )
        dossier.save(force_insert=True)
        journal.add_papers(dossier, tuple(papers), at=now, round_number=0)
        journal.post_change(dossier, "submit", at=now, note="")
        audit.record(actor, "dossiers.submit", f"dossier:{dossier.pk}", procedure=procedure.code, channel=channel)
        journal.publish(dossier, Submitted, at=now, status_before=0)
        _receive(dossier, actor, now, procedure)
        return queries.as_dossier(dossier)


def _receive(dossier: Dossier, actor: Actor, now: datetime, procedure: Procedure | None = None) -> None:
    procedure = procedure or procedure_queries.get_procedure(dossier.procedure_code, version=dossier.procedure_version)
    calendar = agency_queries.get_calendar(dossier.agency_code)
    dossier.code = codes.next_code(dossier.reception_code, now.date())
    dossier.received_at = now
    dossier.due_at = procedure_queries.due_at(procedure, now, calendar, channel=_channel(dossier))
    dossier.search = rules.search_text(dossier.code, dossier.search)
    _plan_steps(dossier, procedure)
    journal.finish_step(dossier, "reception", actor=actor, at=now, start_next="handling")
    journal.record(dossier, "receive", actor=actor, at=now, event=Received, code=dossier.code)


def _channel(dossier: Dossier) -> Channel:
    return "online" if dossier.channel == "online" else "postal" if dossier.channel == "postal" else "direct"


def _plan_steps(dossier: Dossier, procedure: Procedure) -> None:
    WorkStep.objects.bulk_create(
        [
            WorkStep(
                dossier=dossier,
                position=position,
                key=step.key,
                name_vi=step.name.vi,
                name_en=step.name.en,
                duty=step.duty,
            )
            for position, step in enumerate(procedure.steps, start=1)
        ]
    )
