"""Checking the message log (kiểm tra nhật ký thông điệp): finds a changed, missing or reordered row and names it."""

from collections.abc import Iterator

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import chain, sql
from lienthong.platform.exchange.models import LogEntry, Seal, Stream
from lienthong.platform.exchange.types import LogFault, LogVerdict
from lienthong.platform.signing import queries as signing_queries

_BATCH = 5000
_SEARCHED = 1_000_000
_BODIES = (
    ("exchange_outgoingletter", "o.id = l.message_id AND o.recipient = s.peer", "out", "letter"),
    ("exchange_incomingletter", "o.letter_id = l.message_id AND o.sender = s.peer", "in", "letter"),
    (
        "exchange_questionrecord",
        "o.message_id = l.message_id AND o.peer = s.peer AND o.direction = 'out'",
        "out",
        "question",
    ),
    (
        "exchange_questionrecord",
        "o.message_id = l.message_id AND o.peer = s.peer AND o.direction = 'in'",
        "in",
        "question",
    ),
)


def verify_log() -> LogVerdict:
    """Recompute every link, compare heads and seals, compare the kept bodies with their digests."""
    faults: list[LogFault] = []
    rows = seals = 0
    streams = list(Stream.objects.order_by("peer", "direction", "kind"))
    for stream in streams:
        counted, found = _check_stream(stream)
        rows += counted
        checked, bad_seals = _check_seals(stream)
        seals += checked
        faults += found + bad_seals
    faults += _check_bodies()
    return LogVerdict(streams=len(streams), rows=rows, seals=seals, faults=tuple(faults))


def stream_name(stream: Stream) -> str:
    """`H36/in/letter`: the peer, the direction, the kind."""
    return f"{stream.peer}/{stream.direction}/{stream.kind}"


def _entries(stream: Stream) -> Iterator[LogEntry]:
    """Rows by position, a batch at a time, so that memory stays small however long the log is."""
    after = 0
    while True:
        batch = list(LogEntry.objects.filter(stream=stream, position__gt=after).order_by("position")[:_BATCH])
        yield from batch
        if len(batch) < _BATCH:
            return
        after = batch[-1].position


def _check_stream(stream: Stream) -> tuple[int, list[LogFault]]:
    faults: list[LogFault] = []
    expected, count = 1, 0
    last_link: bytes | None = chain.FIRST_LINK
    for entry in _entries(stream):
        count += 1
        fault = _check_entry(stream, entry, expected, last_link)
        faults += [fault] if fault else []
        # A row in the wrong place says nothing about the row after it, which is not to blame.
        last_link = None if fault and fault.kind == "reordered" else bytes(entry.link)
        expected = entry.position + 1
    if expected - 1 != stream.count:
        faults.append(_truncated(stream, expected - 1))
    elif last_link != bytes(stream.head) and not faults:
        faults.append(_bad_head(stream))
    return count, faults


def _check_entry(stream: Stream, entry: LogEntry, expected: int, last_link: bytes | None) -> LogFault | None:
    if _own_link(entry) != bytes(entry.link):
        return _moved_or_changed(stream, entry)
    if entry.position != expected:
        return _missing(stream, expected, entry.position - 1)
    if last_link is not None and bytes(entry.previous) != last_link:
        return _reordered(stream, entry, entry.position)
    return None


def _fact_hash(entry: LogEntry) -> bytes:
    digests = (bytes(entry.digest), bytes(entry.answer_digest), bytes(entry.evidence))
    return chain.Fact(entry.at, entry.message_id, entry.name, entry.outcome, *digests).hashed()


def _own_link(entry: LogEntry) -> bytes:
    return chain.link(bytes(entry.previous), _fact_hash(entry), entry.position)


def _moved_or_changed(stream: Stream, entry: LogEntry) -> LogFault:
    """A row whose link does not fit: whole but from another position, or changed in itself."""
    facts, previous, link = _fact_hash(entry), bytes(entry.previous), bytes(entry.link)
    for position in range(1, min(stream.count, _SEARCHED) + 2):
        if chain.link(previous, facts, position) == link:
            return _reordered(stream, entry, position)
    return _changed(stream, entry)


