"""The one way a dossier changes: load and lock, step by the table, version, timeline, status letter, audit, event."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from lienthong.casework.dossiers import states
from lienthong.casework.dossiers.events import DossierEvent
from lienthong.casework.dossiers.models import Attachment, Dossier, StatusChange, UnsentChange
from lienthong.casework.dossiers.types import Paper, Status
from lienthong.kernel import audit, clock, events, jobs
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import nfc, tr

SENDER: Final = "dossiers.send_status_letters"
MAX_PAPERS: Final = 60


def lock_dossier(dossier_id: UUID) -> Dossier:
    """The dossier, locked to the end of the transaction. Raises NotFound `dossiers.unknown`."""
    dossier = Dossier.objects.select_for_update().filter(pk=dossier_id).first()
    if dossier is None:
        raise NotFound("dossiers.unknown", tr("Không tìm thấy hồ sơ.", "There is no such dossier."))
    return dossier


def load_dossier(dossier_id: UUID) -> Dossier:
    """The dossier as it is, unlocked: before an outside call. Raises NotFound `dossiers.unknown`."""
    dossier = Dossier.objects.filter(pk=dossier_id).first()
    if dossier is None:
        raise NotFound("dossiers.unknown", tr("Không tìm thấy hồ sơ.", "There is no such dossier."))
    return dossier


def check_step(dossier: Dossier, deed: str) -> None:
    """Raises Conflict `dossiers.moved-on` when the table has no such step from where the dossier is now."""
    if not states.may_follow(dossier.status, deed):
        state = states.state_of(dossier.status)
        raise Conflict(
            "dossiers.moved-on",
            tr(
                "Không thực hiện được “{deed}”: hồ sơ đang ở trạng thái “{state}”.",
                "“{deed}” is not possible: the dossier's status is “{state}”.",
            ).format(deed=states.DEEDS[deed].label, state=state.label),
            details={"dossier_status": dossier.status},
        )


def record(
    dossier: Dossier,
    deed: str,
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    event: type[DossierEvent] | None = None,
    back_to: int = 0,
    **facts: Any,
) -> None:
    """Take the step and leave every trace of it; the caller holds the lock and has set its own columns."""
    check_step(dossier, deed)
    before = dossier.status
    dossier.status = states.after(before, deed, back_to=back_to)
    ends = states.state_of(dossier.status).clock in ("ended", "none")
    if ends and dossier.finished_at is None:
        dossier.finished_at = at
    dossier.version += 1
    dossier.timeline[str(dossier.version)] = timeline_entry(at, dossier.status, deed, note)
    dossier.save()
    post_change(dossier, deed, at=at, note=note)
    audit.record(
        actor, f"dossiers.{deed}", f"dossier:{dossier.pk}", status=dossier.status, version=dossier.version, **facts
    )
    if event is not None:
        publish(dossier, event, at=at, status_before=before)


def timeline_entry(at: datetime, status: int, deed: str, note: str) -> dict[str, Any]:
    """One entry of the timeline, the same on both sides."""
    return {"at": iso(at), "status": int(status), "deed": deed, "note": note}


def iso(moment: datetime | None) -> str | None:
    """A moment as letters carry it: ISO 8601 in Vietnam's zone."""
    return None if moment is None else moment.astimezone(clock.ZONE).isoformat()


def post_change(dossier: Dossier, deed: str, *, at: datetime, note: str) -> None:
    """Queue the change for the next status letter, with everything the portal's copy shows as of now."""
    body = {
        "id": str(dossier.pk),
        "version": dossier.version,
        "status": int(dossier.status),
        "deed": deed,
        "at": iso(at),
        "note": note,
        "submitted_at": iso(dossier.submitted_at),
        "received_at": iso(dossier.received_at),
        "due_at": iso(dossier.due_at),
        "finished_at": iso(dossier.finished_at),
        "returned_at": iso(dossier.returned_at),
        "fee_paid_at": iso(dossier.fee_paid_at),
    }
    body |= {name: getattr(dossier, name) for name in _PLAIN}
    change = StatusChange.objects.create(
        dossier=dossier, version=dossier.version, status=dossier.status, at=at, body=body
    )
    UnsentChange.objects.create(change=change)
    jobs.wake(SENDER)


