"""What proves a message (bằng chứng): the signed bytes kept of it and of its answer, and their place in the log."""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lienthong.kernel import sql
from lienthong.kernel.errors import NotFound, Refused
from lienthong.kernel.text import tr
from lienthong.platform.exchange import chain, directory_form, wire
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
class Kept:
    """One signed message as the tables keep it; `body` None: only its digest is kept.

    `thumbprint`, `signed_at`: of a call; the header of any other message says them.
    """

    line: str
    digest: bytes
    body: bytes | None
    thumbprint: str = ""
    signed_at: datetime | None = None


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
    entry = (
        LogEntry.objects.filter(message_id=message_id, stream__direction=direction)
        .exclude(evidence=b"")
        .select_related("stream")
        .order_by("pk")
        .first()
    )
    return Prover().prove(message_id, direction, entry)


class Prover:
    """Finds proofs; kept for many messages it reads each checkpoint once."""

    def __init__(self) -> None:
        self._closings: dict[tuple[int, int], _Closing] = {}

    def prove(self, message_id: UUID, direction: str, entry: LogEntry | None) -> Proofs:
        """As `find_proofs`; `entry`: the message's row in the log, None when it has none."""
        name, kept = find_kept(message_id, direction)
        log_proofs = self._log_proofs(entry, [one.line for one in kept])
        proofs = [_proof(one, log_proofs[number]) for number, one in enumerate(kept)]
        return Proofs(name, proofs[0], proofs[1] if len(proofs) > 1 else None)

    def _log_proofs(self, entry: LogEntry | None, lines: list[str]) -> list[bytes]:
        """For each line the proof that the log holds it; empty while no checkpoint closes the row, or for old rows."""
        if entry is None or chain.evidence(*lines) != bytes(entry.evidence):
            return [b""] * len(lines)
        stream = f"{entry.stream.peer}/{entry.stream.direction}/{entry.stream.kind}"
        found = sql.rows(_CLOSING, (entry.at - _SKEW, stream, entry.position, entry.position))
        if not found:
            return [b""] * len(lines)
        number, place = found[0]
        if (number, place) not in self._closings:
            # A new checkpoint: rows come in their order, so the ones before are not asked for again.
            self._closings = {(number, place): _Closing(number, place, entry.stream_id)}
        closing = self._closings[number, place]
        evidence = tuple(chain.line_digest(line) for line in lines)
        return [closing.proof(entry, evidence, line) for line in lines]


def find_kept(message_id: UUID, direction: str) -> tuple[str, list[Kept]]:
    """A message and its answer as they are kept, with the name. Raises NotFound `exchange.no-proof`."""
    for found in (_letter(message_id, direction), _question(message_id, direction), _call(message_id, direction)):
        if found is not None:
            return found
    raise NotFound(
        "exchange.no-proof",
        tr("Nút này không có bằng chứng về thông điệp đó.", "This node has no proof of that message."),
        field="message_id",
    )


def _letter(message_id: UUID, direction: str) -> tuple[str, list[Kept]] | None:
    letter: OutgoingLetter | IncomingLetter | None
    if direction == "out":
        letter = OutgoingLetter.objects.filter(id=message_id).first()
    else:
        letter = IncomingLetter.objects.filter(letter_id=message_id).first()
    if letter is None:
        return None
    kept = [Kept(letter.signature, bytes(letter.digest), bytes(letter.body) or None)]
    if letter.receipt:
        receipt = bytes(letter.receipt)
        kept.append(Kept(letter.receipt_signature, wire.digest(receipt), receipt))
    return letter.name, kept


def _question(message_id: UUID, direction: str) -> tuple[str, list[Kept]] | None:
    asked = QuestionRecord.objects.filter(message_id=message_id, direction=direction).first()
    if asked is None:
        return None
    kept = [Kept(asked.signature, bytes(asked.digest), bytes(asked.body) or None)]
    if asked.answer_signature:
        kept.append(Kept(asked.answer_signature, bytes(asked.answer_digest), None))
    return asked.service, kept


