"""Checking the message log (kiểm tra nhật ký thông điệp): finds a changed, missing or reordered row and names it.

Rows are read past the ORM, a batch at a time: PostgreSQL puts the facts together, every hash is made here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from django.db import connection

from lienthong.kernel import db, sql
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import chain
from lienthong.platform.exchange.models import LogEntry, Seal, Stream
from lienthong.platform.exchange.queries.checkpoints import check_checkpoints
from lienthong.platform.exchange.types import LogFault, LogVerdict
from lienthong.platform.signing import queries as signing_queries

_BATCH = 20_000
_SEARCHED = 1_000_000
_MOST_FAULTS = 1000

FACTS = r"""
to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || E'\n' || l.message_id || E'\n' || l.name
|| E'\n' || l.outcome || E'\n' || encode(l.digest, 'hex') || E'\n' || encode(l.answer_digest, 'hex')
|| CASE WHEN length(l.evidence) > 0 THEN E'\n' || encode(l.evidence, 'hex') ELSE '' END
"""
"""A row's facts as `chain.Fact.told` writes them."""

_ROWS = f"""
SELECT l.position, convert_to({FACTS}, 'UTF8'), l.previous, l.link FROM exchange_logentry l
 WHERE l.stream_id = %s AND l.position > %s AND l.position <= %s ORDER BY l.position LIMIT {_BATCH}
"""  # noqa: S608 (constants of this module)

_BODIES = (
    ("exchange_outgoingletter", "o.id = l.message_id AND o.recipient = s.peer", "out", "letter", "body", "digest"),
    ("exchange_incomingletter", "o.letter_id = l.message_id AND o.sender = s.peer", "in", "letter", "body", "digest"),
    *(
        (
            "exchange_questionrecord",
            f"o.message_id = l.message_id AND o.peer = s.peer AND o.direction = '{direction}'",
            direction,
            "question",
            "body",
            "digest",
        )
        for direction in ("out", "in")
    ),
    *(
        (
            "exchange_callrecord",
            f"o.message_id = l.message_id AND o.peer = s.peer AND o.direction = '{direction}'",
            direction,
            "call",
            body,
            digest,
        )
        for direction in ("out", "in")
        for body, digest in (("request_body", "digest"), ("answer_body", "answer_digest"))
    ),
)


def verify_log(*, bodies: bool = True) -> LogVerdict:
    """Recompute every link, compare heads, seals and checkpoints, compare the kept bodies with their digests."""
    faults: list[LogFault] = []
    rows = seals = 0
    with _at_one_moment():
        streams = list(Stream.objects.order_by("peer", "direction", "kind"))
        for stream in streams:
            counted, found = _check_stream(stream)
            rows += counted
            checked, bad_seals = _check_seals(stream)
            seals += checked
            faults += found + bad_seals
        checkpoints, stamped, torn = check_checkpoints(streams)
        faults += torn
        faults += _check_bodies() if bodies else []
    return LogVerdict(len(streams), rows, seals, tuple(faults), checkpoints=checkpoints, stamped=stamped)


@contextmanager
def _at_one_moment() -> Iterator[None]:
    """One view of the log, while it goes on growing."""
    inside = connection.in_atomic_block
    with db.atomic():
        if not inside:
            sql.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def stream_name(stream: Stream) -> str:
    """`H36/in/letter`: the peer, the direction, the kind."""
    return f"{stream.peer}/{stream.direction}/{stream.kind}"


def read_rows(stream_id: int, after: int, upto: int) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    """Position, facts, previous link and link of rows, in constant memory however long the log is."""
    while True:
        batch = sql.rows(_ROWS, (stream_id, after, upto))
        yield from batch
        if len(batch) < _BATCH:
            return
        after = batch[-1][0]


def _check_stream(stream: Stream) -> tuple[int, list[LogFault]]:
    faults: list[LogFault] = []
    expected, count = stream.archived + 1, 0
    last: bytes | None = bytes(stream.archived_link) if stream.archived else chain.FIRST_LINK
    for row in read_rows(stream.pk, 0, stream.count):
        position, facts, previous, link = row
        count += 1
        own = sha256(previous + sha256(facts).digest() + position.to_bytes(8, "big")).digest()
        if own == link and position == expected and previous == last:
            last, expected = link, expected + 1
            continue
        fault = _fault_of(stream, row, own, expected, last)
        if fault is not None and len(faults) < _MOST_FAULTS:
            faults.append(fault)
        # A row in the wrong place says nothing about the row after it, which is not to blame.
        last = None if fault is not None and fault.kind == "reordered" else link
        expected = position + 1
    if expected - 1 != stream.count or _goes_on(stream):
        faults.append(_truncated(stream, expected - 1))
    elif last != bytes(stream.head) and stream.count > stream.archived and not faults:
        faults.append(_bad_head(stream))
    return count, faults


def _goes_on(stream: Stream) -> bool:
    """Rows behind the head: the head was set back."""
    return LogEntry.objects.filter(stream=stream, position__gt=stream.count).exists()


