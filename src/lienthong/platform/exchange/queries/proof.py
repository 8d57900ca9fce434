"""What proves a message (bằng chứng): the signed bytes kept of it and of its answer, and their place in the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.exchange import chain, directory_form, sql, wire
from lienthong.platform.exchange.models import (
    CallRecord,
    Checkpoint,
    IncomingLetter,
    LogEntry,
    OutgoingLetter,
    QuestionRecord,
)
from lienthong.platform.exchange.queries import directory as directory_queries
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import MessageProof

_SKEW = timedelta(minutes=10)

_CLOSING = """
SELECT c.number, part.place - 1 FROM exchange_checkpoint c
 CROSS JOIN LATERAL jsonb_array_elements(c.streams) WITH ORDINALITY AS part(told, place)
 WHERE c.at >= %s AND part.told ->> 0 = %s AND (part.told ->> 1)::bigint < %s AND (part.told ->> 2)::bigint >= %s
 ORDER BY c.number LIMIT 1
"""

_LINKS = """
SELECT link FROM exchange_logentry WHERE stream_id = %s AND position > %s AND position <= %s ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class _Kept:
    """One signed message as the tables keep it; `body` None: only its digest is kept."""

    line: str
    digest: bytes
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Proofs:
    """Proofs of a message and of its answer (biên nhận, câu trả lời), None while there is no answer."""

    name: str
    message: MessageProof
    answer: MessageProof | None


def find_proofs(message_id: UUID, direction: str) -> Proofs:
    """What proves a letter, a question or a call that this node sent (`out`) or received (`in`).

    Raises NotFound `exchange.no-proof`, and Refused `exchange.no-certificate` when a signer's certificate is lost.
    """
    name, kept = _kept(message_id, direction)
    lines = [one.line for one in kept]
    log_proofs = _log_proofs(message_id, direction, lines)
    proofs = [_proof(one, log_proofs[number]) for number, one in enumerate(kept)]
    return Proofs(name, proofs[0], proofs[1] if len(proofs) > 1 else None)


def _kept(message_id: UUID, direction: str) -> tuple[str, list[_Kept]]:
    for found in (_letter(message_id, direction), _question(message_id, direction), _call(message_id, direction)):
        if found is not None:
            return found
    raise NotFound(
        "exchange.no-proof",
        tr("Nút này không có bằng chứng về thông điệp đó.", "This node has no proof of that message."),
        field="message_id",
    )


def _letter(message_id: UUID, direction: str) -> tuple[str, list[_Kept]] | None:
    letter: OutgoingLetter | IncomingLetter | None
    if direction == "out":
        letter = OutgoingLetter.objects.filter(id=message_id).first()
    else:
        letter = IncomingLetter.objects.filter(letter_id=message_id).first()
    if letter is None:
        return None
    kept = [_Kept(letter.signature, bytes(letter.digest), bytes(letter.body) or None)]
    if letter.receipt:
        receipt = bytes(letter.receipt)
        kept.append(_Kept(letter.receipt_signature, wire.digest(receipt), receipt))
    return letter.name, kept


def _question(message_id: UUID, direction: str) -> tuple[str, list[_Kept]] | None:
    asked = QuestionRecord.objects.filter(message_id=message_id, direction=direction).first()
    if asked is None:
        return None
    kept = [_Kept(asked.signature, bytes(asked.digest), bytes(asked.body) or None)]
    if asked.answer_signature:
        kept.append(_Kept(asked.answer_signature, bytes(asked.answer_digest), None))
    return asked.service, kept


def _call(message_id: UUID, direction: str) -> tuple[str, list[_Kept]] | None:
    call = CallRecord.objects.filter(message_id=message_id, direction=direction).first()
    if call is None:
        return None
    line = signing_queries.write_line(bytes(call.request_message), bytes(call.request_signature))
    kept = [_Kept(line, bytes(call.request_digest), _bytes(call.request_body))]
    if call.answer_message:
        line = signing_queries.write_line(bytes(call.answer_message), bytes(call.answer_signature))
        kept.append(_Kept(line, bytes(call.answer_digest), _bytes(call.answer_body)))
    return call.service, kept


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _proof(kept: _Kept, log_proof: bytes) -> MessageProof:
    message, signature, path = signing_queries.read_proof(kept.line)
    kid, at = _signer(message)
    return MessageProof(
        message=message,
        attachments=((kept.digest, kept.body),) if kept.digest else (),
        signature=signature,
        certificate_pem=_certificate(kid),
        signed_at=at,
        chain=path,
        log_proof=log_proof,
    )


