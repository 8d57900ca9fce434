"""Outcomes (kết quả gửi): judging what came back for letters, and writing it down in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lienthong.kernel import clock, events, sql
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import chain, rules, wire
from lienthong.platform.exchange.events import LetterRefused
from lienthong.platform.exchange.keeping import digest_only
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.batch_trust import Signed, verify_together
from lienthong.platform.exchange.services.carrying import Answer, Parcel, told
from lienthong.platform.exchange.services.log import StreamKey, append_many
from lienthong.platform.monitoring import services as monitoring
from lienthong.platform.monitoring.types import OperationRecord, milliseconds
from lienthong.platform.signing import queries as signing_queries

WAKE = "exchange.deliver_due"

_END = """
UPDATE exchange_outgoingletter AS o
   SET state = v.state, code = v.code, reason_vi = v.vi, reason_en = v.en, answered_at = %s,
       attempts = o.attempts + 1, next_attempt_at = NULL, receipt = v.receipt, receipt_signature = v.signature
  FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::text[])
       AS v(id, state, code, vi, en, receipt, signature)
 WHERE o.id = v.id AND o.state = 'waiting'
RETURNING o.id
"""

# Of accepted letters there are many, and little is different.
_ACCEPT = """
UPDATE exchange_outgoingletter AS o
   SET state = 'accepted', code = '', reason_vi = '', reason_en = '', answered_at = %s,
       attempts = o.attempts + 1, next_attempt_at = NULL, receipt = v.receipt, receipt_signature = v.signature
  FROM unnest(%b::uuid[], %b::bytea[], %b::text[]) AS v(id, receipt, signature)
 WHERE o.id = v.id AND o.state = 'waiting'
RETURNING o.id
"""

_PUT_OFF = """
UPDATE exchange_outgoingletter AS o
   SET attempts = v.attempts, next_attempt_at = v.next, code = v.code, reason_vi = v.vi, reason_en = v.en,
       signature = CASE v.signature WHEN '' THEN o.signature ELSE v.signature END
  FROM unnest(%b::uuid[], %b::int[], %b::timestamptz[], %b::text[], %b::text[], %b::text[], %b::text[])
       AS v(id, attempts, next, code, vi, en, signature)
 WHERE o.id = v.id AND o.state = 'waiting'
"""

# In the order of posting again, once the recipient answers.
_HURRY = """
UPDATE exchange_outgoingletter SET next_attempt_at = posted_at
 WHERE recipient = ANY (%s) AND state = 'waiting' AND next_attempt_at > %s AND code = ANY (%s)