def _fault_of(
    stream: Stream, row: tuple[int, bytes, bytes, bytes], own: bytes, expected: int, last: bytes | None
) -> LogFault | None:
    position, facts, previous, link = row
    if own != link:
        return _moved_or_changed(stream, row)
    if position != expected:
        return _missing(stream, expected, position - 1)
    if last is not None and previous != last:
        return _reordered(stream, position, _id_in(facts), position)
    return None


def _id_in(facts: bytes) -> str:
    return facts.split(b"\n", 2)[1].decode()


def _moved_or_changed(stream: Stream, row: tuple[int, bytes, bytes, bytes]) -> LogFault:
    """A row whose link does not fit: whole but from another position, or changed in itself."""
    position, facts, previous, link = row
    hashed = sha256(facts).digest()
    for written in range(1, min(stream.count, _SEARCHED) + 2):
        if chain.link(previous, hashed, written) == link:
            return _reordered(stream, position, _id_in(facts), written)
    text = tr(f"Dòng {position} đã bị sửa.", f"Row {position} was changed.")
    return _fault(stream, position, _id_in(facts), "changed", text)


def _check_seals(stream: Stream) -> tuple[int, list[LogFault]]:
    faults: list[LogFault] = []
    seals = list(Seal.objects.filter(stream=stream).order_by("count", "id"))
    link_at = links_at(stream, [seal.count for seal in seals])
    for seal in seals:
        if not _seal_is_ours(stream, seal):
            text = tr(
                f"Niêm phong tại dòng {seal.count} không đúng chữ ký.",
                f"The seal at row {seal.count} is not signed properly.",
            )
            faults.append(_fault(stream, seal.count, "", "bad-seal", text))
        elif seal.count > stream.count:
            faults.append(_truncated(stream, stream.count))
        elif seal.count >= stream.archived and link_at(seal.count) != bytes(seal.head):
            text = tr(
                f"Dòng {seal.count} không còn như khi được niêm phong.",
                f"Row {seal.count} is not what was sealed.",
            )
            faults.append(_fault(stream, seal.count, "", "changed", text))
    return len(seals), faults


def links_at(stream: Stream, positions: list[int]) -> Callable[[int], bytes]:
    """The links of rows of a stream, the last archived one among them; empty where there is no row."""
    found: dict[int, Any] = dict(
        LogEntry.objects.filter(stream=stream, position__in=positions).values_list("position", "link")
    )
    if stream.archived:
        found[stream.archived] = stream.archived_link
    return lambda position: bytes(found.get(position, b""))


def _seal_is_ours(stream: Stream, seal: Seal) -> bool:
    payload = chain.seal_payload(stream_name(stream), seal.count, bytes(seal.head), seal.at)
    try:
        # The rows stand in our own chain since then: a later revocation of the certificate changes nothing.
        signing_queries.verify_detached(
            payload, seal.signature, certificate_pem=seal.certificate, at=seal.at, proved_at=seal.at
        )
    except Refused:
        return False
    return True


def _check_bodies() -> list[LogFault]:
    faults = []
    for table, join, direction, kind, body, digest in _BODIES:
        found = sql.rows(
            "SELECT s.peer, l.position, l.message_id FROM exchange_logentry l"  # noqa: S608 (constants of this module)
            f" JOIN exchange_stream s ON s.id = l.stream_id JOIN {table} o ON {join}"
            f" WHERE s.direction = '{direction}' AND s.kind = '{kind}' AND l.outcome <> 'exchange.conflict'"
            f" AND length(o.{body}) > 0 AND sha256(o.{body}) <> l.{digest}"
            f" ORDER BY s.peer, l.position LIMIT {_MOST_FAULTS}"
        )
        for peer, position, message_id in found:
            text = tr(
                f"Nội dung lưu giữ của thông điệp {message_id} đã bị sửa.",
                f"The kept body of {message_id} was changed.",
            )
            faults.append(LogFault(f"{peer}/{direction}/{kind}", position, str(message_id), "body-changed", text))
    return faults


def _fault(stream: Stream, position: int, message_id: str, kind: str, text: Bilingual) -> LogFault:
    return LogFault(stream_name(stream), position, message_id, kind, text)


def _missing(stream: Stream, first: int, last: int) -> LogFault:
    span = str(first) if first == last else f"{first}–{last}"
    return _fault(stream, first, "", "missing", tr(f"Thiếu dòng {span}.", f"Row {span} is missing."))


def _reordered(stream: Stream, position: int, message_id: str, written_at: int) -> LogFault:
    text = tr(
        f"Dòng {position} không nối tiếp dòng trước: thứ tự đã bị đổi (khi ghi là dòng {written_at}).",
        f"Row {position} does not follow the row before it: the order was changed (written as row {written_at}).",
    )
    return _fault(stream, position, message_id, "reordered", text)


def _truncated(stream: Stream, last: int) -> LogFault:
    text = tr(f"Nhật ký bị cắt sau dòng {last}.", f"The log was cut after row {last}.")
    return _fault(stream, last + 1, "", "truncated", text)


def _bad_head(stream: Stream) -> LogFault:
    text = tr("Đầu chuỗi không khớp với dòng cuối.", "The head of the stream does not fit the last row.")
    return _fault(stream, stream.count, "", "changed", text)
