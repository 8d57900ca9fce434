"""Taking in messages that came from elsewhere (tiếp nhận gói tin), in sets: each whole or not at all, and once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lienthong.kernel import clock, db
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import Arrival, Document
from lienthong.platform.documents.rules import may_hold
from lienthong.platform.documents.services.arriving import Landing, land
from lienthong.platform.documents.services.dispatching import ref_of
from lienthong.platform.documents.services.storing import Kept, NewMessage, keep_messages, lock_documents
from lienthong.platform.documents.types import Evidence, MessageRef


@dataclass(frozen=True, slots=True)
class Incoming:
    """A checked message for agencies of this node. `way`: where its states are said; `to`: all that it names."""

    message: NewMessage
    agencies: tuple[str, ...]
    evidence: Evidence
    way: str
    to: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


def permitted_secrecy() -> str:
    """The highest level of secrecy that this node may hold, from its profile; "" when none."""
    table = node().parameters.get("documents", {})
    return str(table.get("secrecy", "")) if isinstance(table, dict) else ""


def take_in(given: Sequence[Incoming]) -> list[MessageRef]:
    """Keep messages and let them take effect; a known one gets its first answer. One transaction for all.

    Raises Conflict `documents.other-content`, `documents.message-id-used`; NotFound `documents.never-received`,
    `documents.unknown-document`; Refused `documents.secrecy`, `documents.dated-ahead`.
    """
    for one in given:
        check_incoming(one.message)
    with db.atomic():
        found: list[MessageRef] = []
        for together in _rounds(given):
            found += _take(together)
    return found


def _rounds(given: Sequence[Incoming]) -> list[list[Incoming]]:
    """In their order, with each document at most once in a round: what recalls it comes after it."""
    rounds: list[list[Incoming]] = []
    keys: set[tuple[str, str]] = set()
    for one in given:
        touched = {one.message.key, *((one.message.sender_code, old) for old in one.replaces)}
        if not rounds or touched & keys:
            rounds.append([])
            keys = set()
        rounds[-1].append(one)
        keys |= touched
    return rounds


def _take(given: Sequence[Incoming]) -> list[MessageRef]:
    _require_known(given)
    messages = [one.message for one in given]
    kept = keep_messages(messages, lock_documents(messages))
    landings = [
        landing for one, found in zip(given, kept, strict=True) if (landing := _landing(one, found)) is not None
    ]
    land(landings)
    arrivals = Arrival.objects.filter(
        document__in=[found.document.pk for found in kept],
        agency_code__in={code for one in given for code in one.agencies},
    ).values_list("document_id", "agency_code", "id")
    ids = {(document, code): pk for document, code, pk in arrivals}
    return [
        ref_of(
            found,
            one.message.sender_code,
            [pk for code in one.agencies if (pk := ids.get((found.document.pk, code))) is not None],
        )
        for one, found in zip(given, kept, strict=True)
    ]


def _landing(one: Incoming, found: Kept) -> Landing | None:
    """The same message again lands only where it has not been; a recall that is known has had its effect."""
    if not found.fresh and found.message.kind not in ("new", "replace"):
        return None
    agencies = one.agencies
    if not found.fresh:
        there = set(found.document.arrivals.values_list("agency_code", flat=True))
        agencies = tuple(code for code in agencies if code not in there)
        if not agencies:
            return None
    return Landing(
        found.message, found.document, one.message.document, agencies, one.evidence, one.way, one.removed, one.replaces
    )


def _require_known(given: Sequence[Incoming]) -> None:
    wanted = {one.message.key for one in given if one.message.kind == "recall"}
    if not wanted:
        return
    known = Document.objects.filter(
        agency_code__in={agency for agency, _ in wanted}, document_id__in={document_id for _, document_id in wanted}
    ).values_list("agency_code", "document_id")
    for _, document_id in sorted(wanted - set(known)):
        raise NotFound(
            "documents.unknown-document",
            tr(f"Chưa nhận được văn bản {document_id}.", f"The document {document_id} is not known here."),
            field="document_id",
        )


def check_incoming(message: NewMessage) -> None:
    """What no message may be, whoever sent it."""
    facts = message.document
    if not may_hold(facts.secrecy, permitted_secrecy()):
        raise Refused(
            "documents.secrecy",
            tr(
                f"Nút này không được phép giữ văn bản độ “{facts.secrecy}”.",
                f"This node may not hold documents of the level “{facts.secrecy}”.",
            ),
            field="secrecy",
        )
    if facts.promulgated_on > clock.today():
        raise Refused(
            "documents.dated-ahead",
            tr("Ngày ban hành còn ở phía trước.", "The day of promulgation lies ahead."),
            field="promulgated_on",
        )
    if facts.due_on is not None and facts.due_on < facts.promulgated_on:
        raise Refused(
            "documents.due-before-promulgation",
            tr("Hạn trả lời trước ngày ban hành.", "The term ends before the promulgation."),
            field="due_on",
        )
