"""Handling (xử lý hồ sơ): who has it, and looking people up beside it."""

from __future__ import annotations

from uuid import UUID

from lienthong.casework.dossiers import queries, rights, rules
from lienthong.casework.dossiers.events import Assigned
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.services import journal
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.identity.types import OfficerRef
from lienthong.sources.population import queries as population_queries
from lienthong.sources.population.types import PersonRecord


def assign_dossier(*, dossier_id: UUID, officer_id: int, actor: Actor, note: str = "") -> DossierFacts:
    """Give the dossier to a handler of the deciding agency; a handler may also take it.

    Raises NotAllowed, Refused `dossiers.no-such-handler`, Conflict `dossiers.moved-on`.
    """
    text = rules.clean_text(note, field="note", at_most=500) if note.strip() else ""
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "assign")
        if not actor.has("reception", "leader") and officer_id != actor.account_id:
            raise NotAllowed(
                "dossiers.not-your-duty",
                tr("Bạn chỉ có thể tự nhận hồ sơ.", "You can only take the dossier yourself."),
            )
        officer = _handler_of(dossier, officer_id)
        now = clock.now()
        dossier.handler_id = officer.account_id
        step = dossier.steps.filter(duty="handling", finished_at__isnull=True).order_by("position").first()
        if step is not None:
            step.account_id = officer.account_id
            step.started_at = step.started_at or now
            step.save(update_fields=["account_id", "started_at"])
        journal.record(dossier, "assign", actor=actor, at=now, note=text, event=Assigned, officer=officer.account_id)
        return queries.as_dossier(dossier)


def _handler_of(dossier: Dossier, officer_id: int) -> OfficerRef:
    for officer in queries.list_handlers(dossier.agency_code):
        if officer.account_id == officer_id:
            return officer
    raise Refused(
        "dossiers.no-such-handler",
        tr("Chọn một cán bộ thụ lý của cơ quan.", "Choose a handler of the agency."),
        field="officer",
    )


def look_up_person(
    *, dossier_id: UUID, personal_number: str, purpose: str, legal_ground: str, actor: Actor
) -> PersonRecord:
    """Ask the population register about somebody this dossier is about; on the ledger at both ends.

    The question leaves before anything is written here, so no transaction waits for another agency.
    Raises NotAllowed, Refused `exchange.*` or `population.*`, NotFound.
    """
    dossier = Dossier.objects.filter(pk=dossier_id).first()
    if dossier is None:
        raise NotFound("dossiers.unknown", tr("Không tìm thấy hồ sơ.", "There is no such dossier."))
    rights.require_reading(actor, dossier)
    if not journal.is_open(dossier):
        raise NotAllowed(
            "dossiers.closed",
            tr("Hồ sơ đã kết thúc, không còn căn cứ để tra cứu.", "The dossier is closed; there is no ground to look."),
        )
    if personal_number not in dict(queries.list_people_named(queries.as_dossier(dossier))):
        raise Refused(
            "dossiers.not-named",
            tr("Chỉ tra cứu người có tên trong hồ sơ.", "Only people named in the dossier may be looked up."),
            field="number",
        )
    person = population_queries.look_up(personal_number, purpose=purpose, legal_ground=legal_ground, actor=actor)
    audit.record(actor, "dossiers.look_up", f"dossier:{dossier.pk}", purpose=purpose, legal_ground=legal_ground[:200])
    return person
