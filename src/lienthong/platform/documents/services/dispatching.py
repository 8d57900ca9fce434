"""Letting a message go (gửi đi): kept, put on its way to every recipient, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from lienthong.kernel import audit, clock, events, files
from lienthong.kernel.access import Actor
from lienthong.kernel.files import FileRef
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.platform.documents.events import DocumentSent
from lienthong.platform.documents.letters import BlobPart, EdocSent
from lienthong.platform.documents.models import Delivery, Message
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

ENVELOPE_NAME = "van-ban.edxml"
MOST_FILES = 49


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A message with where it goes. `removed`: recipients that an update takes off; `replaces`: older documents."""

    message: NewMessage
    places: Sequence[Place]
    removed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


def dispatch(one: Dispatch, *, actor: Actor) -> MessageRef:
    """Keep and send a message; one that is known already goes only to those who have not got it.

    A handful of statements for any number. Raises Conflict `documents.other-content`.
    """
    kept = keep_messages([one.message], lock_documents([one.message]))[0]
    if not kept.fresh:
        one = replace(one, places=_without_known(one.places, kept.message))
        if not one.places:
            return ref_of(kept, one.message.sender_code, ())
    letters = _post(one, kept, actor)
    arrivals = _deliver(one, kept, letters)
    audit.record(
        actor,
        f"documents.send-{kept.message.kind}",
        f"document:{kept.document.pk}",
        message=kept.message.pk,
        receivers=len(one.places),
    )
    events.publish(
        DocumentSent(
            kept.message.pk,
            kept.document.document_id,
            one.message.sender_code,
            kept.message.kind,
            len(one.places),
        )
    )
    return ref_of(kept, one.message.sender_code, arrivals)


def _without_known(places: Sequence[Place], message: Message) -> list[Place]:
    known = set(Delivery.objects.filter(message=message).values_list("agency_code", flat=True))
    return [place for place in places if place.agency_code not in known]


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


def _post(one: Dispatch, kept: Kept, actor: Actor) -> Mapping[str, UUID]:
    """One letter for each node, with all of its agencies."""
    by_node: dict[str, list[str]] = {}
    for place in one.places:
        if place.node_code and place.node_code != node().agency_code:
            by_node.setdefault(place.node_code, []).append(place.agency_code)
    if not by_node:
        return {}
    parts = [_envelope(one.message), *_blobs(one.message)] if kept.fresh else parts_of_row(kept.message)
    about = f"edoc:{kept.document.pk}"
    return {
        code: exchange.post_letter(
            letter_of(replace(one.message, id=kept.message.pk), agencies, parts[0].sha256),
            recipient=code,
            actor=actor,
            about=about,
            parts=parts,
        )
        for code, agencies in by_node.items()
    }


def _envelope(message: NewMessage) -> FileRef:
    return files.store(message.envelope, name=ENVELOPE_NAME, allowed=frozenset({files.UNKNOWN}))


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
    carried = message.attachments.order_by("position")
    blobs = {one.sha256: FileRef(one.sha256, f"{one.name}.zip", files.ZIP, one.size) for one in carried}
    return [envelope, *blobs.values()]


def _deliver(one: Dispatch, kept: Kept, letters: Mapping[str, UUID]) -> list[UUID]:
    """A row for each recipient with its first step; agencies of this node have it at once."""
    now, here = clock.now(), node().agency_code
    deed = Evidence("deed", str(new_id()))
    rows = [_row(place, kept.message, letters, now, here) for place in one.places]
    Delivery.objects.bulk_create(rows)
    steps = []
    for row in rows:
        proof = Evidence("letter", str(row.letter_id)) if row.letter_id else deed
        steps.append(step("transport", "waiting", now, Told(proof), delivery_id=row.pk))
        if row.node_code == here:
            steps.append(step("transport", "delivered", now, Told(deed), delivery_id=row.pk))
    keep_steps(steps)
    local = tuple(place.agency_code for place in one.places if place.node_code == here)
    beyond = {place.agency_code: place.axis for place in one.places if place.axis}
    outside = outsiders()
    if outside is not None and beyond:
        outside.take_message(kept.message.pk, beyond)
    if not local:
        return []
    landing = Landing(kept.message, kept.document, one.message.document, local, deed, HERE, one.removed, one.replaces)
    return land([landing])[kept.message.pk]


def _row(place: Place, message: Message, letters: Mapping[str, UUID], now: datetime, here: str) -> Delivery:
    is_here = place.node_code == here
    return Delivery(
        message=message,
        sender_code=message.sender_code,
        agency_code=place.agency_code,
        instead_of=place.instead_of,
        node_code=place.node_code or f"axis:{place.axis}"[:64],
        letter_id=letters.get(place.node_code),
        transport="delivered" if is_here else "waiting",
        delivered_at=now if is_here else None,
        created_at=now,
        updated_at=now,
    )