def _call(message_id: UUID, direction: str) -> tuple[str, list[Kept]] | None:
    call = CallRecord.objects.filter(message_id=message_id, direction=direction).first()
    if call is None:
        return None
    line = signing_queries.write_line(bytes(call.request_message), bytes(call.request_signature))
    kid, at = bytes(call.request_thumbprint).hex(), call.request_signed_at
    kept = [Kept(line, bytes(call.request_digest), _bytes(call.request_body), kid, at)]
    if call.answer_message:
        line = signing_queries.write_line(bytes(call.answer_message), bytes(call.answer_signature))
        kid = bytes(call.answer_thumbprint).hex()
        kept.append(Kept(line, bytes(call.answer_digest), _bytes(call.answer_body), kid, call.answer_signed_at))
    return call.service, kept


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _proof(kept: Kept, log_proof: bytes) -> MessageProof:
    message, signature, path = _taken_apart(kept)
    kid, at = _signer(kept, message)
    return MessageProof(
        message=message,
        attachments=((kept.digest, kept.body),) if kept.digest else (),
        signature=signature,
        certificate_pem=_certificate(kid),
        signed_at=at,
        chain=path,
        log_proof=log_proof,
    )


def _taken_apart(kept: Kept) -> tuple[bytes, bytes, bytes]:
    """Message, signature and path of a line. A call's message may be longer than a line on the wire."""
    if kept.signed_at is None:
        return signing_queries.read_proof(kept.line)
    message, path, value = (_decoded(part) for part in kept.line.split("."))
    return message, value, path


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _signer(kept: Kept, message: bytes) -> tuple[str, datetime]:
    """Whose certificate signed a message, and when."""
    if kept.signed_at is not None:
        return kept.thumbprint, kept.signed_at
    header = signing_queries.read_line_header(kept.line)
    return str(header["kid"]), datetime.fromisoformat(str(header["at"]))


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


class _Closing:
    """A checkpoint and one stream in it, ready to prove each of the rows that it closed."""

    def __init__(self, number: int, place: int, stream_id: int) -> None:
        self.checkpoint = Checkpoint.objects.select_related("timestamp").get(number=number)
        parts = [
            signing_queries.StreamPart(name, since, count, bytes.fromhex(head), bytes.fromhex(rows))
            for name, since, count, head, rows in self.checkpoint.streams
        ]
        self.part = parts[place]
        links = [bytes(row[0]) for row in sql.rows(_LINKS, (stream_id, self.part.since, self.part.count))]
        self.rows = signing_queries.build_chain(links)
        self.stream_chain = signing_queries.checkpoint_tree(parts).path(place).encode()

    def proof(self, entry: LogEntry, evidence: tuple[bytes, ...], line: str) -> bytes:
        held = self.checkpoint.timestamp
        return signing_queries.LogProof(
            facts=fact_of(entry).told(),
            previous=bytes(entry.previous),
            position=entry.position,
            stream=self.part.stream,
            count=self.part.count,
            head=self.part.head,
            evidence=evidence,
            row_chain=self.rows.path(entry.position - self.part.since - 1).encode(),
            stream_chain=self.stream_chain,
            line_chain=_decoded(line.split(".")[1]),
            document=bytes(self.checkpoint.document),
            signature=bytes(self.checkpoint.signature),
            certificate=self.checkpoint.certificate,
            token=bytes(held.token) if held else b"",
            token_chain=bytes(self.checkpoint.chain),
            witness=self.checkpoint.witness,
        ).write()


def fact_of(entry: LogEntry) -> chain.Fact:
    """What a row says."""
    digests = (bytes(entry.digest), bytes(entry.answer_digest), bytes(entry.evidence))
    return chain.Fact(entry.at, entry.message_id, entry.name, entry.outcome, *digests)
