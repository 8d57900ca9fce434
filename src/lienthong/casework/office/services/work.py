"""Work on arrivals (xử lý văn bản đến): given with a deadline, taken up, handed over, finished; the axis hears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from lienthong.casework.office import rights, rules, states
from lienthong.casework.office.models import Draft, OrderStep, WorkOrder, WorkShare
from lienthong.casework.office.queries import people
from lienthong.casework.office.services import telling
from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agency_queries
from lienthong.platform.documents import queries as document_queries
from lienthong.platform.documents import services as documents
from lienthong.platform.documents.types import Staff, StatusCode
from lienthong.platform.identity.types import OfficerRef

MAX_PARTNERS = 50


def assign_arrival(
    arrival_id: UUID,
    lead_id: int,
    partner_ids: Sequence[int] = (),
    *,
    due_on: date | None = None,
    instruction: str = "",
    actor: Actor,
) -> int:
    """Give a registered arrival to one who leads and others who help; says 04 to the sender. Gives the work's id.

    Raises NotAllowed `office.not-your-part`; Refused `office.no-lead`, `office.due-passed`; Conflict
    `office.assigned-already`, `documents.*` (not registered yet, recalled).
    """
    _require_assigner(actor)
    words = rules.clean_text(instruction, field="instruction", at_most=2000, needed=False)
    _check_due(due_on)
    arrival = document_queries.get_arrival(arrival_id, actor)
    lead, partners = _people(arrival.agency_code, lead_id, partner_ids)
    now = clock.now()
    with db.atomic():
        db.advisory_lock(f"office:work:{arrival.agency_code}:{arrival_id}")
        there = WorkOrder.objects.filter(agency_code=arrival.agency_code, arrival_id=arrival_id)
        if there.exclude(status="called-off").exists():
            raise Conflict(
                "office.assigned-already",
                tr("Văn bản này đã giao xử lý.", "Work on this document was given already."),
            )
        document = arrival.document
        sender = agency_queries.name_of_agency(arrival.sender_code)
        order = WorkOrder.objects.create(
            arrival_id=arrival_id,
            agency_code=arrival.agency_code,
            code=document.code,
            sender_code=arrival.sender_code,
            sender_name=sender,
            subject=document.subject,
            priority=document.priority,
            instruction=words,
            due_on=due_on,
            assigner_id=actor.account_id or 0,
            assigned_by=actor.name,
            assigned_at=now,
            search=rules.search_text(document.code, document.subject, sender),
        )
        _share_out(order, lead, partners)
        _tell(order, "assign", actor, _named(lead, partners))
        _say(order, "04", actor, lead)
        audit.record(actor, "office.assign", f"work:{order.pk}", arrival=arrival_id, due=due_on)
        return order.pk


def reassign(
    work_id: int,
    lead_id: int,
    partner_ids: Sequence[int] = (),
    *,
    due_on: date | None = None,
    instruction: str = "",
    actor: Actor,
) -> None:
    """Give open work to others, or another deadline; those who no longer take part keep their line in the story."""
    words = rules.clean_text(instruction, field="instruction", at_most=2000, needed=False)
    _check_due(due_on)
    with db.atomic():
        order = _lock(work_id, actor, "reassign")
        lead, partners = _people(order.agency_code, lead_id, partner_ids)
        order.shares.exclude(state="handed-over").update(state="handed-over", finished_at=clock.now())
        _share_out(order, lead, partners)
        order.due_on, order.instruction = due_on, words or order.instruction
        _step(order, "reassign", actor, _named(lead, partners))
        _say(order, "04", actor, lead)


def begin_work(work_id: int, *, actor: Actor) -> None:
    """Take it up; says 05. A second time is harmless."""
    with db.atomic():
        order = _lock(work_id, actor, "progress")
        share = _own_share(order, actor)
        if share.state == "assigned":
            share.state, share.started_at = "in-progress", clock.now()
            share.save(update_fields=["state", "started_at"])
        if order.status == "assigned":
            _step(order, "begin", actor, "")
            _say(order, "05", actor)


def report_progress(work_id: int, note: str, *, is_done: bool = False, actor: Actor) -> None:
    """Say how far one is; who helps may say the own part is done. Raises Refused `office.text-missing`."""
    words = rules.clean_text(note, field="note")
    with db.atomic():
        order = _lock(work_id, actor, "progress")
        share = _own_share(order, actor)
        share.note = words
        share.state = "finished" if is_done and share.part == "with" else "in-progress"
        share.started_at = share.started_at or clock.now()
        share.finished_at = clock.now() if share.state == "finished" else None
        share.save()
        was = order.status
        _step(order, "progress", actor, words)
        if was == "assigned":
            _say(order, "05", actor)


def hand_over(work_id: int, to_id: int, note: str = "", *, actor: Actor) -> None:
    """Pass the own part on to a colleague. Raises Refused `office.no-lead`, `office.has-part`."""
    words = rules.clean_text(note, field="note", needed=False)
    with db.atomic():
        order = _lock(work_id, actor, "hand_over")
        share = _own_share(order, actor)
        (heir,) = people.find_workers(order.agency_code, [to_id]) or (None,)
        if heir is None:
            raise _no_lead("to")
        if order.shares.filter(account_id=to_id).exclude(state="handed-over").exists():
            raise Refused(
                "office.has-part", tr("Người này đã có phần việc ở đây.", "This person has a part already."), field="to"
            )
        share.state, share.finished_at = "handed-over", clock.now()
        share.save(update_fields=["state", "finished_at"])
        _new_share(order, heir, share.part)
        _step(order, "hand_over", actor, " · ".join(filter(None, (f"Chuyển cho {heir.name}", words))))


def finish_work(work_id: int, result: str, *, actor: Actor) -> None:
    """The lead says what came of it; says 06. Raises Refused `office.text-missing`, NotAllowed."""
    words = rules.clean_text(result, field="result")
    with db.atomic():
        order = _lock(work_id, actor, "finish")
        _finish(order, words, actor)


def finish_by_reply(order: WorkOrder, draft: Draft, actor: Actor) -> None:
    """The reply has left: the work that it was for is finished. Work that ended already stays as it is."""
    if states.may_follow(states.WORK, order.status, "finish"):
        _finish(order, f"Đã trả lời bằng văn bản số {draft.code}", actor)


def bind_reply(work_id: int, draft_id: UUID, *, actor: Actor) -> None:
    """Note that this draft is to answer the arrival; the actor leads the work and drafts it."""
    with db.atomic():
        order = _lock(work_id, actor, "reply")
        draft = rights.require_reading(actor, Draft.objects.filter(pk=draft_id).first())
        order.reply_draft = draft
        was = order.status
        _step(order, "reply", actor, draft.subject[:500])
        if was == "assigned":
            _say(order, "05", actor)


def call_off(work_id: int, reason: str, *, actor: Actor) -> None:
    """Nobody needs to work on it any more, e.g. because it was recalled. Raises Refused `office.text-missing`."""
    words = rules.clean_text(reason, field="reason")
    with db.atomic():
        order = _lock(work_id, actor, "call_off")
        order.finished_at = clock.now()
        _step(order, "call_off", actor, words)


def call_off_recalled(arrival_id: UUID, standing: str) -> None:
    """The sender took the document back: open work on it ends by itself, and the trace stays."""
    with db.atomic():
        for order in WorkOrder.objects.select_for_update().filter(arrival_id=arrival_id):
            if states.may_follow(states.WORK, order.status, "call_off"):
                order.finished_at = clock.now()
                told = "Bên gửi đã thu hồi văn bản" if standing == "recalled" else "Văn bản đã được thay thế"
                _step(order, "call_off", SYSTEM, told)


# --- pieces --------------------------------------------------------------------------------------------------------


def _lock(work_id: int, actor: Actor, deed: str) -> WorkOrder:
    order = WorkOrder.objects.select_for_update().filter(pk=work_id).first()
    if order is None or not rights.may_read_work(actor, order):
        raise NotFound("office.no-work", tr("Không tìm thấy việc này.", "There is no such work."))
    if not rights.work_parts(actor, order).intersection(states.WORK_DEEDS[deed].by):
        raise NotAllowed("office.not-your-part", tr("Việc này không phải của bạn.", "This is not yours to do."))
    if not states.may_follow(states.WORK, order.status, deed):
        raise Conflict(
            "office.moved-on",
            tr("Việc này đang ở trạng thái “{state}”.", "This work is “{state}”.").format(
                state=states.WORK[order.status].label
            ),
        )
    return order


def _step(order: WorkOrder, deed: str, actor: Actor, note: str) -> None:
    order.status = states.WORK[order.status].deeds[deed]
    order.version += 1
    order.save()
    _tell(order, deed, actor, note)
    audit.record(actor, f"office.{deed}", f"work:{order.pk}", status=order.status)


def _tell(order: WorkOrder, deed: str, actor: Actor, note: str) -> None:
    OrderStep.objects.create(
        order=order, deed=deed, at=clock.now(), account_id=actor.account_id, by=actor.name, note=note[:2000]
    )


def _finish(order: WorkOrder, words: str, actor: Actor) -> None:
    order.result, order.finished_at = words, clock.now()
    open_shares = order.shares.exclude(state__in=("finished", "handed-over"))
    open_shares.update(state="finished", finished_at=clock.now())
    _step(order, "finish", actor, words)
    _say(order, "06", actor)


def _say(order: WorkOrder, status: StatusCode, actor: Actor, officer: OfficerRef | None = None) -> None:
    """Tell the axis in the name of whoever works on it. What the axis no longer waits for (recalled) is let be."""
    staff = Staff(name=officer.name if officer else actor.name, department=officer.position if officer else "")
    documents.say_status(order.arrival_id, status, actor=actor, staff=staff)


def _share_out(order: WorkOrder, lead: OfficerRef, partners: Sequence[OfficerRef]) -> None:
    _new_share(order, lead, "lead")
    for one in partners:
        _new_share(order, one, "with")


def _new_share(order: WorkOrder, officer: OfficerRef, part: str) -> None:
    WorkShare.objects.create(
        order=order, account_id=officer.account_id, name=officer.name, position=officer.position, part=part
    )
    telling.tell_worker(officer.account_id, order)


def _own_share(order: WorkOrder, actor: Actor) -> WorkShare:
    share = order.shares.filter(account_id=rights.me(actor)).exclude(state="handed-over").first()
    if share is None:
        raise NotAllowed("office.not-your-part", tr("Việc này không phải của bạn.", "This is not yours to do."))
    return share


def _people(agency_code: str, lead_id: int, partner_ids: Sequence[int]) -> tuple[OfficerRef, list[OfficerRef]]:
    lead = people.find_workers(agency_code, [lead_id])
    if not lead:
        raise _no_lead("lead")
    others = [one for one in partner_ids if one != lead_id][:MAX_PARTNERS]
    return lead[0], people.find_workers(agency_code, others)


def _named(lead: OfficerRef, partners: Sequence[OfficerRef]) -> str:
    helping = ", ".join(one.name for one in partners)
    return f"Chủ trì: {lead.name}" + (f". Phối hợp: {helping}" if helping else "")


def _no_lead(field: str) -> Refused:
    return Refused("office.no-lead", tr("Chọn một người của cơ quan.", "Choose somebody of the agency."), field=field)


def _check_due(due_on: date | None) -> None:
    if due_on is not None and due_on < clock.today():
        raise Refused("office.due-passed", tr("Hạn đã qua.", "The deadline is over."), field="due")


def _require_assigner(actor: Actor) -> None:
    if not rights.may_assign(actor):
        raise NotAllowed(
            "office.not-your-part",
            tr("Lãnh đạo hoặc văn thư mới giao việc.", "Only a leader or the clerk gives work."),
        )
