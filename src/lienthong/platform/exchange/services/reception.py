"""Receiving letters (nhận thông điệp): dedup, effect, receipt and log row in one transaction."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from lienthong.kernel import clock, db, files, roles
from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.platform.exchange import chain, sql, wire
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.log import StreamKey, append
from lienthong.platform.exchange.types import Envelope, Letter

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
class _Arrived:
    """A verified letter before its schema is checked."""

    header: wire.Header
    body: bytes
    digest: bytes
    signature: str


class _Seen(Exception):
    """This id is known already."""


def receive_letter(body: bytes, signature: str, parts: Mapping[str, bytes]) -> Reply:
    """Verify a letter, give it to its inbox function, answer with a receipt.

    `parts`: bytes by SHA-256 (hex). Raises Refused for what cannot be answered by a receipt: unreadable, not
    signed by its sender, for another node, damaged parts. The sender tries those again.
    """
    header = wire.peek(signature, "letter")
    trust.verify(body, signature, header)
    trust.require_me(header)
    _check_parts(body, parts)
    arrived = _Arrived(header, body, wire.digest(body), signature)
    try:
        return _accept(arrived, parts)
    except _Seen:
        return _again(arrived)
    except Refused as refusal:
        return _refuse(arrived, refusal)


def _check_parts(body: bytes, parts: Mapping[str, bytes]) -> None:
    for part in wire.list_parts(body):
        content = parts.get(part.sha256)
        if content is None:
            raise Refused(
                "exchange.part-missing",
                tr(f"Thiếu tệp kèm “{part.name}”.", f"The part “{part.name}” is missing."),
                field=part.sha256,
                status=400,
            )
        if len(content) != part.size or hashlib.sha256(content).hexdigest() != part.sha256:
            raise Refused(
                "exchange.part-damaged",
                tr(f"Tệp kèm “{part.name}” không khớp mã băm.", f"The part “{part.name}” does not fit its digest."),
                field=part.sha256,
                status=400,
            )


def _accept(arrived: _Arrived, parts: Mapping[str, bytes]) -> Reply:
    header = arrived.header
    opened = roles.inbox_of(header.name)
    if opened is None:
        raise Refused(
            "exchange.unknown-letter",
            tr(f"Nút này không nhận thông điệp {header.name}.", f"This node takes no letters {header.name}."),
            field="name",
        )
    letter_class, on_letter = cast("type[Letter]", opened[0]), opened[1]
    letter, listed = wire.parse_letter(letter_class, arrived.body)
    with db.atomic():
        reply = _remember(arrived, None)
        refs = tuple(_store(part, parts[part.sha256]) for part in listed)
        on_letter(letter, _envelope(arrived, refs, raw=letter_class.RAW))
        _log(arrived, "accepted", reply)
    return reply


def _store(part: wire.PartRef, content: bytes) -> FileRef:
    return files.store(content, name=part.name, field=f"parts.{part.name}")


def _envelope(arrived: _Arrived, refs: tuple[FileRef, ...], *, raw: bool) -> Envelope:
    header = arrived.header
    return Envelope(
        id=header.id,
        name=header.name,
        sender=header.sender,
        recipient=header.recipient,
        sent_at=header.at,
        parts=refs,
        body=wire.letter_bytes(arrived.body) if raw else b"",
    )


def _refuse(arrived: _Arrived, refusal: Refused) -> Reply:
    """The effect is gone with its transaction; the refusal stays."""
    try:
        with db.atomic():
            reply = _remember(arrived, refusal)
            _log(arrived, refusal.code[:100], reply)
    except _Seen:
        return _again(arrived)
    return reply


def _remember(arrived: _Arrived, refusal: Refused | None) -> Reply:
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
            arrived.body,
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


def _again(arrived: _Arrived) -> Reply:
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


def _log(arrived: _Arrived, outcome: str, reply: Reply) -> None:
    header = arrived.header
    fact = chain.Fact(clock.now(), header.id, header.name, outcome, arrived.digest, wire.digest(reply.body))
    append(StreamKey(header.sender, "in", "letter"), fact)
