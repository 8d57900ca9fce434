"""Receiving many letters at once: one check of signatures, one insert, one log entry for all; each with its receipt.

What one letter does wrong must not touch the others: a refusal is remembered for its letter and the set is taken
again without it; where that does not help, every letter goes the way of a single one.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

import orjson
import structlog
from psycopg.errors import UniqueViolation

from lienthong.kernel import clock, db, files, lull, sql, tracing
from lienthong.kernel.errors import Refused
from lienthong.kernel.files import FileRef
from lienthong.platform.exchange import chain, wire
from lienthong.platform.exchange.batch_form import Entry
from lienthong.platform.exchange.keeping import kept_body
from lienthong.platform.exchange.services import reception, trust
from lienthong.platform.exchange.services.batch_trust import Signed, sign_together, verify_together
from lienthong.platform.exchange.services.log import StreamKey, append_many
from lienthong.platform.exchange.services.reception import Arrived
from lienthong.platform.exchange.types import Envelope, Letter
from lienthong.platform.monitoring import services as monitoring
from lienthong.platform.monitoring.types import milliseconds

log = structlog.get_logger()

_ROUNDS = 8

_KNOWN = """
SELECT i.sender, i.letter_id
  FROM unnest(%b::text[], %b::uuid[]) AS v(sender, letter_id) JOIN exchange_incomingletter i USING (sender, letter_id)