def _signer(message: bytes) -> tuple[str, datetime]:
    """Whose certificate signed a message, and when, as the message itself says: JSON of ours, or lines of a call."""
    told = dict(_pairs(message))
    return told["kid"], datetime.fromisoformat(told["at"])


def _pairs(message: bytes) -> Iterator[tuple[str, str]]:
    if message.startswith(b"{"):
        header = signing_queries.read_line_header(signing_queries.write_line(message, bytes(64)))
        yield from ((name, str(value)) for name, value in header.items())
        return
    for line in message.decode("utf-8", "replace").split("\r\n"):
        name, found, value = line.partition(":")
        if found and name.lower().startswith("lienthong-"):
            yield name.lower().removeprefix("lienthong-"), value.strip()


def _certificate(thumbprint: str) -> str:
    own = signing_queries.get_certificate("node")
    if own.thumbprint == thumbprint:
        return own.pem
    for entry in directory_queries.list_nodes():
        for pem in (*entry.certificates, *(one.pem for one in entry.kept)):
            if directory_form.thumbprint(pem) == thumbprint:
                return pem
    met = signing_queries.find_certificate(thumbprint)
    if met is None:
        raise Refused(
            "exchange.no-certificate",
            tr("Không còn chứng thư của bên ký.", "The signer's certificate is not kept here."),
            status=404,
        )
    return met


# The place in the log


def _log_proofs(message_id: UUID, direction: str, lines: list[str]) -> list[bytes]:
    """For each line the proof that the log holds it; empty while no checkpoint closes the row, or of rows of old."""
    entry = (
        LogEntry.objects.filter(message_id=message_id, stream__direction=direction)
        .exclude(evidence=b"")
        .select_related("stream")
        .order_by("pk")
        .first()
    )
    evidence = tuple(chain.line_digest(line) for line in lines)
    if entry is None or chain.evidence(*lines) != bytes(entry.evidence):
        return [b""] * len(lines)
    stream = f"{entry.stream.peer}/{entry.stream.direction}/{entry.stream.kind}"
    found = sql.rows(_CLOSING, (entry.at - _SKEW, stream, entry.position, entry.position))
    if not found:
        return [b""] * len(lines)
    (number, place), *_ = found
    closing = Checkpoint.objects.select_related("timestamp").get(number=number)
    return [_log_proof(entry, closing, place, evidence, line) for line in lines]


def _log_proof(entry: LogEntry, closing: Checkpoint, place: int, evidence: tuple[bytes, ...], line: str) -> bytes:
    parts = [
        signing_queries.StreamPart(name, since, count, bytes.fromhex(head), bytes.fromhex(rows))
        for name, since, count, head, rows in closing.streams
    ]
    part = parts[place]
    links = [bytes(row[0]) for row in sql.rows(_LINKS, (entry.stream_id, part.since, part.count))]
    rows = signing_queries.build_chain(links)
    fact = chain.Fact(
        entry.at,
        entry.message_id,
        entry.name,
        entry.outcome,
        bytes(entry.digest),
        bytes(entry.answer_digest),
        bytes(entry.evidence),
    )
    held = closing.timestamp
    return signing_queries.LogProof(
        facts=fact.told(),
        previous=bytes(entry.previous),
        position=entry.position,
        stream=part.stream,
        count=part.count,
        head=part.head,
        evidence=evidence,
        row_chain=rows.path(entry.position - part.since - 1).encode(),
        stream_chain=signing_queries.checkpoint_tree(parts).path(place).encode(),
        line_chain=signing_queries.read_proof(line)[2],
        document=bytes(closing.document),
        signature=bytes(closing.signature),
        certificate=closing.certificate,
        token=bytes(held.token) if held else b"",
        token_chain=bytes(closing.chain),
        witness=closing.witness,
    ).write()
