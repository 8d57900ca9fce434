"""Letting a message go (gửi đi): kept, put on its way to every recipient, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from lienthong.kernel import audit, bulk, clock, events, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict
from lienthong.kernel.files import FileRef
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.documents.events import DocumentSent
from lienthong.platform.documents.letters import ENVELOPE_NAME, BlobPart, EdocSent
from lienthong.platform.documents.models import Delivery, Document, Message
from lienthong.platform.documents.services.arriving import Landing, land
from lienthong.platform.documents.services.routing import Place, outsiders
from lienthong.platform.documents.services.storing import (
    Kept,
    NewMessage,
    Told,
    keep_messages,
    keep_steps,
    lock_documents,
    step,
)
from lienthong.platform.documents.services.telling import HERE
from lienthong.platform.documents.types import BusinessKind, Evidence, MessageRef
from lienthong.platform.exchange import services as exchange

MOST_FILES = 49


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A message with where it goes. `removed`: recipients that an update takes off; `replaces`: older documents.

    `only_first`: sent once more it may name none but those of the first time.
    """

    message: NewMessage
    places: Sequence[Place]
    removed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    only_first: bool = False


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A message that lies here and the recipients that still have to get it; its letters by node."""

    order: Dispatch
    kept: Kept
    letters: dict[str, UUID] = field(default_factory=dict)

    def by_node(self) -> dict[str, list[str]]:
        """Recipients at other nodes."""
        found: dict[str, list[str]] = {}
        for place in self.order.places:
            if place.node_code and place.node_code != node().agency_code:
                found.setdefault(place.node_code, []).append(place.agency_code)
        return found

    def here(self) -> tuple[str, ...]:
        """Recipients at this node."""
        return tuple(place.agency_code for place in self.order.places if place.node_code == node().agency_code)


def dispatch(one: Dispatch, *, actor: Actor) -> MessageRef:
    """As `dispatch_all`, for one message."""
    return dispatch_all([one], actor=actor)[0]


def dispatch_all(given: Sequence[Dispatch], *, actor: Actor) -> list[MessageRef]:
    """Keep and send messages about different documents; what is known already goes only to those who have not got it.

    A handful of statements for any number. Raises Conflict `documents.other-content`, `documents.other-receivers`.
    """
    messages = [one.message for one in given]
    kept = keep_messages(messages, lock_documents(messages))
    going = [_Leaving(_still_to_go(one, found), found) for one, found in zip(given, kept, strict=True)]
    leaving = [one for one in going if one.order.places]
    arrivals: dict[UUID, list[UUID]] = {}
    if leaving:
        _post(leaving, actor)
        arrivals = _deliver(leaving)
        _tell(leaving, actor)
    return [ref_of(one.kept, one.order.message.sender_code, arrivals.get(one.kept.message.pk, ())) for one in going]


def _still_to_go(one: Dispatch, kept: Kept) -> Dispatch:
    if kept.fresh:
        return one
    known = set(Delivery.objects.filter(message=kept.message).values_list("agency_code", flat=True))
    others = [place for place in one.places if place.agency_code not in known]
    if others and one.only_first:
        raise Conflict(
            "documents.other-receivers",
            tr(
                "Văn bản này đã gửi. Muốn thêm nơi nhận, hãy gửi bản cập nhật.",
                "This document was sent. To add recipients, send an update.",
            ),
            field="receivers",
            details={"agencies": [place.agency_code for place in others]},
        )
    return replace(one, places=others)


def _tell(leaving: Sequence[_Leaving], actor: Actor) -> None:
    for kind in dict.fromkeys(one.kept.message.kind for one in leaving):
        audit.record_many(
            actor,
            f"documents.send-{kind}",
            {
                f"document:{one.kept.document.pk}": {
                    "message": one.kept.message.pk,
                    "receivers": len(one.order.places),
                }
                for one in leaving
                if one.kept.message.kind == kind
            },
        )
    for one in leaving:
        message, document = one.kept.message, one.kept.document
        sender, kind = one.order.message.sender_code, one.order.message.kind
        events.publish(DocumentSent(message.pk, document.document_id, sender, kind, len(one.order.places)))


def ref_of(kept: Kept, sender_code: str, arrivals: Sequence[UUID]) -> MessageRef:
    """The message as other rooms see it."""
    return MessageRef(
        id=kept.message.pk,
        document_pk=kept.document.pk,
        document_id=kept.document.document_id,
        sender_code=sender_code,
        kind=cast("BusinessKind", kept.message.kind),
        verdict=kept.message.verdict,
        fresh=kept.fresh,
        arrivals=tuple(arrivals),
    )


def _post(leaving: Sequence[_Leaving], actor: Actor) -> None:
    """One letter for each message and node, with all of its agencies there; one signature for all to a node."""
    parts = _parts(leaving)
    by_node: dict[str, list[tuple[int, list[str]]]] = {}
    for place, one in enumerate(leaving):
        for code, agencies in one.by_node().items():
            by_node.setdefault(code, []).append((place, agencies))
    for code, carried in by_node.items():
        ids = exchange.post_letters(
            [
                letter_of(
                    replace(leaving[place].order.message, id=leaving[place].kept.message.pk),
                    agencies,
                    parts[place][0].sha256,
                )
                for place, agencies in carried
            ],
            recipient=code,
            actor=actor,
            about=[f"edoc:{_first_of(leaving[place]).pk}" for place, _ in carried],
            parts=[parts[place] for place, _ in carried],
        )
        for (place, _), letter_id in zip(carried, ids, strict=True):
            leaving[place].letters[code] = letter_id


def _first_of(one: _Leaving) -> Document:
    """The document whose letters these come after: a replacement, and all that follows it, after what it replaces.

    A replacement that overtook the older document would find nothing to take out of the work lists.
    """
    first, older, seen = one.kept.document, one.order.replaces, {one.kept.document.pk}
    while one.kept.message.kind != "new":
        before = Document.objects.filter(agency_code=first.agency_code).exclude(pk__in=seen)
        if older:
            before = before.filter(document_id__in=older)
        else:
            before = before.filter(replaced_by=first.document_id).exclude(replaced_by="")
        row = before.order_by("id").first()
        if row is None:
            break
        first, older = row, ()
        seen.add(row.pk)
    return first


def _parts(leaving: Sequence[_Leaving]) -> list[list[FileRef]]:
    """The files that travel with each message, the envelope first; nothing for what stays at this node."""
    with files.together() as kept:
        return [_parts_of(one, kept) if one.by_node() else [] for one in leaving]


def _parts_of(one: _Leaving, kept: files.Together) -> list[FileRef]:
    message = one.order.message
    envelope = message.envelope if one.kept.fresh else bytes(one.kept.message.envelope)
    blobs = _blobs(message) if one.kept.fresh else _blobs_of_row(one.kept.message)
    return [kept.write(envelope, name=ENVELOPE_NAME, allowed=frozenset({files.UNKNOWN})), *blobs]


def _blobs(message: NewMessage) -> list[FileRef]:
    found = {one.sha256: FileRef(one.sha256, f"{one.name}.zip", files.ZIP, one.size) for one in message.attachments}
    return list(found.values())


def letter_of(message: NewMessage, agencies: Sequence[str], envelope: str) -> EdocSent:
    """The letter that carries a message to a node."""
    return EdocSent(
        message_id=message.id,
        sender=message.sender_code,
        receivers=tuple(agencies),
        document_id=message.document.document_id,
        business_kind=message.kind,
        envelope=envelope,
        attachments=tuple(
            BlobPart(content_id=one.content_id, sha256=one.sha256, size=one.size) for one in message.attachments
        ),
    )


def letter_of_row(message: Message, agencies: Sequence[str], envelope: str) -> EdocSent:
    """As `letter_of`, for a message that lies here."""
    carried = message.attachments.order_by("position")
    return EdocSent(
        message_id=message.pk,
        sender=message.sender_code,
        receivers=tuple(agencies),
        document_id=message.document.document_id,
        business_kind=cast("BusinessKind", message.kind),
        envelope=envelope,
        attachments=tuple(BlobPart(content_id=one.content_id, sha256=one.sha256, size=one.size) for one in carried),
    )


def parts_of_row(message: Message) -> list[FileRef]:
    """The parts of the letter that carries a message which lies here: the envelope first."""
    envelope = files.store(bytes(message.envelope), name=ENVELOPE_NAME, allowed=frozenset({files.UNKNOWN}))
    return [envelope, *_blobs_of_row(message)]


def _blobs_of_row(message: Message) -> list[FileRef]:
    carried = message.attachments.order_by("position")
    blobs = {one.sha256: FileRef(one.sha256, f"{one.name}.zip", files.ZIP, one.size) for one in carried}
    return list(blobs.values())


def _deliver(leaving: Sequence[_Leaving]) -> dict[UUID, list[UUID]]:
    """A row for each recipient with its first step; agencies of this node have it at once. Arrivals by message."""
    now, here = clock.now(), node().agency_code
    deeds = [Evidence("deed", str(new_id())) for _ in leaving]
    rows = [[_row(place, one, now, here) for place in one.order.places] for one in leaving]
    made = [row for group in rows for row in group]
    bulk.take_keys(made)
    bulk.insert(made)
    steps = []
    for group, deed in zip(rows, deeds, strict=True):
        for row in group:
            proof = Evidence("letter", str(row.letter_id)) if row.letter_id else deed
            steps.append(step("transport", "waiting", now, Told(proof), delivery_id=row.pk))
            if row.node_code == here:
                steps.append(step("transport", "delivered", now, Told(deed), delivery_id=row.pk))
    keep_steps(steps)
    _hand_outside(leaving)
    landings = [
        Landing(
            one.kept.message,
            one.kept.document,
            one.order.message.document,
            one.here(),
            deed,
            HERE,
            one.order.removed,
            one.order.replaces,
        )
        for one, deed in zip(leaving, deeds, strict=True)
        if one.here()
    ]
    return land(landings) if landings else {}


def _hand_outside(leaving: Sequence[_Leaving]) -> None:
    outside = outsiders()
    for one in leaving:
        beyond = {place.agency_code: place.axis for place in one.order.places if place.axis}
        if outside is not None and beyond:
            outside.take_message(one.kept.message.pk, beyond)


def _row(place: Place, one: _Leaving, now: datetime, here: str) -> Delivery:
    is_here, message = place.node_code == here, one.kept.message
    return Delivery(
        message=message,
        sender_code=message.sender_code,
        agency_code=place.agency_code,
        instead_of=place.instead_of,
        node_code=place.node_code or f"axis:{place.axis}"[:64],
        letter_id=one.letters.get(place.node_code),
        transport="delivered" if is_here else "waiting",
        delivered_at=now if is_here else None,
        created_at=now,
        updated_at=now,
    )
