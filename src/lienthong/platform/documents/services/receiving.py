"""Receiving messages (nhận gói tin) from a letter, the axis' interface, a partner or a folder: one way in for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO
from uuid import UUID

from lienthong.kernel import clock, db, files
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.ids import new_id
from lienthong.kernel.text import tr
from lienthong.platform.documents import edxml, rules
from lienthong.platform.documents.letters import EdocSent
from lienthong.platform.documents.models import Document
from lienthong.platform.documents.services import wrapping
from lienthong.platform.documents.services.composing import send_by
from lienthong.platform.documents.services.dispatching import Dispatch, dispatch, ref_of
from lienthong.platform.documents.services.recalls import after_sending, places_of
from lienthong.platform.documents.services.routing import Place, find_places, homes_of, hosted_here
from lienthong.platform.documents.services.storing import Kept, NewMessage
from lienthong.platform.documents.services.taking import Incoming, check_incoming, take_in
from lienthong.platform.documents.services.telling import LETTER, Saying, tell
from lienthong.platform.documents.services.warnings import count_warnings
from lienthong.platform.documents.services.wrapping import Read
from lienthong.platform.documents.types import NOBODY, Direction, Evidence, MessageRef, StatusTold
from lienthong.platform.exchange.types import Envelope


def accept_letters(arrived: Sequence[tuple[EdocSent, Envelope]]) -> list[MessageRef]:
    """Take messages that came by letter, all of them or none; for agencies not received for here the sender is told.

    Raises Refused `documents.letter-differs`, `documents.part-missing`, `documents.nobody-here` and what `take_in`
    and reading the envelope raise.
    """
    hosted = hosted_here({code for letter, _ in arrived for code in letter.receivers})
    given, failed = [], []
    for letter, envelope in arrived:
        read = _read_letter(letter, envelope)
        agencies = tuple(code for code in letter.receivers if code in hosted)
        if not agencies:
            raise _nobody_here(letter.receivers)
        way = f"{LETTER}{envelope.sender}"
        message = _message(read, letter.message_id, "in", way)
        proof = Evidence("letter", str(envelope.id))
        given.append(Incoming(message, agencies, proof, way, read.to, read.removed, read.replaces))
        failed += [Saying(_not_here(message, code), way) for code in letter.receivers if code not in hosted]
    with db.atomic():
        found = take_in(given)
        _note(given)
        tell(failed)
    return found


def accept_message(
    envelope: bytes,
    blobs: Mapping[str, FileRef],
    *,
    via: str,
    evidence: Evidence,
    receivers: Sequence[str] | None = None,
    actor: Actor = SYSTEM,
    split: edxml.Split | None = None,
    whole: BinaryIO | None = None,
    agency_of: Callable[[str], str] | None = None,
) -> MessageRef:
    """Take a message that a system outside brings; the same again gives its first answer.

    `blobs`: the stored ZIP of each attachment by content id; `split`, `whole`: the file that it came out of, for
    signatures over all of it; `agency_of`: whose a certificate is that does not say so. `receivers`: some of those
    whom the envelope names. From an agency of this node it goes on to its recipients; from another axis it stays with
    the recipients here.
    Raises what `take_in`, `dispatch` and `find_places` raise; Refused `documents.not-a-receiver`.
    """
    read = wrapping.read(envelope, blobs, split=split, whole=whole, agency_of=agency_of)
    sender = read.facts.agency_code
    wanted = tuple(receivers) if receivers is not None else read.to
    if strangers := [code for code in wanted if code not in read.to]:
        raise Refused(
            "documents.not-a-receiver",
            tr(f"Gói tin không ghi nơi nhận {strangers[0]}.", f"The message does not name {strangers[0]}."),
            field="receivers",
        )
    if hosted_here([sender]):
        return _send_on(read, _message(read, new_id(), "out", via), wanted, actor)
    hosted = hosted_here(wanted)
    agencies = tuple(code for code in wanted if code in hosted)
    if not agencies:
        raise _nobody_here(wanted)
    message = _message(read, new_id(), "in", via)
    one = Incoming(message, agencies, evidence, via, read.to, read.removed, read.replaces)
    with db.atomic():
        found = take_in([one])[0]
        _note([one])
    return found


def _send_on(read: Read, message: NewMessage, receivers: Sequence[str], actor: Actor) -> MessageRef:
    """A system of an agency here sends: as if it had been written here, but exactly as the system signed it."""
    check_incoming(message)
    with db.atomic():
        known = Document.objects.filter(agency_code=message.key[0], document_id=message.key[1]).first()
        before = _known_message(known, message)
        if before is not None and message.kind in ("recall", "update"):
            return before
        if message.kind in ("recall", "update"):
            places = _places_of_known(known, message, receivers)
        else:
            places = find_places(receivers, sender_code=message.sender_code)
        sent = dispatch(Dispatch(message, places, read.removed, read.replaces), actor=actor)
        if sent.fresh:
            after_sending(message, read.replaces, whole=set(receivers) >= {place.agency_code for place in places})
            count_warnings(message)
    return sent


def _known_message(known: Document | None, message: NewMessage) -> MessageRef | None:
    """The first answer to a recall or update that comes once more."""
    if known is None:
        return None
    rows = known.messages.defer("envelope").filter(direction="out", kind=message.kind, digest=message.digest)
    row = rows.first()
    return ref_of(Kept(row, known, fresh=False), message.sender_code, ()) if row is not None else None


def _places_of_known(known: Document | None, message: NewMessage, receivers: Sequence[str]) -> list[Place]:
    if known is None:
        raise NotFound(
            "documents.unknown-document",
            tr(
                f"Chưa từng gửi văn bản {message.document.document_id}.",
                f"The document {message.document.document_id} was never sent.",
            ),
            field="document_id",
        )
    if known.standing != "in-force":
        raise Conflict("documents.recalled", tr("Văn bản đã được thu hồi hoặc thay thế.", "It was recalled already."))
    there = places_of(known)
    codes = {place.agency_code for place in there}
    more = [code for code in receivers if code not in codes]
    if message.kind == "recall":
        return [place for place in there if place.agency_code in receivers] or there
    return there + (find_places(more, sender_code=message.sender_code) if more else [])


def _read_letter(letter: EdocSent, envelope: Envelope) -> Read:
    """The signed envelope in the letter; where it says something else than the letter, nothing is believed."""
    parts = {part.sha256: part for part in envelope.parts}
    missing = [one["sha256"] for one in letter.attachments if one["sha256"] not in parts]
    if letter.envelope not in parts or missing:
        raise Refused(
            "documents.part-missing", tr("Thư thiếu tệp của gói tin.", "The letter lacks parts of the message.")
        )
    blobs = {one["content_id"]: parts[one["sha256"]] for one in letter.attachments}
    signed = envelope.at_hand.get(letter.envelope)
    read = wrapping.read(signed if signed is not None else files.read(letter.envelope), blobs)
    said = (read.facts.agency_code, read.facts.document_id, read.kind)
    if said != (letter.sender, letter.document_id, letter.business_kind) or not set(letter.receivers) <= set(read.to):
        raise Refused(
            "documents.letter-differs",
            tr("Thư không khớp với gói tin đã ký.", "The letter says something else than the signed envelope."),
            field="document_id",
        )
    return read


def _message(read: Read, message_id: UUID, direction: Direction, via: str) -> NewMessage:
    sender = read.facts.agency_code
    is_first = direction == "out" and read.kind in ("new", "replace")
    return NewMessage(
        id=message_id,
        direction=direction,
        kind=read.kind,
        sender_code=sender,
        document=read.facts,
        attachments=read.attachments,
        envelope=read.envelope,
        digest=rules.content_digest(wrapping.said(read), read.attachments),
        verdict=read.verdict,
        verdict_facts=read.verdict_facts,
        at=clock.now(),
        reason=rules.check_reason(read.reason, needed=False),
        needs_paper=read.needs_paper,
        via=via,
        due_at=send_by(sender, read.facts.promulgated_on) if is_first else None,
    )


def _note(given: Sequence[Incoming]) -> None:
    for one in given:
        count_warnings(one.message)


def _nobody_here(codes: Sequence[str]) -> Refused:
    return Refused(
        "documents.nobody-here",
        tr(
            f"Nút này không nhận văn bản cho {', '.join(codes[:5])}.",
            f"This node receives no documents for {', '.join(codes[:5])}.",
        ),
        field="receivers",
        details={"agencies": list(codes), "homes": sorted(set(homes_of(codes).values()))},
    )


def _not_here(message: NewMessage, code: str) -> StatusTold:
    return StatusTold(
        message_id=message.id,
        document_id=message.document.document_id,
        code=message.document.code,
        promulgated_on=message.document.promulgated_on,
        agency_code=code,
        receiver=message.sender_code,
        status="failed",
        at=clock.now(),
        reason=f"Nút nhận không có hệ thống nào nhận văn bản cho {code}.",
        staff=NOBODY,
    )
