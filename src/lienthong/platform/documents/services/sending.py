"""Sending documents (gửi văn bản đi) to any number of agencies."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lienthong.kernel import clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.platform.documents import rules
from lienthong.platform.documents.models import Delivery, Message
from lienthong.platform.documents.rights import CLERKS, require_work
from lienthong.platform.documents.services import wrapping
from lienthong.platform.documents.services.composing import checked_files, compose, facts_of
from lienthong.platform.documents.services.dispatching import Dispatch, dispatch
from lienthong.platform.documents.services.routing import Place, find_places
from lienthong.platform.documents.services.storing import DocumentFacts
from lienthong.platform.documents.services.taking import permitted_secrecy
from lienthong.platform.documents.types import NewDocument


def send_document(
    document: NewDocument,
    attachments: Sequence[FileRef],
    *,
    receivers: Sequence[str],
    needs_paper: bool = False,
    actor: Actor,
    descriptions: Sequence[str] = (),
) -> UUID:
    """Sign and send a document to any number of agencies, in the caller's transaction; gives the message's id.

    The same document with the same content and recipients again gives the first message. `descriptions`: one for each
    attachment, or none. Closed agencies are reached through their heirs (`list_deliveries` says so).
    Raises Invalid `documents.invalid`; Refused of `find_places`, `documents.no-files`, `documents.too-many-files`;
    Conflict `documents.other-content`, `documents.other-receivers`; NotAllowed.
    """
    require_work(actor, document.agency_code, *CLERKS)
    rules.check_document(document, today=clock.today(), permitted=permitted_secrecy())
    facts = facts_of(document)
    places = find_places(receivers, sender_code=document.agency_code)
    with db.atomic():
        carried = wrapping.wrap_files(checked_files(attachments), descriptions)
        message = compose("new", facts, carried, places, needs_paper=needs_paper, document=document)
        known = _known_new(facts)
        if known is not None and bytes(known.digest) == message.digest:
            return _again(known, places)
        return dispatch(Dispatch(message, places), actor=actor).id


def _known_new(facts: DocumentFacts) -> Message | None:
    return (
        Message.objects.defer("envelope")
        .filter(
            direction="out",
            document__agency_code=facts.agency_code,
            document__document_id=facts.document_id,
            kind="new",
        )
        .first()
    )


def _again(known: Message, places: Sequence[Place]) -> UUID:
    """The same document once more: harmless to the same recipients, an update to others."""
    there = set(Delivery.objects.filter(message=known).values_list("agency_code", flat=True))
    others = [place.agency_code for place in places if place.agency_code not in there]
    if others:
        raise Conflict(
            "documents.other-receivers",
            tr(
                "Văn bản này đã gửi. Muốn thêm nơi nhận, hãy gửi bản cập nhật.",
                "This document was sent. To add recipients, send an update.",
            ),
            field="receivers",
            details={"agencies": others},
        )
    return known.pk