"""

LINE_CODES = (
    "exchange.unreachable",
    "exchange.timeout",
    "exchange.unavailable",
    "exchange.unknown-sender",
    "exchange.foreign-certificate",
    "exchange.wrong-recipient",
    "exchange.directory-missing",
    "exchange.directory-expired",
)
"""What says more of the recipient than of the letter: its line is opened instead of trying one letter after another."""

_RECEIPT_STATUSES = (200, 409, 422)


@dataclass(frozen=True, slots=True)
class Ended:
    """A letter with a receipt that verified."""

    parcel: Parcel
    receipt: wire.Receipt
    receipt_bytes: bytes
    receipt_signature: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """A letter to try again, and why."""

    parcel: Parcel
    code: str
    reason: Bilingual


Outcome = Ended | PutOff


def judge(parcels: Sequence[Parcel], answers: Sequence[Answer]) -> list[Outcome]:
    """Which letters have come to their end, and why the others have not."""
    outcomes: dict[int, Outcome] = {}
    signed: list[tuple[int, Signed]] = []
    for index, (parcel, answer) in enumerate(zip(parcels, answers, strict=True)):
        try:
            signed.append((index, _claimed(parcel, answer)))
        except Refused as refusal:
            outcomes[index] = PutOff(parcel, refusal.code, refusal.message)
    for (index, one), fault in zip(signed, verify_together([one for _, one in signed]), strict=True):
        outcomes[index] = _judge_verified(parcels[index], answers[index], one, fault)
    return [outcomes[index] for index in range(len(parcels))]


def _claimed(parcel: Parcel, answer: Answer) -> Signed:
    """The claimed signature of a receipt, by the recipient and of this letter."""
    if answer.status not in _RECEIPT_STATUSES or not answer.signature:
        raise told(answer.status, answer.body)
    header = wire.peek(answer.signature, "receipt")
    if header.sender != parcel.recipient or header.id != parcel.id:
        raise wire.bad_receipt(tr("Biên nhận của thông điệp hoặc nút khác.", "A receipt of another letter or node."))
    return Signed(wire.digest(answer.body), answer.signature, header)


def _judge_verified(parcel: Parcel, answer: Answer, signed: Signed, fault: Refused | None) -> Outcome:
    try:
        if fault is not None:
            raise wire.bad_receipt(fault.message)
        receipt = wire.parse_receipt(answer.body)
        _require_same(parcel, receipt)
    except Refused as refusal:
        return PutOff(parcel, refusal.code, refusal.message)
    return Ended(parcel, receipt, answer.body, signed.line)


def _require_same(parcel: Parcel, receipt: wire.Receipt) -> None:
    said = (receipt.letter_id, receipt.digest, receipt.recipient, receipt.name)
    if said != (parcel.id, wire.digest(parcel.body).hex(), parcel.recipient, parcel.name):
        raise wire.bad_receipt(
            tr("Biên nhận không phải của thông điệp này.", "The receipt does not belong to this letter.")
        )


def write(outcomes: Sequence[Outcome], *, sent_at: datetime | None) -> list[Ended]:
    """Write outcomes in the caller's transaction; gives those that ended now and not before."""
    ended = [one for one in outcomes if isinstance(one, Ended)]
    put_off = [one for one in outcomes if isinstance(one, PutOff)]
    now = clock.now()
    fresh = _write_ended(ended, now) if ended else []
    if put_off:
        _write_put_off(put_off, now)
    monitoring.record([*_records(fresh, sent_at, now), *_failures(put_off, sent_at, now)])
    return fresh


def hurry(recipients: Iterable[str]) -> None:
    """What was put off because its recipient could not be reached may go now."""
    sql.run(_HURRY, (list(recipients), clock.now(), list(LINE_CODES)))


def _write_ended(ended: Sequence[Ended], now: datetime) -> list[Ended]:
    accepted = [one for one in ended if one.receipt.verdict == "accepted" and not one.receipt.code]
    others = [one for one in ended if one.receipt.verdict != "accepted" or one.receipt.code]
    changed = {row[0] for row in (*_accept(accepted, now), *_end(others, now))}
    fresh = [one for one in ended if one.parcel.id in changed]
    _forget_bodies(fresh)
    for recipient in sorted({one.parcel.recipient for one in fresh}):
        mine = (one for one in fresh if one.parcel.recipient == recipient)
        append_many(StreamKey(recipient, "out", "letter"), list(_facts(mine, now)))
    for one in fresh:
        if one.receipt.verdict == "refused":
            events.publish(_refused(one))
    return fresh


def _accept(ended: Sequence[Ended], now: datetime) -> list[tuple[Any, ...]]:
    if not ended:
        return []
    ids, receipts = [one.parcel.id for one in ended], [one.receipt_bytes for one in ended]
    return sql.rows(_ACCEPT, (now, ids, receipts, [one.receipt_signature for one in ended]))


def _end(ended: Sequence[Ended], now: datetime) -> list[tuple[Any, ...]]:
    if not ended:
        return []
    return sql.rows(
        _END,
        (
            now,
            [one.parcel.id for one in ended],
            [one.receipt.verdict for one in ended],
            [one.receipt.code for one in ended],
            [one.receipt.reason.vi for one in ended],
            [one.receipt.reason.en for one in ended],
            [one.receipt_bytes for one in ended],
            [one.receipt_signature for one in ended],
        ),
    )


