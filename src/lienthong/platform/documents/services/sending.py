"""Sending documents (gửi văn bản đi) to any number of agencies, one or many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from lienthong.kernel import clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.files import FileRef
from lienthong.platform.documents import rules
from lienthong.platform.documents.rights import CLERKS, require_work
from lienthong.platform.documents.services import wrapping
from lienthong.platform.documents.services.composing import check_files, compose, facts_of
from lienthong.platform.documents.services.dispatching import Dispatch, dispatch_all
from lienthong.platform.documents.services.routing import Place, find_places
from lienthong.platform.documents.services.storing import DocumentFacts
from lienthong.platform.documents.services.taking import permitted_secrecy
from lienthong.platform.documents.types import NewDocument, Sending


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
    one = Sending(document, tuple(attachments), tuple(receivers), needs_paper, tuple(descriptions))
    return send_documents([one], actor=actor)[0]


def send_documents(given: Sequence[Sending], *, actor: Actor) -> list[UUID]:
    """As `send_document`, for many: all of them or none, in as many statements as one takes; their messages' ids.

    A refusal says in its details which one it is about (`document`, from 0). The same document twice in one call is
    one message.
    """
    found: dict[int, UUID] = {}
    with db.atomic():
        for places in _rounds(given):
            orders = _orders(given, places, actor)
            for place, sent in zip(places, dispatch_all(orders, actor=actor), strict=True):
                found[place] = sent.id
    return [found[place] for place in range(len(given))]


def _rounds(given: Sequence[Sending]) -> list[list[int]]:
    """Places in what is given, each document at most once in a round."""
    seen: dict[tuple[object, ...], int] = {}
    rounds: list[list[int]] = []
    for place, one in enumerate(given):
        document = one.document
        key = (document.agency_code, document.promulgated_on, document.number, document.suffix, document.notation)
        turn = seen[key] = seen.get(key, -1) + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(place)
    return rounds


def _orders(given: Sequence[Sending], places: Sequence[int], actor: Actor) -> list[Dispatch]:
    facts, carried = [], []
    for place in places:
        with _about(place, given):
            facts.append(_checked(given[place], actor))
            carried.append((wrapping.carried(given[place].attachments), given[place].descriptions))
    wrapped = wrapping.wrap_sets(carried)
    orders = []
    routes: dict[tuple[str, tuple[str, ...]], list[Place]] = {}
    for place, said, attachments in zip(places, facts, wrapped, strict=True):
        one = given[place]
        route = (said.agency_code, one.receivers)
        with _about(place, given):
            if route not in routes:
                routes[route] = find_places(one.receivers, sender_code=said.agency_code)
            message = compose(
                "new", said, attachments, routes[route], needs_paper=one.needs_paper, document=one.document
            )
        orders.append(Dispatch(message, routes[route], only_first=True))
    return orders


def _checked(one: Sending, actor: Actor) -> DocumentFacts:
    require_work(actor, one.document.agency_code, *CLERKS)
    rules.check_document(one.document, today=clock.today(), permitted=permitted_secrecy())
    check_files(one.attachments)
    return facts_of(one.document)


@contextmanager
def _about(place: int, given: Sequence[Sending]) -> Iterator[None]:
    """A refusal of one among many says which."""
    try:
        yield
    except Refused as refusal:
        if len(given) > 1:
            refusal.details = {**refusal.details, "document": place}
        raise