"""

_COLUMNS: sql.Columns = (
    ("sender", "text"),
    ("letter_id", "uuid"),
    ("name", "text"),
    ("sent_at", "timestamptz"),
    ("received_at", "timestamptz"),
    ("body", "bytea"),
    ("digest", "bytea"),
    ("signature", "text"),
    ("verdict", "text"),
    ("code", "text"),
    ("receipt", "bytea"),
    ("receipt_signature", "text"),
)


@dataclass(slots=True)
class _Item:
    """A verified letter of the batch: where it stands, what it says or why it is refused."""

    index: int
    arrived: Arrived
    trace: str
    letter: Letter | None = None
    inbox: tuple[type[Letter], Callable[..., None]] | None = None
    parts: tuple[wire.PartRef, ...] = ()
    files: tuple[FileRef, ...] = ()
    at_hand: dict[str, bytes] = field(default_factory=dict)
    refusal: Refused | None = None
    known: bool = False


class _Raced(Exception):
    """Another request brought one of these letters at the same time."""


class _Culprit(Exception):
    """This item raised; or, with `among`, one of these did."""

    def __init__(self, item: _Item, error: Exception, among: Sequence[_Item] = ()) -> None:
        super().__init__(str(error))
        self.item = item
        self.error = error
        self.among = among


@dataclass(slots=True)
class _Batch:
    """What is known while a batch is taken: an answer for every entry in the end."""

    answers: list[Entry | None]
    fresh: list[_Item] = field(default_factory=list)
    singles: list[_Item] = field(default_factory=list)
    one_by_one: set[str] = field(default_factory=set)
    parts: Mapping[str, bytes] = field(default_factory=dict)

    def reply(self, item: _Item, status: int, body: bytes, signature: str) -> None:
        self.answers[item.index] = Entry(status, signature, body)

    def problem(self, index: int, refusal: Refused) -> None:
        self.answers[index] = Entry(refusal.status, "", orjson.dumps(refusal.as_problem()))


def receive_letters(entries: Sequence[Entry], parts: Mapping[str, bytes] | None = None) -> list[Entry]:
    """Take letters as `receive_letter` takes one; a receipt or a problem for each, in the same order.

    `parts`: bytes by SHA-256 (hex) that came along, known to be what their digests say.
    """
    lull.note(len(entries))
    batch = _Batch([None] * len(entries), parts=parts or {})
    _sort(batch, _verified(batch, entries))
    _take_together(batch)
    for item in batch.singles:
        _take_alone(batch, item)
    return [answer for answer in batch.answers if answer is not None]


def _verified(batch: _Batch, entries: Sequence[Entry]) -> list[_Item]:
    claimed: list[tuple[int, Signed]] = []
    for index, entry in enumerate(entries):
        try:
            header = wire.peek(entry.signature, "letter")
            trust.require_me(header)
        except Refused as refusal:
            batch.problem(index, refusal)
        else:
            claimed.append((index, Signed(wire.digest(entry.body), entry.signature, header)))
    items = []
    for (index, signed), fault in zip(claimed, verify_together([one for _, one in claimed]), strict=True):
        if fault is not None:
            batch.problem(index, fault)
        else:
            arrived = Arrived(signed.header, entries[index].body, signed.digest, signed.line)
            items.append(_Item(index, arrived, entries[index].note))
    return items


def _sort(batch: _Batch, items: Sequence[_Item]) -> None:
    """Fresh letters with all their parts go together; those known, twice in the batch or not whole go alone."""
    keys = [(item.arrived.header.sender, item.arrived.header.id) for item in items]
    known = {(row[0], row[1]) for row in sql.rows(_KNOWN, (_column(keys, 0), _column(keys, 1)))}
    seen: set[tuple[str, UUID]] = set(known)
    for key, item in zip(keys, items, strict=True):
        item.known = key in known
        if key in seen or not _is_whole(batch, item):
            batch.singles.append(item)
            continue
        seen.add(key)
        batch.fresh.append(item)
        try:
            item.inbox = reception.find_inbox(item.arrived.header.name)
            item.letter, item.parts = wire.parse_letter(item.inbox[0], item.arrived.body)
        except Refused as refusal:
            item.refusal = refusal


def _is_whole(batch: _Batch, item: _Item) -> bool:
    """Did all parts come along? What cannot be read is left to the way of single letters, which says why."""
    try:
        parts = wire.list_parts(item.arrived.body)
    except Refused:
        return False
    return all(len(batch.parts.get(part.sha256, b"")) == part.size for part in parts)


def _column(rows: Sequence[tuple[object, ...]], number: int) -> list[object]:
    return [row[number] for row in rows]


def _take_together(batch: _Batch) -> None:
    for _ in range(_ROUNDS):
        if not batch.fresh:
            return
        try:
            with db.atomic():
                answers = _take_all(batch)
        except _Culprit as culprit:
            _set_aside(batch, culprit)
        except _Raced:
            break
        except Exception:
            log.exception("a set of letters broke; each goes alone")
            break
        else:
            for item, answer in answers:
                batch.answers[item.index] = answer
            return
    batch.singles += batch.fresh
    batch.fresh.clear()


def _set_aside(batch: _Batch, culprit: _Culprit) -> None:
    """Remember what was wrong with one letter; where a set cannot say which, its letters go one by one."""
    item, error = culprit.item, culprit.error
    if culprit.among:
        batch.one_by_one.add(item.arrived.header.name)
    elif isinstance(error, Refused):
        item.refusal = error
    else:
        log.error("letter broke its inbox", exc_info=error, letter=str(item.arrived.header.id))
        batch.fresh.remove(item)
        batch.problem(item.index, reception.failed())


def _take_all(batch: _Batch) -> list[tuple[_Item, Entry]]:
    now = clock.now()
    items = batch.fresh
    receipts = _receipts(items, now)
    _remember(items, receipts, now)
    _store_parts(batch)
    _give_to_inboxes(batch)
    by_sender = sorted(range(len(items)), key=lambda index: items[index].arrived.header.sender)
    for sender, group in groupby(by_sender, key=lambda index: items[index].arrived.header.sender):
        facts = [_fact(items[index], *receipts[index], now) for index in group]
        append_many(StreamKey(sender, "in", "letter"), facts)
    moment = milliseconds(now)
    monitoring.record(
        [
            reception.record_of(item.arrived, _code(item), len(receipt), moment)
            for item, (receipt, _) in zip(items, receipts, strict=True)
        ]
    )
    return [
        (item, Entry(422 if item.refusal else 200, line, receipt))
        for item, (receipt, line) in zip(items, receipts, strict=True)
    ]


def _receipts(items: Sequence[_Item], now: datetime) -> list[tuple[bytes, str]]:
    bodies = [wire.compose_receipt(item.arrived.header, item.arrived.digest, now, item.refusal) for item in items]
    headers = [item.arrived.header.answered("receipt", now) for item in items]
    lines = sign_together([(wire.digest(body), header) for body, header in zip(bodies, headers, strict=True)], at=now)
    return list(zip(bodies, lines, strict=True))


def _remember(items: Sequence[_Item], receipts: Sequence[tuple[bytes, str]], now: datetime) -> None:
    given = [
        (
            item.arrived.header.sender,
            item.arrived.header.id,
            item.arrived.header.name,
            item.arrived.header.at,
            now,
            kept_body(item.arrived.header.name, item.arrived.body),
            item.arrived.digest,
            item.arrived.signature,
            "refused" if item.refusal else "accepted",
            _code(item),
            receipt,
            line,
        )
        for item, (receipt, line) in zip(items, receipts, strict=True)
    ]
    try:
        sql.insert_rows("exchange_incomingletter", _COLUMNS, given)
    except UniqueViolation:
        raise _Raced from None


def _store_parts(batch: _Batch) -> None:
    """The files of all letters; the disk and the database hear of them once. One left by a failure is nobody's."""
    with files.together() as kept:
        for item in batch.fresh:
            if item.refusal is None and item.parts:
                try:
                    item.files = tuple(_kept(batch, item, part, kept) for part in item.parts)
                except Refused as refusal:
                    raise _Culprit(item, refusal) from refusal


