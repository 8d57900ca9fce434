"""The conversation about taking a document back: asked by 13 or by a recall, update, replacement; answered 15 or 16."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from lienthong.kernel import audit, clock, db, events
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, NotFound
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.documents.events import RecallAsked
from lienthong.platform.documents.models import Arrival, Delivery
from lienthong.platform.documents.rights import ANSWERERS, CLERKS, require_work
from lienthong.platform.documents.rules import check_reason
from lienthong.platform.documents.services.arriving import settle
from lienthong.platform.documents.services.recording import never_sent
from lienthong.platform.documents.services.statuses import lock_arrival, pass_on, say_back, told_of
from lienthong.platform.documents.services.storing import Told, keep_steps, step
from lienthong.platform.documents.services.telling import HERE, LETTER, Saying, tell
from lienthong.platform.documents.services.wrapping import facts_in
from lienthong.platform.documents.types import NOBODY, Evidence, StatusTold


def answer_request(arrival_id: UUID, *, agree: bool, reason: str = "", actor: Actor) -> None:
    """Agree (15) or decline (16) what the sender asks of a registered document; to decline needs a reason.

    Raises Conflict `documents.nothing-asked`.
    """
    status = "15" if agree else "16"
    told = check_reason(reason, needed=not agree)
    with db.atomic():
        row = lock_arrival(arrival_id)
        require_work(actor, row.agency_code, *ANSWERERS)
        if not row.asked:
            raise Conflict("documents.nothing-asked", tr("Không có yêu cầu nào chờ trả lời.", "Nothing was asked."))
        kind, message = row.asked, row.asked_by or row.message
        news: list[object] = []
        if agree:
            settle(row, kind, message.document, facts_in(message) if kind == "update" else None, news)
        row.asked, row.asked_by, row.updated_at = "", None, clock.now()
        row.save(update_fields=["standing", "asked", "asked_by", "updated_at"])
        answer = told_of(row, message, status, at=row.updated_at, reason=told)
        say_back([(row, answer, message)], actor)
        for one in news:
            events.publish(one)
        audit.record(actor, "documents.answer-request", f"arrival:{row.pk}", kind=kind, status=status)


def take_request(told: StatusTold, proof: Evidence) -> None:
    """The sender asks a document back (13). Before registration it is given back at once, afterwards people answer.

    Raises NotFound `documents.never-received`.
    """
    row = (
        Arrival.objects.select_for_update(no_key=True, of=("self",))
        .select_related("message", "document")
        .filter(message=told.message_id, agency_code=told.receiver)
        .first()
    )
    if row is None or row.sender_code != told.agency_code or row.document.document_id != told.document_id:
        raise NotFound(
            "documents.never-received",
            tr("Văn bản này chưa đến cơ quan được hỏi.", "The document has not arrived at that agency."),
            field="document_id",
        )
    said = Told(proof, told.reason, told.staff, told.agency_code)
    keep_steps([step("business", "13", told.at, said, arrival_id=row.pk)])
    pass_on([replace(told, code=row.document.code, promulgated_on=row.document.promulgated_on)])
    if row.standing == "in-force" and row.status not in ("", "01", "02"):
        row.asked, row.asked_by, row.updated_at = "recall", None, clock.now()
        row.save(update_fields=["asked", "asked_by", "updated_at"])
        events.publish(RecallAsked(row.pk, told.document_id, row.agency_code, "recall", told.reason))
        return
    news: list[object] = []
    if row.standing == "in-force":
        settle(row, "recall", row.document, None, news)
        row.save(update_fields=["standing", "asked", "asked_by", "updated_at"])
    say_back([(row, told_of(row, row.message, "15", at=clock.now()), row.message)], SYSTEM)
    for one in news:
        events.publish(one)


def ask_back(message_id: UUID, agency_code: str, reason: str, actor: Actor) -> None:
    """Ask one recipient to give a document back (13); the answer is 15 or 16.

    Raises NotFound `documents.never-sent`; Refused `documents.reason-missing`; Conflict `documents.asked-already`,
    `documents.not-there-yet`.
    """
    told = check_reason(reason, needed=True)
    with db.atomic():
        row = (
            Delivery.objects.select_for_update(no_key=True, of=("self",))
            .select_related("message", "message__document")
            .filter(message=message_id, agency_code=agency_code)
            .first()
        )
        if row is None:
            raise never_sent(str(message_id), agency_code)
        require_work(actor, row.sender_code, *CLERKS)
        if row.answer in ("13", "15"):
            raise Conflict("documents.asked-already", tr("Đã yêu cầu lấy lại rồi.", "It was asked back already."))
        if row.transport == "failed":
            raise Conflict("documents.not-there-yet", tr("Văn bản chưa đến nơi nhận này.", "It did not get there."))
        now, document = clock.now(), row.message.document
        request = StatusTold(
            message_id=row.message_id,
            document_id=document.document_id,
            code=document.code,
            promulgated_on=document.promulgated_on,
            agency_code=row.sender_code,
            receiver=row.agency_code,
            status="13",
            at=now,
            reason=told,
            staff=NOBODY,
        )
        is_here = row.node_code == node().agency_code
        way = HERE if is_here or row.node_code.startswith("axis:") else f"{LETTER}{row.node_code}"
        proof = tell([Saying(request, way)])[0]
        row.answer, row.updated_at = "13", now
        row.save(update_fields=["answer", "updated_at"])
        keep_steps([step("business", "13", now, Told(proof, told, actor=actor.label), delivery_id=row.pk)])
        audit.record(actor, "documents.ask-back", f"message:{message_id}", receiver=agency_code)
        if is_here:
            take_request(request, proof)