def _forget_bodies(ended: Sequence[Ended]) -> None:
    """Of names that are kept as digests only, the body goes when the letter has been accepted."""
    done = [one.parcel.id for one in ended if one.receipt.verdict == "accepted" and one.parcel.name in digest_only()]
    if done:
        sql.run("UPDATE exchange_outgoingletter SET body = '' WHERE id = ANY(%s::uuid[])", (done,))


def _facts(ended: Iterable[Ended], now: datetime) -> Iterator[chain.Fact]:
    for one in ended:
        outcome = one.receipt.code or "accepted"
        yield chain.Fact(
            now,
            one.parcel.id,
            one.parcel.name,
            outcome,
            bytes.fromhex(one.receipt.digest),
            wire.digest(one.receipt_bytes),
            chain.evidence(one.parcel.signature, one.receipt_signature),
        )


def _refused(one: Ended) -> LetterRefused:
    return LetterRefused(
        letter_id=one.parcel.id,
        letter_name=one.parcel.name,
        recipient=one.parcel.recipient,
        about=one.parcel.about,
        code=one.receipt.code,
        reason_vi=one.receipt.reason.vi,
        reason_en=one.receipt.reason.en,
    )


def _write_put_off(put_off: Sequence[PutOff], now: datetime) -> None:
    sql.run(
        _PUT_OFF,
        (
            [one.parcel.id for one in put_off],
            [one.parcel.attempts + 1 for one in put_off],
            [rules.next_attempt(now, one.parcel.attempts + 1) for one in put_off],
            [one.code for one in put_off],
            [one.reason.vi for one in put_off],
            [one.reason.en for one in put_off],
            [_signed_anew(one) for one in put_off],
        ),
    )


def _signed_anew(one: PutOff) -> str:
    """The signature of a letter whose certificate was revoked while it waited, by the key in use now; else ""."""
    if one.code != "exchange.revoked-certificate":
        return ""
    header = wire.peek(one.parcel.signature, "letter")
    if signing_queries.get_certificate("node").thumbprint == header.kid:
        return ""
    return trust.sign(one.parcel.body, replace(header, at=clock.now()))


def _records(ended: Sequence[Ended], sent_at: datetime | None, now: datetime) -> Iterator[OperationRecord]:
    own = node().agency_code
    out_ts, in_ts = _moments(sent_at, now)
    for one in ended:
        yield OperationRecord(
            "client",
            "letter",
            str(one.parcel.id),
            own,
            one.parcel.recipient,
            one.parcel.name,
            out_ts,
            out_ts,
            in_ts,
            in_ts,
            one.receipt.verdict == "accepted",
            one.receipt.code,
            "",
            None,
            len(one.parcel.body),
            len(one.receipt_bytes),
            len(one.parcel.parts),
            trace=one.parcel.trace,
        )


def _failures(put_off: Sequence[PutOff], sent_at: datetime | None, now: datetime) -> Iterator[OperationRecord]:
    own = node().agency_code
    out_ts, in_ts = _moments(sent_at, now)
    for one in put_off:
        yield OperationRecord(
            "client",
            "letter",
            str(one.parcel.id),
            own,
            one.parcel.recipient,
            one.parcel.name,
            out_ts,
            out_ts,
            in_ts,
            in_ts,
            succeeded=False,
            fault_code=one.code,
            fault_string=one.reason.en,
            request_size=len(one.parcel.body),
            request_attachment_count=len(one.parcel.parts),
            trace=one.parcel.trace,
        )


def _moments(sent_at: datetime | None, now: datetime) -> tuple[int | None, int]:
    return (milliseconds(sent_at) if sent_at else None), milliseconds(now)