_PLAIN: Final = (
    "code", "reference_code", "procedure_code", "procedure_version", "agency_code", "reception_code", "channel",
    "return_way", "applicant_name", "applicant_number", "subject", "fee_amount", "result_number",
)  # fmt: skip


def publish(dossier: Dossier, event: type[DossierEvent], *, at: datetime, status_before: int) -> None:
    """Tell the floors above."""
    events.publish(
        event(
            dossier_id=dossier.pk,
            version=dossier.version,
            code=dossier.code,
            procedure_code=dossier.procedure_code,
            agency_code=dossier.agency_code,
            reception_code=dossier.reception_code,
            channel=dossier.channel,
            status=int(dossier.status),
            status_before=int(status_before),
            at=at,
            submitted_at=dossier.submitted_at,
            received_at=dossier.received_at,
            due_at=dossier.due_at,
            finished_at=dossier.finished_at,
            applicant_number=dossier.applicant_number,
        )
    )


def add_papers(dossier: Dossier, papers: tuple[Paper, ...], *, at: datetime, round_number: int) -> None:
    """Attach stored files. Raises Refused `dossiers.too-many-papers`."""
    if len(papers) > MAX_PAPERS:
        raise Refused(
            "dossiers.too-many-papers",
            tr(f"Mỗi lần gửi nhiều nhất {MAX_PAPERS} tệp.", f"At most {MAX_PAPERS} files at a time."),
            field="papers",
        )
    Attachment.objects.bulk_create(
        [
            Attachment(
                dossier=dossier,
                component_code=paper.component_code,
                title=nfc(paper.title)[:250],
                sha256=paper.file.sha256,
                name=paper.file.name,
                media_type=paper.file.media_type,
                size=paper.file.size,
                round=round_number,
                digitised=paper.digitised,
                reused=paper.reused,
                added_at=at,
            )
            for paper in papers
        ],
        ignore_conflicts=True,
    )


def paper_parts(papers: tuple[Paper, ...]) -> tuple[tuple[dict[str, Any], ...], tuple[FileRef, ...]]:
    """Papers as a letter carries them: the descriptions, and each file once as a part."""
    described = tuple(
        {
            "component_code": paper.component_code,
            "title": paper.title,
            "part": paper.file.sha256,
            "digitised": paper.digitised,
            "reused": paper.reused,
        }
        for paper in papers
    )
    return described, tuple({paper.file.sha256: paper.file for paper in papers}.values())


def finish_step(dossier: Dossier, duty: str, *, actor: Actor, at: datetime, start_next: str = "") -> None:
    """Close the open steps of a duty up to the next duty's, and open that one (phiếu kiểm soát, form 06).

    Reception stands twice in most procedures, first and last: only the steps that come next are closed.
    """
    account = actor.account_id if actor.kind == "officer" else None
    for step in dossier.steps.filter(finished_at__isnull=True).order_by("position"):
        if step.duty != duty:
            break
        step.started_at = step.started_at or at
        step.finished_at = at
        step.account_id = step.account_id or account
        step.save(update_fields=["started_at", "finished_at", "account_id"])
    if start_next:
        following = dossier.steps.filter(duty=start_next, started_at__isnull=True).order_by("position").first()
        if following is not None:
            following.started_at = at
            following.save(update_fields=["started_at"])


def is_open(dossier: Dossier) -> bool:
    """Is there still something to do before the result?"""
    return dossier.status not in (
        Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.DECIDED, Status.HANDED_OVER,
    )  # fmt: skip
