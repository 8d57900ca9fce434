"""Checking the log against its checkpoints: our own, and those that a witness keeps."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange.models import Checkpoint, LogEntry, Stream
from lienthong.platform.exchange.types import LogFault
from lienthong.platform.signing import queries as signing_queries

STREAM = "log"
_FIRST = bytes(32)


def check_checkpoints(streams: Sequence[Stream]) -> tuple[int, int, list[LogFault]]:
    """How many checkpoints there are, how many are time-stamped, and what does not fit them."""
    by_name = {f"{one.peer}/{one.direction}/{one.kind}": one for one in streams}
    faults: list[LogFault] = []
    previous, expected, count, stamped = _FIRST, 1, 0, 0
    for one in Checkpoint.objects.select_related("timestamp").order_by("number").iterator(1000):
        count += 1
        if one.number != expected:
            faults.append(_fault(expected, "missing", tr("Thiếu điểm kiểm soát.", "A checkpoint is missing.")))
            previous = bytes(signing_queries.read_checkpoint(bytes(one.document)).previous)
        faults += _check_one(one, previous, by_name)
        if one.timestamp is not None:
            stamped += 1
            faults += _check_stamp(one)
        previous, expected = bytes(one.digest), one.number + 1
    return count, stamped, faults


def _link_at(stream: Stream, position: int) -> bytes:
    """The link of the row at the end of a checkpoint, the last archived one too; empty where there is none."""
    if position == stream.archived:
        return bytes(stream.archived_link)
    row = LogEntry.objects.filter(stream=stream, position=position).values_list("link", flat=True).first()
    return bytes(row) if row is not None else b""


def _check_one(one: Checkpoint, previous: bytes, streams: Mapping[str, Stream]) -> list[LogFault]:
    document, signature = bytes(one.document), bytes(one.signature)
    parts = [
        signing_queries.StreamPart(name, since, count, bytes.fromhex(head), bytes.fromhex(rows))
        for name, since, count, head, rows in one.streams
    ]
    try:
        told = signing_queries.read_checkpoint(document)
        signing_queries.verify_message(
            document,
            (),
            signature,
            certificate_pem=one.certificate,
            signed_at=told.at,
            at=told.at,
            proved_at=told.at,  # own rows, each linked to the next: a later revocation changes nothing about them
        )
    except Refused:
        return [
            _fault(one.number, "bad-seal", tr("Điểm kiểm soát sai chữ ký.", "A checkpoint is not signed properly."))
        ]
    whole = (
        (told.number, told.node, told.previous) == (one.number, node().agency_code, previous)
        and signing_queries.checkpoint_digest(document, signature) == bytes(one.digest)
        and signing_queries.checkpoint_tree(parts).root == told.root
    )
    if not whole:
        text = tr("Điểm kiểm soát không nối với điểm trước.", "A checkpoint does not follow the one before it.")
        return [_fault(one.number, "changed", text)]
    return [fault for part in parts if (fault := _check_part(one, part, streams)) is not None]


def _check_part(one: Checkpoint, part: signing_queries.StreamPart, streams: Mapping[str, Stream]) -> LogFault | None:
    stream = streams.get(part.stream)
    if stream is None or part.count > stream.count:
        last = stream.count if stream else 0
        text = tr(
            f"Nhật ký bị cắt sau dòng {last}: điểm kiểm soát {one.number} đã ghi tới dòng {part.count}.",
            f"The log was cut after row {last}: checkpoint {one.number} closed row {part.count}.",
        )
        return LogFault(part.stream, last + 1, "", "truncated", text)
    if part.count >= stream.archived and _link_at(stream, part.count) != part.head:
        text = tr(
            f"Dòng {part.count} không còn như tại điểm kiểm soát {one.number}.",
            f"Row {part.count} is not what checkpoint {one.number} closed.",
        )
        return LogFault(part.stream, part.count, "", "changed", text)
    return None


def _check_stamp(one: Checkpoint) -> list[LogFault]:
    held = one.timestamp
    assert held is not None  # noqa: S101 (the caller asked)
    try:
        (leaf,) = signing_queries.stamp_tree([bytes(one.digest)]).nodes
        root = signing_queries.decode_path(bytes(one.chain)).root(leaf)
        digest = sha256(signing_queries.stamped_bytes(root)).digest()
        signing_queries.verify_timestamp(bytes(held.token), digest)
    except Refused as refusal:
        return [_fault(one.number, "bad-timestamp", refusal.message)]
    return []


def compare_with_witness(kept: Mapping[int, str], witness: str) -> list[LogFault]:
    """What a witness keeps and this node does not have, or has otherwise. `kept`: number → digest in hex."""
    own = dict(Checkpoint.objects.filter(number__in=list(kept)).values_list("number", "digest"))
    faults = []
    for number, digest in sorted(kept.items()):
        held = own.get(number)
        if held is None:
            text = tr(
                f"{witness} giữ điểm kiểm soát {number} mà nút này không còn: nhật ký đã bị cắt.",
                f"{witness} keeps checkpoint {number}, which this node has no more: the log was cut.",
            )
            faults.append(_fault(number, "truncated", text))
        elif bytes(held).hex() != digest:
            text = tr(
                f"Điểm kiểm soát {number} khác với bản {witness} làm chứng: nhật ký đã bị viết lại.",
                f"Checkpoint {number} is not the one that {witness} witnessed: the log was rewritten.",
            )
            faults.append(_fault(number, "changed", text))
    return faults


def _fault(number: int, kind: str, text: Bilingual) -> LogFault:
    return LogFault(STREAM, number, "", kind, text)
