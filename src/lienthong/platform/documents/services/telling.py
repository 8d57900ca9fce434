"""Bringing states to whom they are said: by letter, to a sender of this node, or to a system outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lienthong.kernel.ids import new_id
from lienthong.platform.documents.letters import EdocStatus
from lienthong.platform.documents.services.routing import outsiders
from lienthong.platform.documents.types import Evidence, StatusTold
from lienthong.platform.exchange import services as exchange

LETTER = "letter:"
HERE = "here"


@dataclass(frozen=True, slots=True)
class Saying:
    """A state on its way. `way`: `letter:<node>`, `here` (the other agency is at this node), or a system outside."""

    told: StatusTold
    way: str


def tell(sayings: Sequence[Saying]) -> list[Evidence]:
    """Send each on its way within this transaction; gives what proves it. One signature for all letters to a node.

    What is said to an agency of this node has to be recorded by the caller.
    """
    proofs: list[Evidence | None] = [None] * len(sayings)
    for way, places in _by_way(sayings).items():
        letters = [letter_of(sayings[place].told) for place in places]
        ids = exchange.post_letters(letters, recipient=way.removeprefix(LETTER))
        for place, letter_id in zip(places, ids, strict=True):
            proofs[place] = Evidence("letter", str(letter_id))
    outside = outsiders()
    others = [saying.told for saying in sayings if not saying.way.startswith(LETTER)]
    if outside is not None and others:
        outside.take_statuses(others)
    return [proof or Evidence("deed", str(new_id())) for proof in proofs]


def _by_way(sayings: Sequence[Saying]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, saying in enumerate(sayings):
        if saying.way.startswith(LETTER):
            found.setdefault(saying.way, []).append(place)
    return found


def letter_of(told: StatusTold) -> EdocStatus:
    """The state as a letter."""
    return EdocStatus(
        message_id=told.message_id,
        document_id=told.document_id,
        agency_code=told.agency_code,
        receiver=told.receiver,
        state=told.status,
        at=told.at,
        reason=told.reason,
        department=told.staff.department[:1000],
        staff=told.staff.name[:1000],
        email=told.staff.email[:250],
        mobile=told.staff.mobile[:20],
    )
