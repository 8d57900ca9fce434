"""Filing on the portal (nộp hồ sơ trực tuyến) and its arrival at the node that answers (đăng ký hồ sơ đến)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from lienthong.casework.dossiers import letters, queries, rules
from lienthong.casework.dossiers.events import Submitted
from lienthong.casework.dossiers.models import Dossier
from lienthong.casework.dossiers.services import codes, journal
from lienthong.casework.dossiers.types import RETURN_WAYS, Applicant, Channel, Paper, ReturnWay, Status
from lienthong.casework.dossiers.types import Dossier as DossierFacts
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.kernel.text import nfc, tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.agencies.types import AgencyKind
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import Envelope
from lienthong.sources.procedures import queries as procedure_queries
from lienthong.sources.procedures.types import Procedure


def submit_dossier(
    *,
    procedure_code: str,
    agency_code: str,
    answers: Mapping[str, Any],
    papers: Sequence[Paper],
    applicant: Applicant,
    actor: Actor,
    reception_code: str = "",
    return_way: ReturnWay = "electronic",
    dossier_id: UUID | None = None,
) -> DossierFacts:
    """File a dossier on the portal: checked once more, kept, and posted to the node that answers.

    With `dossier_id` (the draft's id) a second press of the button gives the first filing back.
    Raises Invalid (the answers), Refused `dossiers.papers-missing`, NotAllowed, Conflict `dossiers.id-taken`.
    """
    if actor.kind != "person" or actor.personal_number != applicant.number:
        raise NotAllowed(
            "dossiers.not-yours", tr("Bạn chỉ nộp được hồ sơ của mình.", "You may file only for yourself.")
        )
    procedure = procedure_queries.get_procedure(procedure_code)
    clean = check_filing(procedure, answers, papers, channel="online")
    recipient = exchange_queries.node_for(agency_code).agency_code
    with db.atomic():
        if dossier_id is not None:
            db.advisory_lock(f"dossier:{dossier_id}")
            filed = Dossier.objects.filter(pk=dossier_id).first()
            if filed is not None:
                if filed.applicant_number != actor.personal_number:
                    raise Conflict("dossiers.id-taken", tr("Mã hồ sơ này đã được dùng.", "This id is already in use."))
                return queries.as_dossier(filed)
        now = clock.now()
        dossier = new_dossier(
            dossier_id=dossier_id or new_id(),
            procedure=procedure,
            agency_code=agency_code,
            reception_code=reception_code or reception_of(agency_code),
            channel="online",
            return_way=return_way,
            applicant=applicant,
            answers=clean,
            reference_code=codes.next_reference(node().agency_code, now.date()),
            at=now,
        )
        dossier.save(force_insert=True)
        journal.add_papers(dossier, tuple(papers), at=now, round_number=0)
        _post_submission(dossier, tuple(papers), recipient, actor)
        audit.record(actor, "dossiers.submit", f"dossier:{dossier.pk}", procedure=procedure.code, agency=agency_code)
        return queries.as_dossier(dossier)


def _post_submission(dossier: Dossier, papers: tuple[Paper, ...], recipient: str, actor: Actor) -> None:
    described, parts = journal.paper_parts(papers)
    letter = letters.DossierSubmitted.model_validate(
        {
            "dossier_id": dossier.pk,
            "reference_code": dossier.reference_code,
            "procedure_code": dossier.procedure_code,
            "procedure_version": dossier.procedure_version,
            "agency_code": dossier.agency_code,
            "reception_code": dossier.reception_code,
            "channel": dossier.channel,
            "return_way": dossier.return_way,
            "applicant_name": dossier.applicant_name,
            "applicant_number": dossier.applicant_number,
            "applicant_phone": dossier.applicant_phone,
            "applicant_email": dossier.applicant_email,
            "applicant_address": dossier.applicant_address,
            "subject": dossier.subject,
            "answers": dossier.answers,
            "papers": described,
            "submitted_at": dossier.submitted_at.astimezone(clock.ZONE),
        }
    )
    exchange.post_letter(letter, recipient=recipient, actor=actor, about=f"dossier:{dossier.pk}", parts=parts)


def register_dossier(*, letter: letters.DossierSubmitted, envelope: Envelope, actor: Actor) -> None:
    """Enter a dossier that came from the portal (đăng ký hồ sơ đến); it waits for reception. Again: nothing changes.

    Raises Refused `dossiers.not-ours`, `dossiers.part-missing`, Conflict `dossiers.id-taken`, NotFound
    `procedures.unknown`, Invalid; the portal then learns the reason by the signed receipt.
    """
    if exchange_queries.node_for(letter.agency_code).agency_code != node().agency_code:
        raise Refused(
            "dossiers.not-ours",
            tr("Hồ sơ gửi nhầm cơ quan.", "This agency does not answer for the dossier."),
            field="agency_code",
        )
    _require_known_desk(letter.reception_code)
    procedure = procedure_queries.get_procedure(letter.procedure_code, version=letter.procedure_version)
    papers = papers_of(letter.papers, envelope.parts)
    clean = check_filing(procedure, letter.answers, papers, channel=letter.channel)
    dossier = new_dossier(
        dossier_id=letter.dossier_id,
        procedure=procedure,
        agency_code=letter.agency_code,
        reception_code=letter.reception_code,
        channel=letter.channel,
        return_way=letter.return_way,
        applicant=Applicant(
            letter.applicant_name, letter.applicant_number, letter.applicant_phone, letter.applicant_email,
            letter.applicant_address,
        ),
        answers=clean,
        reference_code=letter.reference_code,
        at=letter.submitted_at,
    )  # fmt: skip
    dossier.subject = nfc(letter.subject)
    if _is_here(dossier, papers):
        return
    dossier.save(force_insert=True)
    journal.add_papers(dossier, papers, at=clock.now(), round_number=0)
    audit.record(actor, "dossiers.register", f"dossier:{dossier.pk}", sender=envelope.sender)
    journal.publish(dossier, Submitted, at=dossier.submitted_at, status_before=0)


_FILED = (
    "pk", "reference_code", "procedure_code", "procedure_version", "agency_code", "reception_code", "channel",
    "return_way", "applicant_name", "applicant_number", "applicant_phone", "applicant_email", "applicant_address",
    "subject", "submitted_at",
)  # fmt: skip
"""What a filing says and no later step changes."""


def _is_here(dossier: Dossier, papers: Sequence[Paper]) -> bool:
    """Has this very filing been registered? Raises Conflict `dossiers.id-taken` when another one has its id or code."""
    db.advisory_lock(f"dossier:{dossier.pk}")
    taken = Q(pk=dossier.pk) | Q(reference_code=dossier.reference_code) & ~Q(reference_code="")
    there = list(Dossier.objects.filter(taken))
    if any(not _is_same_filing(one, dossier, papers) for one in there):
        raise Conflict(
            "dossiers.id-taken",
            tr("Mã hồ sơ này đã được đăng ký ở đây.", "A dossier with this id or code is registered here already."),
            field="dossier_id",
        )
    return bool(there)


def _is_same_filing(there: Dossier, dossier: Dossier, papers: Sequence[Paper]) -> bool:
    """However far the dossier has come since; a supplement may have put other answers in the place of those filed."""
    corrected = any(entry["deed"] == "supplement" for entry in there.timeline.values())
    return (
        all(getattr(there, name) == getattr(dossier, name) for name in _FILED)
        and (corrected or there.answers == dossier.answers)
        and set(there.attachments.filter(round=0).values_list("component_code", "sha256"))
        == {(paper.component_code, paper.file.sha256) for paper in papers}
    )


def _require_known_desk(reception_code: str) -> None:
    """A desk that is not would be nobody's work list. Raises NotFound `agencies.unknown`."""
    if agency_queries.find_agency(reception_code) is None:
        raise NotFound(
            "agencies.unknown",
            tr(
                f"Không có bộ phận một cửa mang mã {reception_code}.",
                f"There is no desk with the code {reception_code}.",
            ),
            field="reception_code",
        )


def check_filing(
    procedure: Procedure, answers: Mapping[str, Any], papers: Sequence[Paper], *, channel: Channel
) -> dict[str, Any]:
    """The answers, clean; raises Invalid, or Refused `dossiers.channel-closed` or `dossiers.papers-missing`."""
    if channel not in procedure.fees:
        raise Refused(
            "dossiers.channel-closed",
            tr("Thủ tục này không nhận hồ sơ qua kênh này.", "This procedure is not open on this channel."),
        )
    if procedure.form is None:
        return dict(answers)
    clean, errors = procedure_queries.check_answers(procedure.form, dict(answers), today=clock.today())
    if errors:
        raise Invalid(errors, "dossiers.answers-invalid")
    _require_files(procedure, clean, papers)
    asked = tuple(
        part for part in procedure.components if not part.register_name and not _is_the_form(part.code, procedure)
    )
    lacking = rules.missing_components(asked, (paper.component_code for paper in papers))
    if lacking and channel == "online":
        names = "; ".join(part.name.vi for part in asked if part.code in lacking)
        names_en = "; ".join(part.name.en for part in asked if part.code in lacking)
        raise Refused(
            "dossiers.papers-missing",
            tr(f"Còn thiếu giấy tờ: {names}.", f"Papers are missing: {names_en}."),
            field="papers",
            details={"components": list(lacking)},
        )
    return dict(clean)


def _require_files(procedure: Procedure, answers: Mapping[str, Any], papers: Sequence[Paper]) -> None:
    """Every file that the answers name must come along; a name alone could point to somebody else's file."""
    there = {paper.file.sha256 for paper in papers}
    for one in procedure.form.fields() if procedure.form else ():
        named = procedure_queries.answer_at(answers, one.path) if one.kind == "file" else None
        if named and named["sha256"] not in there:
            raise Refused(
                "dossiers.papers-missing",
                tr(f"Thiếu tệp của “{one.title.vi}”.", f"The file for “{one.title.en}” is missing."),
                field=one.path,
            )


def _is_the_form(component_code: str, procedure: Procedure) -> bool:
    """A required component that no question attaches is the declaration itself: the answers stand for it."""
    return procedure.form is not None and component_code not in {one.component for one in procedure.form.fields()}


def papers_of(described: Sequence[letters.PaperPart], parts: Sequence[FileRef]) -> tuple[Paper, ...]:
    """Papers of a letter joined with its parts. Raises Refused `dossiers.part-missing`."""
    files = {part.sha256: part for part in parts}
    missing = [paper["part"] for paper in described if paper["part"] not in files]
    if missing:
        raise Refused(
            "dossiers.part-missing",
            tr("Thư thiếu tệp đính kèm đã khai.", "The letter lacks a part that it describes."),
            details={"parts": missing},
        )
    return tuple(
        Paper(paper["component_code"], paper["title"], files[paper["part"]], paper["digitised"], paper["reused"])
        for paper in described
    )


def new_dossier(
    *,
    dossier_id: UUID,
    procedure: Procedure,
    agency_code: str,
    reception_code: str,
    channel: Channel,
    return_way: ReturnWay,
    applicant: Applicant,
    answers: dict[str, Any],
    reference_code: str,
    at: datetime,
) -> Dossier:
    """A dossier in status 1, version 1, not yet stored; both sides make it alike."""
    if return_way not in RETURN_WAYS:
        raise Refused(
            "dossiers.return-way", tr("Chọn cách nhận kết quả.", "Choose how to get the result."), field="return_way"
        )
    agency_queries.get_agency(agency_code)
    name = rules.clean_text(applicant.name, field="applicant_name", at_most=250)
    subject = procedure.name.vi[:500]
    return Dossier(
        id=dossier_id,
        reference_code=reference_code,
        procedure_code=procedure.code,
        procedure_version=procedure.version,
        agency_code=agency_code,
        reception_code=reception_code,
        channel=channel,
        return_way=return_way,
        applicant_name=name,
        applicant_number=applicant.number,
        applicant_phone=nfc(applicant.phone)[:20],
        applicant_email=nfc(applicant.email)[:250],
        applicant_address=nfc(applicant.address)[:250],
        subject=subject,
        answers=answers,
        search=rules.search_text(reference_code, name, applicant.number, subject),
        status=Status.SUBMITTED,
        version=1,
        timeline={"1": journal.timeline_entry(at, Status.SUBMITTED, "submit", "")},
        submitted_at=at,
    )


def reception_of(agency_code: str) -> str:
    """The one-stop unit (bộ phận một cửa) of an agency, or the agency itself where it has none."""
    units = agency_queries.list_agencies(under=agency_code)
    return next((unit.code for unit in units if unit.kind is AgencyKind.ONE_STOP), agency_code)