def _check_seals(stream: Stream) -> tuple[int, list[LogFault]]:
    faults: list[LogFault] = []
    seals = list(Seal.objects.filter(stream=stream).order_by("count", "id"))
    links = dict(
        LogEntry.objects.filter(stream=stream, position__in=[seal.count for seal in seals]).values_list(
            "position", "link"
        )
    )
    for seal in seals:
        if not _seal_is_ours(stream, seal):
            faults.append(
                _fault(
                    stream,
                    seal.count,
                    "",
                    "bad-seal",
                    tr(
                        f"Niêm phong tại dòng {seal.count} không đúng chữ ký.",
                        f"The seal at row {seal.count} is not signed properly.",
                    ),
                )
            )
        elif seal.count > stream.count:
            faults.append(_truncated(stream, stream.count))
        elif bytes(links.get(seal.count, b"")) != bytes(seal.head):
            faults.append(
                _fault(
                    stream,
                    seal.count,
                    "",
                    "changed",
                    tr(
                        f"Dòng {seal.count} không còn như khi được niêm phong.",
                        f"Row {seal.count} is not what was sealed.",
                    ),
                )
            )
    return len(seals), faults


def _seal_is_ours(stream: Stream, seal: Seal) -> bool:
    payload = chain.seal_payload(stream_name(stream), seal.count, bytes(seal.head), seal.at)
    try:
        signing_queries.verify_detached(payload, seal.signature, certificate_pem=seal.certificate, at=seal.at)
    except Refused:
        return False
    return True


def _check_bodies() -> list[LogFault]:
    faults = []
    for table, join, direction, kind in _BODIES:
        found = sql.rows(
            "SELECT s.peer, l.position, l.message_id FROM exchange_logentry l"  # noqa: S608 (constants of this module)
            f" JOIN exchange_stream s ON s.id = l.stream_id JOIN {table} o ON {join}"
            f" WHERE s.direction = '{direction}' AND s.kind = '{kind}' AND l.outcome <> 'exchange.conflict'"
            " AND sha256(o.body) <> l.digest ORDER BY s.peer, l.position"
        )
        for peer, position, message_id in found:
            text = tr(
                f"Nội dung lưu giữ của thông điệp {message_id} đã bị sửa.",
                f"The kept body of {message_id} was changed.",
            )
            faults.append(LogFault(f"{peer}/{direction}/{kind}", position, str(message_id), "body-changed", text))
    return faults


def _fault(stream: Stream, position: int, message_id: object, kind: str, text: Bilingual) -> LogFault:
    return LogFault(stream_name(stream), position, str(message_id), kind, text)


def _changed(stream: Stream, entry: LogEntry) -> LogFault:
    text = tr(f"Dòng {entry.position} đã bị sửa.", f"Row {entry.position} was changed.")
    return _fault(stream, entry.position, entry.message_id, "changed", text)


def _missing(stream: Stream, first: int, last: int) -> LogFault:
    span = str(first) if first == last else f"{first}–{last}"
    return _fault(stream, first, "", "missing", tr(f"Thiếu dòng {span}.", f"Row {span} is missing."))


def _reordered(stream: Stream, entry: LogEntry, written_at: int) -> LogFault:
    text = tr(
        f"Dòng {entry.position} không nối tiếp dòng trước: thứ tự đã bị đổi (khi ghi là dòng {written_at}).",
        f"Row {entry.position} does not follow the row before it: the order was changed (written as row {written_at}).",
    )
    return _fault(stream, entry.position, entry.message_id, "reordered", text)


def _truncated(stream: Stream, last: int) -> LogFault:
    text = tr(f"Nhật ký bị cắt sau dòng {last}.", f"The log was cut after row {last}.")
    return _fault(stream, last + 1, "", "truncated", text)


def _bad_head(stream: Stream) -> LogFault:
    text = tr("Đầu chuỗi không khớp với dòng cuối.", "The head of the stream does not fit the last row.")
    return _fault(stream, stream.count, "", "changed", text)