def _kept(batch: _Batch, item: _Item, part: wire.PartRef, kept: files.Together) -> FileRef:
    letter_class = _inbox(item)[0]
    if part.name not in letter_class.AT_HAND:
        return _written(batch, part, letter_class, kept)
    item.at_hand[part.sha256] = content = batch.parts[part.sha256]
    return files.examine(
        content,
        name=part.name,
        allowed=letter_class.PART_TYPES,
        max_bytes=letter_class.MAX_PART_BYTES,
        field=f"parts.{part.name}",
    )


def _written(batch: _Batch, part: wire.PartRef, letter_class: type[Letter], kept: files.Together) -> FileRef:
    return kept.write(
        batch.parts[part.sha256],
        name=part.name,
        allowed=letter_class.PART_TYPES,
        max_bytes=letter_class.MAX_PART_BYTES,
        field=f"parts.{part.name}",
    )


def _code(item: _Item) -> str:
    return item.refusal.code[:100] if item.refusal else ""


def _fact(item: _Item, receipt: bytes, line: str, now: datetime) -> chain.Fact:
    header, outcome = item.arrived.header, _code(item) or "accepted"
    evidence = chain.evidence(item.arrived.signature, line)
    return chain.Fact(now, header.id, header.name, outcome, item.arrived.digest, wire.digest(receipt), evidence)


def _give_to_inboxes(batch: _Batch) -> None:
    """In the order of the batch; neighbours of one kind together where their inbox takes sets."""
    taken = [item for item in batch.fresh if item.refusal is None]
    for name, run in groupby(taken, key=lambda item: item.arrived.header.name):
        group = list(run)
        letter_class, on_letter = _inbox(group[0])
        if letter_class.SET and name not in batch.one_by_one:
            try:
                on_letter([_handed(item, raw=letter_class.RAW) for item in group])
            except Exception as error:
                raise _Culprit(group[0], error, group if len(group) > 1 else ()) from error
            continue
        for item in group:
            try:
                with tracing.following(item.trace or tracing.current()), _span(item):
                    handed = _handed(item, raw=letter_class.RAW)
                    on_letter([handed]) if letter_class.SET else on_letter(*handed)
            except Exception as error:
                raise _Culprit(item, error) from error


def _span(item: _Item) -> AbstractContextManager[object]:
    header = item.arrived.header
    return tracing.span("exchange.receive", kind="consumer", sender=header.sender, letter=header.name)


def _inbox(item: _Item) -> tuple[type[Letter], Callable[..., None]]:
    if item.inbox is None:
        raise LookupError(item.arrived.header.name)
    return item.inbox


def _handed(item: _Item, *, raw: bool) -> tuple[Letter, Envelope]:
    if item.letter is None:
        raise LookupError(item.arrived.header.name)
    return item.letter, reception.envelope_of(item.arrived, item.files, raw=raw, at_hand=item.at_hand)


def _take_alone(batch: _Batch, item: _Item) -> None:
    try:
        with tracing.following(item.trace or tracing.current()):
            one = item.arrived
            reply = reception.again(one) if item.known else reception.receive_verified(one, batch.parts)
        batch.reply(item, reply.status, reply.body, reply.signature)
    except Refused as refusal:
        batch.problem(item.index, refusal)
    except Exception:
        log.exception("letter broke its inbox", letter=str(item.arrived.header.id))
        batch.problem(item.index, reception.failed())
