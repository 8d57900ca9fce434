"""Rows turned into the frozen types that leave the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, cast

from lienthong.casework.dossiers import models as tables
from lienthong.casework.dossiers import rules, states
from lienthong.casework.dossiers.types import (
    Applicant,
    Attachment,
    Channel,
    Dossier,
    DossierRow,
    FeeDemand,
    ReturnWay,
    Status,
    StepRow,
    SupplementRequest,
    TimelineEntry,
    Verdict,
)
from lienthong.kernel.files import PDF, FileRef
from lienthong.kernel.text import Bilingual
from lienthong.sources.procedures import queries as procedure_queries

NumberState = Literal["", "waiting", "issued", "refused"]


def as_dossier(row: tables.Dossier) -> Dossier:
    """The dossier, whole: seven short queries, for one page or one deed."""
    state = states.state_of(row.status)
    needs_number, published_fee = _by_procedure(row)
    return Dossier(
        id=row.pk,
        code=row.code,
        reference_code=row.reference_code,
        procedure_code=row.procedure_code,
        procedure_version=row.procedure_version,
        agency_code=row.agency_code,
        reception_code=row.reception_code,
        channel=cast("Channel", row.channel),
        return_way=cast("ReturnWay", row.return_way),
        applicant=Applicant(
            row.applicant_name, row.applicant_number, row.applicant_phone, row.applicant_email, row.applicant_address
        ),
        subject=row.subject,
        answers=row.answers,
        status=Status(row.status),
        status_label=state.label,
        colour=state.colour,
        version=row.version,
        submitted_at=row.submitted_at,
        received_at=row.received_at,
        due_at=row.due_at,
        paused_at=row.paused_at,
        decided_at=row.decided_at,
        finished_at=row.finished_at,
        returned_at=row.returned_at,
        fee_amount=row.fee_amount,
        fee_paid_at=row.fee_paid_at,
        published_fee=published_fee,
        needs_number=needs_number,
        personal_number=row.personal_number,
        number_state=cast("NumberState", row.number_state),
        number_problem=row.number_problem,
        verdict=cast("Verdict", row.verdict),
        decision_text=row.decision_text,
        draft_remarks=row.draft_remarks,
        drafted_at=row.drafted_at,
        result_number=row.result_number,
        result=result_file(row),
        handler_id=row.handler_id,
        awaiting=row.awaiting,
        attachments=tuple(as_attachment(one) for one in row.attachments.order_by("round", "added_at", "id")),
        timeline=read_timeline(row.timeline),
        supplements=_supplements(row),
        fees=tuple(as_fee(one) for one in row.fees.order_by("requested_at", "id")),
        steps=tuple(as_step(one) for one in row.steps.select_related("account").order_by("position")),
    )


def _by_procedure(row: tables.Dossier) -> tuple[bool, int | None]:
    """Does it issue a number, and what is the published fee; unknown here on nodes without the definition."""
    procedure = procedure_queries.find_procedure(row.procedure_code, version=row.procedure_version)
    if procedure is None:
        return False, None
    channel = cast("Channel", row.channel)
    if channel not in procedure.fees:
        return procedure.issues_personal_number, None
    return procedure.issues_personal_number, procedure_queries.fee_due(procedure, channel, row.answers)


def as_row(row: tables.Dossier) -> DossierRow:
    """A line of a list; the caller has joined the handler where it is shown."""
    state = states.state_of(row.status)
    return DossierRow(
        id=row.pk,
        code=row.code,
        reference_code=row.reference_code,
        procedure_code=row.procedure_code,
        subject=row.subject,
        agency_code=row.agency_code,
        reception_code=row.reception_code,
        channel=cast("Channel", row.channel),
        applicant_name=row.applicant_name,
        status=Status(row.status),
        status_label=state.label,
        colour=state.colour,
        submitted_at=row.submitted_at,
        received_at=row.received_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
        version=row.version,
        awaiting=row.awaiting,
        handler_name=row.handler.name if row.handler is not None else "",
    )


def read_timeline(timeline: Mapping[str, Any], *, with_notes: bool = True) -> tuple[TimelineEntry, ...]:
    """The entries in the order of their versions, whatever order they came in."""
    return tuple(_entry(int(version), timeline[version], with_notes) for version in sorted(timeline, key=int))


def _entry(version: int, entry: Mapping[str, Any], with_notes: bool) -> TimelineEntry:
    deed = states.DEEDS.get(entry["deed"])
    state = states.state_of(entry["status"])
    unknown = Bilingual(entry["deed"], entry["deed"])
    return TimelineEntry(
        version=version,
        at=datetime.fromisoformat(entry["at"]),
        status=Status(entry["status"]),
        deed=entry["deed"],
        label=deed.label if deed else unknown,
        told=deed.told if deed else state.label,
        note=entry["note"] if with_notes else "",
        colour=state.colour,
    )


def as_attachment(row: tables.Attachment) -> Attachment:
    """A paper with its file."""
    return Attachment(
        id=row.pk,
        component_code=row.component_code,
        title=row.title,
        file=FileRef(row.sha256, row.name, row.media_type, row.size),
        round=row.round,
        digitised=row.digitised,
        reused=row.reused,
    )


def _supplements(row: tables.Dossier) -> tuple[SupplementRequest, ...]:
    """The requests with their papers; the portal's copy has no rows of them and reads its story instead."""
    kept = tuple(as_supplement(one) for one in row.supplements.order_by("round"))
    return kept or told_requests(read_timeline(row.timeline))


def told_requests(story: Sequence[TimelineEntry]) -> tuple[SupplementRequest, ...]:
    """What status letters told about requests for papers: each is answered by the next supplement after it."""
    told: list[SupplementRequest] = []
    for entry in story:
        if entry.deed == "ask_supplement":
            reason, papers = rules.read_request(entry.note)
            before_reception = not any(one.deed == "receive" and one.version < entry.version for one in story)
            later = (one.at for one in story if one.deed == "supplement" and one.version > entry.version)
            request = SupplementRequest(len(told) + 1, papers, reason, before_reception, entry.at, next(later, None))
            told.append(request)
    return tuple(told)


def as_supplement(row: tables.Supplement) -> SupplementRequest:
    """A request for papers."""
    return SupplementRequest(
        round=row.round,
        papers=tuple(row.papers),
        reason=row.reason,
        before_reception=row.before_reception,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
    )


def as_fee(row: tables.Fee) -> FeeDemand:
    """A demand for a fee."""
    return FeeDemand(
        reference=row.reference,
        amount=row.amount,
        subject=row.subject,
        requested_at=row.requested_at,
        paid_at=row.paid_at,
        transaction_code=row.transaction_code,
        refund_due=row.refund_due,
    )


def as_step(row: tables.WorkStep) -> StepRow:
    """A step with its officer."""
    return StepRow(
        position=row.position,
        key=row.key,
        name=Bilingual(row.name_vi, row.name_en),
        duty=row.duty,
        account_id=row.account_id,
        officer_name=row.account.name if row.account is not None else "",
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def result_file(row: tables.Dossier) -> FileRef | None:
    """The sealed result, if there is one."""
    if not row.result_sha256:
        return None
    return FileRef(row.result_sha256, row.result_name, PDF, row.result_size)
