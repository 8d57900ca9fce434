"""Receiving letters (nhận thông điệp): dedup, effect, receipt and log row in one transaction."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import cast

from lienthong.kernel import clock, db, files, roles, sql, tracing
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.platform.exchange import chain, wire
from lienthong.platform.exchange.keeping import kept_body
from lienthong.platform.exchange.services import parts as part_services
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.log import StreamKey, append
from lienthong.platform.exchange.types import Envelope, Letter
from lienthong.platform.monitoring import services as monitoring
from lienthong.platform.monitoring.types import OperationRecord, milliseconds

_REMEMBER = """
INSERT INTO exchange_incomingletter
    (sender, letter_id, name, sent_at, received_at, body, digest, signature, verdict, code, receipt, receipt_signature)
VALUES (%s, %s, %s, %s, %s, %b, %b, %s, %s, %s, %b, %s)
ON CONFLICT (sender, letter_id) DO NOTHING
"""

_KNOWN = """
SELECT digest, verdict, receipt, receipt_signature FROM exchange_incomingletter WHERE sender = %s AND letter_id = %s
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """The receipt to send back, with its signature and HTTP status."""

    status: int
    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A verified letter before its schema is checked."""

    header: wire.Header
    body: bytes
    digest: bytes
    signature: str
    at: datetime = field(default_factory=clock.now)


class _Seen(Exception):
    """This id is known already."""


Parts = Mapping[str, bytes | Path]
"""What came along, by SHA-256 (hex): bytes in the request, or verified files that lie aside."""


def receive_letter(body: bytes, signature: str, parts: Mapping[str, bytes]) -> Reply:
    """Verify a letter, give it to its inbox function, answer with a receipt.

    `parts`: bytes by SHA-256 (hex) that came in the same request; others must have been brought before.
    Raises Refused for what cannot be answered by a receipt: unreadable, not signed by its sender, for another node,
    missing or damaged parts. The sender tries those again.
    """
    header = wire.peek(signature, "letter")
    trust.verify(body, signature, header)
    trust.require_me(header)
    return receive_verified(Arrived(header, body, wire.digest(body), signature), parts)


def receive_verified(arrived: Arrived, parts: Mapping[str, bytes]) -> Reply:
    """As `receive_letter`, for a letter whose signature is known to hold."""
    found = _find_parts(arrived, parts)
    with tracing.span("exchange.receive", kind="consumer", sender=arrived.header.sender, letter=arrived.header.name):
        try:
            return _accept(arrived, found)
        except _Seen:
            return again(arrived)
        except Refused as refusal:
            return _refuse(arrived, refusal)


def _find_parts(arrived: Arrived, parts: Mapping[str, bytes]) -> Parts:
    found: dict[str, bytes | Path] = {}
    for part in wire.list_parts(arrived.body):
        content = parts.get(part.sha256)
        kept = part_services.find_part(arrived.header.sender, part) if content is None else None
        if content is None and kept is None:
            raise Refused(
                "exchange.part-missing",
                tr(f"Thiếu tệp kèm “{part.name}”.", f"The part “{part.name}” is missing."),
                field=part.sha256,
                status=400,
            )
        if content is not None and not _fits(content, part):
            raise Refused(
                "exchange.part-damaged",
                tr(f"Tệp kèm “{part.name}” không khớp mã băm.", f"The part “{part.name}” does not fit its digest."),
                field=part.sha256,
                status=400,
            )
        found[part.sha256] = cast("bytes | Path", content if content is not None else kept)
    return found


def _fits(content: bytes, part: wire.PartRef) -> bool:
    return len(content) == part.size and hashlib.sha256(content).hexdigest() == part.sha256


def find_inbox(name: str) -> tuple[type[Letter], Callable[..., None]]:
    """The class and the inbox function of a letter. Raises Refused `exchange.unknown-letter`."""
    opened = roles.inbox_of(name)
    if opened is None:
        raise Refused(
            "exchange.unknown-letter",
            tr(f"Nút này không nhận thông điệp {name}.", f"This node takes no letters {name}."),
            field="name",
        )
    return cast("type[Letter]", opened[0]), opened[1]


def _accept(arrived: Arrived, parts: Parts) -> Reply:
    header = arrived.header
    letter_class, on_letter = find_inbox(header.name)
    letter, listed = wire.parse_letter(letter_class, arrived.body)
    with db.atomic():
        reply = _remember(arrived, None)
        refs = tuple(_store(part, parts[part.sha256], letter_class) for part in listed)
        envelope = envelope_of(arrived, refs, raw=letter_class.RAW)
        if letter_class.SET:
            on_letter([(letter, envelope)])
        else:
            on_letter(letter, envelope)
        _log(arrived, "accepted", reply)
    part_services.drop_taken(header.sender, [part.sha256 for part in listed])
    return reply


def _store(part: wire.PartRef, content: bytes | Path, letter_class: type[Letter]) -> FileRef:
    field, allowed, most = f"parts.{part.name}", letter_class.PART_TYPES, letter_class.MAX_PART_BYTES
    if isinstance(content, bytes):
        return files.store(content, name=part.name, allowed=allowed, max_bytes=most, field=field)
    return files.adopt(content, sha256=part.sha256, name=part.name, allowed=allowed, max_bytes=most, field=field)


def envelope_of(
    arrived: Arrived, refs: tuple[FileRef, ...], *, raw: bool, at_hand: Mapping[str, bytes] = MappingProxyType({})
) -> Envelope:
    """What its inbox function learns about a letter."""
    header = arrived.header
    return Envelope(
        id=header.id,
        name=header.name,
        sender=header.sender,
        recipient=header.recipient,
        sent_at=header.at,
        parts=refs,
        body=wire.letter_bytes(arrived.body) if raw else b"",
        at_hand=at_hand,
    )


def _refuse(arrived: Arrived, refusal: Refused) -> Reply:
    """The effect is gone with its transaction; the refusal stays."""
    try:
        with db.atomic():
            reply = _remember(arrived, refusal)
            _log(arrived, refusal.code[:100], reply)
    except _Seen:
        return again(arrived)
    return reply


def _remember(arrived: Arrived, refusal: Refused | None) -> Reply:
    """Sign the receipt and store it under the sender and id. Raises _Seen when that id is known."""
    header, now = arrived.header, clock.now()
    receipt = wire.compose_receipt(header, arrived.digest, now, refusal)
    signature = trust.sign(receipt, trust.reply_header("receipt", header))
    stored = sql.run(
        _REMEMBER,
        (
            header.sender,
            header.id,
            header.name,
            header.at,
            now,
            kept_body(header.name, arrived.body),
            arrived.digest,
            arrived.signature,
            "refused" if refusal else "accepted",
            refusal.code[:100] if refusal else "",
            receipt,
            signature,
        ),
    )
    if not stored:
        raise _Seen
    return Reply(422 if refusal else 200, receipt, signature)


def again(arrived: Arrived) -> Reply:
    """The original receipt for the same bytes; a signed conflict for others."""
    digest, verdict, receipt, signature = sql.rows(_KNOWN, (arrived.header.sender, arrived.header.id))[0]
    if bytes(digest) == arrived.digest:
        return Reply(200 if verdict == "accepted" else 422, bytes(receipt), signature)
    conflict = Conflict(
        "exchange.conflict",
        tr("Mã thông điệp này đã dùng cho nội dung khác.", "This id has been used for other content."),
        field="id",
    )
    body = wire.compose_receipt(arrived.header, arrived.digest, clock.now(), conflict)
    reply = Reply(409, body, trust.sign(body, trust.reply_header("receipt", arrived.header)))
    with db.atomic():
        _log(arrived, conflict.code, reply)
    return reply


def _log(arrived: Arrived, outcome: str, reply: Reply) -> None:
    header = arrived.header
    evidence = chain.evidence(arrived.signature, reply.signature)
    fact = chain.Fact(clock.now(), header.id, header.name, outcome, arrived.digest, wire.digest(reply.body), evidence)
    append(StreamKey(header.sender, "in", "letter"), fact)
    monitoring.record(
        [record_of(arrived, "" if outcome == "accepted" else outcome, len(reply.body), milliseconds(clock.now()))]
    )


def record_of(arrived: Arrived, fault_code: str, response_size: int, now: int) -> OperationRecord:
    """The operational record of a letter that came in at this moment (milliseconds)."""
    header = arrived.header
    return OperationRecord(
        "producer",
        "letter",
        str(header.id),
        header.sender,
        header.recipient,
        header.name,
        milliseconds(arrived.at),
        milliseconds(arrived.at),
        now,
        now,
        not fault_code,
        fault_code,
        request_size=len(arrived.body),
        response_size=response_size,
        trace=tracing.trace_id(),
    )


def failed() -> Refused:
    """What a sender learns when a letter broke here: to try again."""
    return Refused(
        "exchange.failed",
        tr("Nút nhận gặp lỗi; hãy gửi lại sau.", "The receiving node had an error; try again later."),
        status=500,
    )
