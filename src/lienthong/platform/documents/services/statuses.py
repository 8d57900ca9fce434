"""What people do with a document that arrived (xử lý văn bản đến), said to its sender with the proof of each step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from lienthong.kernel import audit, clock, db, events
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.documents import states
from lienthong.platform.documents.events import ArrivalStatusChanged
from lienthong.platform.documents.models import Arrival, Message, Step
from lienthong.platform.documents.rights import CLERKS, READERS, require_work
from lienthong.platform.documents.rules import NEEDS_REASON, check_reason, status_code
from lienthong.platform.documents.services.recording import TRANSPORT_WORDS, record_statuses
from lienthong.platform.documents.services.routing import outsiders
from lienthong.platform.documents.services.storing import Told, keep_steps, step
from lienthong.platform.documents.services.telling import HERE, Saying, tell
from lienthong.platform.documents.types import NOBODY, Evidence, Inbox, Staff, StatusCode, StatusTold

MOST_ANNOUNCED = 500
_CLERKS_STATES = frozenset({"01", "02", "03"})


def say_status(
    arrival_id: UUID,
    status: StatusCode,
    *,
    actor: Actor,
    reason: str = "",
    staff: Staff = NOBODY,
    at: datetime | None = None,
) -> None:
    """Set what became of a document that arrived (01 … 06) and tell its sender; the present state again is harmless.

    Raises NotFound `documents.no-such-arrival`; NotAllowed; Refused `documents.not-a-status`,
    `documents.reason-missing`, `documents.reason-too-long`, `documents.before-promulgation`; Conflict
    `documents.recalled`, `documents.out-of-order`, `documents.answer-first`.
    """
    if status not in states.STATUSES or not status:
        raise Refused(
            "documents.not-a-status", tr("Không có trạng thái này.", "There is no such state."), field="status"
        )
    told = check_reason(reason, needed=status in NEEDS_REASON)
    with db.atomic():
        row = lock_arrival(arrival_id)
        require_work(actor, row.agency_code, *(CLERKS if status in _CLERKS_STATES else READERS))
        if row.status == status and status != "04":
            return
        _require_may(row, status)
        moment = _moment(row, at)
        _say(row, status, moment, told, staff, actor)
        row.status, row.status_at, row.updated_at = status, moment, clock.now()
        row.opened_at = row.opened_at or moment
        row.save(update_fields=["status", "status_at", "updated_at", "opened_at"])
        audit.record(actor, "documents.say-status", f"arrival:{row.pk}", status=status)


def say_all(rows: Sequence[Arrival], status: StatusCode, *, actor: Actor) -> None:
    """As `say_status`, for arrivals that the caller has locked and each of which may become that (`require_now`)."""
    now = clock.now()
    going = [row for row in rows if row.status != status]
    say_back([(row, told_of(row, row.message, status, at=now), row.message) for row in going], actor)
    for row in going:
        _publish(row, status, now)
    Arrival.objects.filter(pk__in=[row.pk for row in going]).update(
        status=status, status_at=now, updated_at=now, opened_at=Coalesce("opened_at", Value(now))
    )
    audit.record_many(actor, "documents.say-status", {f"arrival:{row.pk}": {"status": status} for row in going})


def lock_arrival(arrival_id: UUID) -> Arrival:
    """An arrival with its message and document, locked. Raises NotFound `documents.no-such-arrival`."""
    rows = lock_arrivals([arrival_id])
    if not rows:
        raise NotFound(
            "documents.no-such-arrival", tr("Không có văn bản đến này.", "There is no such incoming document.")
        )
    return rows[0]


def lock_arrivals(arrival_ids: Sequence[UUID]) -> list[Arrival]:
    """Those arrivals that there are, with their messages and documents, locked in one order."""
    return list(
        Arrival.objects.select_for_update(no_key=True, of=("self",))
        .select_related("message", "document", "asked_by")
        .defer("message__envelope", "asked_by__envelope", "document__content")
        .filter(pk__in=arrival_ids)
        .order_by("pk")
    )


def require_now(row: Arrival, status: StatusCode) -> None:
    """May this arrival be or become that at this moment? Raises what `say_status` raises."""
    if row.status != status:
        _require_may(row, status)
        _moment(row, None)


def _require_may(row: Arrival, status: str) -> None:
    if row.standing != "in-force":
        raise Conflict(
            "documents.recalled",
            tr("Văn bản đã bị thu hồi hoặc thay thế.", "The document was recalled or replaced."),
        )
    if row.asked and status in ("02", "03"):
        raise Conflict(
            "documents.answer-first",
            tr(
                "Bên gửi đang yêu cầu lấy lại văn bản. Hãy trả lời trước.",
                "The sender asks it back. Answer that first.",
            ),
        )
    if not states.may_become(states.STATUSES, row.status, status):
        now, then = states.STATUSES[row.status].label, states.STATUSES[status].label
        raise Conflict(
            "documents.out-of-order",
            tr(
                "Văn bản đang ở trạng thái “{now}”, không chuyển sang “{then}” được.",
                "From “{now}” it cannot become “{then}”.",
            ).format(now=now, then=then),
            field="status",
        )


def _moment(row: Arrival, at: datetime | None) -> datetime:
    moment = at or clock.now()
    if moment.astimezone(clock.ZONE).date() < row.document.promulgated_on:
        raise Refused(
            "documents.before-promulgation",
            tr("Trạng thái ghi trước ngày ban hành văn bản.", "The state lies before the promulgation."),
            field="at",
        )
    return moment


def _say(row: Arrival, status: str, at: datetime, reason: str, staff: Staff, actor: Actor) -> None:
    told = told_of(row, row.message, status, at=at, reason=reason, staff=staff)
    say_back([(row, told, row.message)], actor)
    _publish(row, status, at)


def _publish(row: Arrival, status: str, at: datetime) -> None:
    events.publish(ArrivalStatusChanged(row.pk, row.document.document_id, row.sender_code, row.agency_code, status, at))


def told_of(
    row: Arrival,
    message: Message,
    status: str,
    *,
    at: datetime,
    reason: str = "",
    staff: Staff = NOBODY,
) -> StatusTold:
    """What this arrival's agency says to the sender about a message."""
    document = message.document if message.document_id != row.document_id else row.document
    return StatusTold(
        message_id=message.pk,
        document_id=document.document_id,
        code=document.code,
        promulgated_on=document.promulgated_on,
        agency_code=row.agency_code,
        receiver=row.sender_code,
        status=status,
        at=at,
        reason=reason,
        staff=staff,
    )


