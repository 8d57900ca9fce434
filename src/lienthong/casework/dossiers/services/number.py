"""The child's personal number (số định danh cá nhân), asked of the population holder while a birth is handled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from lienthong.casework.dossiers import queries, rights
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.services import journal
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import clock, db
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.sources.population import services as population
from lienthong.sources.population.types import VIETNAMESE, ChildFacts, ParentFacts
from lienthong.sources.procedures import queries as procedure_queries


def request_number(*, dossier_id: UUID, actor: Actor) -> DossierFacts:
    """Report the birth to the register and wait for the number; the status stays 4.

    Raises Refused `dossiers.no-number` (the procedure issues none) or `population.*`, Conflict
    `dossiers.number-asked`.
    """
    with db.atomic():
        dossier = journal.lock_dossier(dossier_id)
        rights.require_deed(actor, dossier, "request_number")
        journal.check_step(dossier, "request_number")
        if not issues_number(dossier):
            raise Refused(
                "dossiers.no-number", tr("Thủ tục này không cấp số định danh.", "This procedure issues no number.")
            )
        if dossier.number_state in ("waiting", "issued"):
            raise Conflict(
                "dossiers.number-asked",
                tr("Đã gửi yêu cầu cấp số định danh.", "The personal number was already asked for."),
            )
        now = clock.now()
        dossier.number_request_id = new_id()
        dossier.number_state = "waiting"
        dossier.number_problem = ""
        population.register_birth(
            request_id=dossier.number_request_id,
            child=child_of(dossier.answers),
            mother=parent_of(dossier.answers, "mother"),
            father=parent_of(dossier.answers, "father"),
            registered_at_commune_gso=agency_queries.recall_agency(dossier.agency_code).gso_code,
            registration_date=now.date(),
            actor=actor,
        )
        journal.record(dossier, "request_number", actor=actor, at=now, request=dossier.number_request_id)
        return queries.as_dossier(dossier)


def record_number(*, request_id: UUID, personal_number: str) -> None:
    """Keep the number that the holder issued; a second telling changes nothing."""
    with db.atomic():
        dossier = _waiting(request_id)
        if dossier is None:
            return
        dossier.number_state = "issued"
        dossier.personal_number = personal_number
        journal.record(dossier, "number_issued", actor=SYSTEM, at=clock.now(), request=request_id)


def record_number_refusal(*, request_id: UUID, reason: Bilingual) -> None:
    """Keep why the holder refused, so that the handler corrects the dossier and asks again."""
    with db.atomic():
        dossier = _waiting(request_id)
        if dossier is None:
            return
        dossier.number_state = "refused"
        dossier.number_problem = reason.vi[:1000]
        journal.record(dossier, "number_refused", actor=SYSTEM, at=clock.now(), request=request_id)


def _waiting(request_id: UUID) -> Dossier | None:
    return Dossier.objects.select_for_update().filter(number_request_id=request_id, number_state="waiting").first()


def issues_number(dossier: Dossier) -> bool:
    """Does the procedure, in the version the dossier was received under, issue a personal number?"""
    procedure = procedure_queries.get_procedure(dossier.procedure_code, version=dossier.procedure_version)
    return procedure.issues_personal_number


def child_of(answers: Mapping[str, Any]) -> ChildFacts:
    """The child (người được khai sinh) out of the birth form's answers. Raises Refused `dossiers.birth-incomplete`."""
    child = answers.get("child") or {}
    try:
        return ChildFacts(
            name=child["name"],
            birth_date=date.fromisoformat(child["birth_date"]),
            sex=child["sex"],
            ethnicity=child.get("ethnicity", ""),
            nationality=child.get("nationality") or VIETNAMESE,
            birth_place=child.get("birth_place", ""),
            hometown=child.get("hometown", ""),
        )
    except (KeyError, ValueError) as error:
        raise Refused(
            "dossiers.birth-incomplete",
            tr("Tờ khai thiếu thông tin của trẻ.", "The form lacks facts about the child."),
            field="child",
        ) from error


def parent_of(answers: Mapping[str, Any], role: str) -> ParentFacts | None:
    """The mother or father as declared; None when not declared."""
    parent = answers.get(role) or {}
    if not parent.get("number"):
        return None
    return ParentFacts(personal_number=parent["number"], name=parent.get("name", ""))
