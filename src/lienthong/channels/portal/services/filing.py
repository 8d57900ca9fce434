"""Filing (nộp hồ sơ) and sending what was asked for afterwards (bổ sung hồ sơ)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from lienthong.casework.dossiers import queries as dossiers_queries
from lienthong.casework.dossiers import services as dossiers
from lienthong.casework.dossiers.types import RETURN_WAYS, Applicant, Dossier, Paper
from lienthong.channels.portal import places, queries
from lienthong.channels.portal.models import Draft
from lienthong.channels.portal.services.drafts import not_own_number, require_filer
from lienthong.channels.portal.types import DraftRef
from lienthong.kernel import clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, Invalid
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import fold, tr
from lienthong.platform.agencies.types import AgencyRef
from lienthong.sources.procedures import queries as procedures_queries
from lienthong.sources.procedures.types import Procedure


def receiver_of(draft: DraftRef) -> AgencyRef:
    """Who will receive this draft. Raises Invalid `portal.place-not-connected`."""
    return places.receiving_agency(draft.procedure, draft.answers)


def file_draft(*, draft_id: UUID, actor: Actor) -> Dossier:
    """File the draft: its dossier has the draft's id, so pressing twice files once.

    Raises Invalid with every wrong answer, NotFound for somebody else's draft, Conflict `portal.form-changed` when
    the form has a new version (the draft is moved to it), NotAllowed `portal.level`.
    """
    require_filer(actor)
    draft = queries.get_draft(draft_id, actor, filed_too=True)
    if draft.filed:
        return dossiers_queries.get_my_dossier(draft_id, actor)
    _require_current_form(draft)
    clean, errors = procedures_queries.check_answers(draft.form, draft.answers, today=clock.today())
    errors += not_own_number(clean, actor)
    if errors:
        raise Invalid(errors)
    agency = places.receiving_agency(draft.procedure, clean)
    with db.atomic():
        Draft.objects.select_for_update().get(pk=draft_id)
        dossier = dossiers.submit_dossier(
            procedure_code=draft.procedure.code,
            agency_code=agency.code,
            answers=clean,
            papers=_papers(draft, clean),
            applicant=_applicant(clean, actor),
            return_way=_return_way(clean),
            dossier_id=draft.id,
            actor=actor,
        )
        Draft.objects.filter(pk=draft_id, filed_at=None).update(filed_at=clock.now())
    return dossier


def _require_current_form(draft: DraftRef) -> None:
    current = procedures_queries.get_procedure(draft.procedure.code)
    if current.version == draft.procedure.version or current.form is None:
        return
    Draft.objects.filter(pk=draft.id).update(procedure_version=current.version)
    raise Conflict(
        "portal.form-changed",
        tr(
            "Biểu mẫu của thủ tục vừa thay đổi. Câu trả lời của bạn vẫn còn; hãy xem lại rồi nộp.",
            "The form of this service has just changed. Your answers are kept; look at them again, then file.",
        ),
    )


def _papers(draft: DraftRef, answers: Mapping[str, Any]) -> list[Paper]:
    papers = []
    for one in draft.form.fields():
        described = procedures_queries.answer_at(answers, one.path) if one.kind == "file" else None
        if described:
            component = draft.procedure.get_component(one.component) if one.component else None
            title = component.name.vi if component else one.title.vi
            papers.append(Paper(one.component, title, FileRef(**described), digitised=True))
    return papers


def _applicant(answers: Mapping[str, Any], actor: Actor) -> Applicant:
    given = answers.get("applicant", {})
    return Applicant(
        name=str(given.get("name") or actor.name),
        number=actor.personal_number,
        phone=str(given.get("phone", "")),
        email=str(given.get("email", "")),
        address=str(given.get("address", "")),
    )


def _return_way(answers: Mapping[str, Any]) -> Any:
    chosen = answers.get("delivery", {}).get("method", "electronic")
    return chosen if chosen in RETURN_WAYS else "electronic"


def send_supplement(*, dossier_id: UUID, papers: Sequence[tuple[str, FileRef]], note: str, actor: Actor) -> Dossier:
    """Send what the agency asked for: (what it asked for, the stored file) each.

    Raises as dossiers.supplement_dossier does: Refused `dossiers.supplement-empty`, Conflict, NotFound.
    """
    dossier = dossiers_queries.get_my_dossier(dossier_id, actor)
    procedure = procedures_queries.find_procedure(dossier.procedure_code, version=dossier.procedure_version)
    sent = [Paper(_component_of(title, procedure), title, file, digitised=True) for title, file in papers]
    return dossiers.supplement_dossier(dossier_id=dossier_id, papers=sent, note=note, actor=actor)


def _component_of(title: str, procedure: Procedure | None) -> str:
    """The component that the officer's words name, if they are its very name."""
    wanted = fold(title)
    named = (part.code for part in (procedure.components if procedure else ()) if fold(part.name.vi) == wanted)
    return next(named, "")