def way_back(message: Message) -> str:
    """Where states about a message are said."""
    return HERE if message.direction == "out" else message.via


def say_back(said: Sequence[tuple[Arrival, StatusTold, Message]], actor: Actor) -> None:
    """Tell the senders, record it where they are at this node, and keep our own step with the same proof."""
    proofs = tell([Saying(told, way_back(message)) for _, told, message in said])
    here = [(told, proof) for (_, told, message), proof in zip(said, proofs, strict=True) if way_back(message) == HERE]
    if here:
        record_statuses(here)
    keep_steps(
        [
            step(
                "business" if told.status not in TRANSPORT_WORDS else "transport",
                told.status,
                told.at,
                Told(proof, told.reason, told.staff, actor.label),
                arrival_id=row.pk,
            )
            for (row, told, _), proof in zip(said, proofs, strict=True)
        ]
    )


def announce_arrivals(limit: int = MOST_ANNOUNCED) -> int:
    """Say 01 for what has arrived and was not told yet, many under one signature; gives how many."""
    with db.atomic():
        rows = list(
            Arrival.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
            .select_related("message", "document")
            .defer("message__envelope", "document__content")
            .filter(status="")
            .order_by("arrived_at")[:limit]
        )
        if rows:
            say_back([(row, told_of(row, row.message, "01", at=row.arrived_at), row.message) for row in rows], SYSTEM)
            Arrival.objects.filter(pk__in=[row.pk for row in rows]).update(status="01", status_at=F("arrived_at"))
    return len(rows)


def mark_opened(arrival_id: UUID, *, actor: Actor) -> None:
    """The agency opened the document for the first time: the sender sees it as fetched."""
    with db.atomic():
        row = lock_arrival(arrival_id)
        require_work(actor, row.agency_code, *READERS)
        if row.opened_at is not None:
            return
        row.opened_at = clock.now()
        row.save(update_fields=["opened_at"])
        say_back([(row, told_of(row, row.message, "opened", at=row.opened_at), row.message)], actor)


def set_inbox(arrival_id: UUID, inbox: Inbox, *, actor: Actor, reason: str = "") -> None:
    """What the agency's own system did with a message (`updateStatus`); done tells the sender that it was fetched.

    Raises Conflict `documents.out-of-order`.
    """
    with db.atomic():
        row = lock_arrival(arrival_id)
        require_work(actor, row.agency_code, *READERS)
        if row.inbox == inbox:
            return
        if not states.may_become(states.INBOX_STATES, row.inbox, inbox):
            raise Conflict(
                "documents.out-of-order",
                tr("Thứ tự trạng thái không đúng.", "States in the wrong order."),
                field="status",
            )
        row.inbox, row.updated_at = inbox, clock.now()
        row.save(update_fields=["inbox", "updated_at"])
        proof = Told(Evidence("deed", f"system:{row.updated_at.isoformat()}"), reason, actor=actor.label)
        keep_steps([step("transport", inbox, row.updated_at, proof, arrival_id=row.pk)])
    if inbox == "done":
        mark_opened(arrival_id, actor=actor)


def pass_on(statuses: Sequence[StatusTold]) -> None:
    """States that came for agencies here which have a system of their own."""
    outside = outsiders()
    if outside is not None and statuses:
        outside.take_statuses(statuses)


def note_refusal(letter_id: UUID, reason: str) -> None:
    """A state that we said came back refused: our step shows why."""
    Step.objects.filter(evidence_kind="letter", evidence=str(letter_id)).update(
        reason=f"Bên gửi không nhận: {reason}"[:1000]
    )


def read_status(text: str) -> StatusCode:
    """The official code that was meant. Raises Refused `documents.not-a-status`."""
    code = status_code(text.strip().zfill(2))
    if code is None:
        raise Refused(
            "documents.not-a-status", tr("Không có trạng thái này.", "There is no such state."), field="status"
        )
    return code
