"""Writing the message log: rows are linked under the lock of their stream's head; heads are sealed now and then."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import structlog
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from lienthong.kernel import clock, db, sql
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.kernel.text import tr
from lienthong.platform.exchange import chain
from lienthong.platform.exchange.models import Seal, Stream
from lienthong.platform.exchange.queries.log_state import get_log_state
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services
from lienthong.platform.signing.types import Certificate

log = structlog.get_logger()

_APPEND_ONE = """
WITH moved AS (
    UPDATE exchange_stream
       SET count = count + 1, previous = head, head = sha256(head || %(fact)b || int8send(count + 1))
     WHERE peer = %(peer)s AND direction = %(direction)s AND kind = %(kind)s
    RETURNING id, count, previous, head)
INSERT INTO exchange_logentry
    (stream_id, position, at, message_id, name, outcome, digest, answer_digest, evidence, previous, link)
SELECT id, count, %(at)s, %(message_id)s, %(name)s, %(outcome)s, %(digest)b, %(answer_digest)b, %(evidence)b,
       previous, head
  FROM moved
"""

_OPEN_STREAMS = """
INSERT INTO exchange_stream (peer, direction, kind, count, previous, head)
SELECT peer, direction, kind, 0, %b, %b FROM unnest(%s::text[], %s::text[], %s::text[]) AS k(peer, direction, kind)
ON CONFLICT (peer, direction, kind) DO NOTHING
"""

# Locked in one order by everybody, so that two sets of the same streams never wait for each other.
_LOCK_STREAMS = """
SELECT s.peer, s.direction, s.kind, s.id, s.count, s.head FROM exchange_stream s
  JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k(peer, direction, kind) USING (peer, direction, kind)
 ORDER BY s.id FOR UPDATE OF s
"""

_MOVE_STREAMS = """
UPDATE exchange_stream AS s SET count = v.count, previous = v.previous, head = v.head
  FROM unnest(%s::bigint[], %s::bigint[], %b::bytea[], %b::bytea[]) AS v(id, count, previous, head) WHERE s.id = v.id
"""

_COLUMNS: sql.Columns = (
    ("stream_id", "int8"),
    ("position", "int8"),
    ("at", "timestamptz"),
    ("message_id", "uuid"),
    ("name", "text"),
    ("outcome", "text"),
    ("digest", "bytea"),
    ("answer_digest", "bytea"),
    ("evidence", "bytea"),
    ("previous", "bytea"),
    ("link", "bytea"),
)


_LOOK_SECONDS = 5


@dataclass(frozen=True, slots=True, order=True)
class StreamKey:
    """Which stream a row belongs to: the peer's code, `in` or `out`, `letter`, `question` or `call`."""

    peer: str
    direction: str
    kind: str


def append(key: StreamKey, fact: chain.Fact) -> None:
    """Add one row in one round trip; the head stays locked to the end of the transaction."""
    require_stamps()
    values = {
        "fact": fact.hashed(),
        "peer": key.peer,
        "direction": key.direction,
        "kind": key.kind,
        "at": fact.at,
        "message_id": fact.message_id,
        "name": fact.name,
        "outcome": fact.outcome,
        "digest": fact.digest,
        "answer_digest": fact.answer_digest,
        "evidence": fact.evidence,
    }
    if sql.run(_APPEND_ONE, values) == 0:
        _open([key])
        sql.run(_APPEND_ONE, values)


def append_many(key: StreamKey, facts: Sequence[chain.Fact]) -> None:
    """Add rows of one stream in three round trips, however many they are; a single one in one."""
    if len(facts) == 1:
        append(key, facts[0])
    else:
        append_all([(key, fact) for fact in facts])


def append_all(rows: Sequence[tuple[StreamKey, chain.Fact]]) -> None:
    """Add rows of several streams, each stream in the order given, in three round trips."""
    if not rows:
        return
    require_stamps()
    by_stream: dict[StreamKey, list[chain.Fact]] = {}
    for key, fact in rows:
        by_stream.setdefault(key, []).append(fact)
    heads = _lock(sorted(by_stream))
    linked: list[tuple[object, ...]] = []
    moves: list[tuple[object, ...]] = []
    for key, facts in by_stream.items():
        stream_id, count, head = heads[key]
        previous = head
        for position, fact in enumerate(facts, start=count + 1):
            previous, head = head, chain.link(head, fact.hashed(), position)
            digests = (fact.digest, fact.answer_digest, fact.evidence, previous, head)
            linked.append((stream_id, position, fact.at, fact.message_id, fact.name, fact.outcome, *digests))
        moves.append((stream_id, count + len(facts), previous, head))
    sql.insert_rows("exchange_logentry", _COLUMNS, linked)
    sql.run(_MOVE_STREAMS, list(map(list, zip(*moves, strict=True))))


def _lock(keys: Sequence[StreamKey]) -> dict[StreamKey, tuple[int, int, bytes]]:
    wanted = _columns(keys)
    held = sql.rows(_LOCK_STREAMS, wanted)
    if len(held) < len(keys):
        _open(keys)
        held = sql.rows(_LOCK_STREAMS, wanted)
    return {StreamKey(*row[:3]): (row[3], row[4], row[5]) for row in held}


def _open(keys: Sequence[StreamKey]) -> None:
    sql.run(_OPEN_STREAMS, (chain.FIRST_LINK, chain.FIRST_LINK, *_columns(keys)))


def _columns(keys: Sequence[StreamKey]) -> tuple[list[str], list[str], list[str]]:
    return [key.peer for key in keys], [key.direction for key in keys], [key.kind for key in keys]


def require_stamps() -> None:
    """Refuse to log further where the profile is strict and the time stamps have been missing for too long."""
    strict = node().parameters.get("trust", {}).get("timestamp_strict")
    if strict and _is_overdue(int(time.monotonic() // _LOOK_SECONDS)):
        raise Refused(
            "exchange.log-not-timestamped",
            tr(
                "Nhật ký đã quá lâu không có dấu thời gian; theo chính sách của nút, việc trao đổi tạm dừng.",
                "The log has gone without a time stamp for too long; by this node's policy the exchange pauses.",
            ),
            status=503,
        )


@lru_cache(maxsize=1)
def _is_overdue(_look: int) -> bool:
    """Asked of the database every few seconds."""
    return get_log_state().overdue


def seal_log() -> int:
    """Sign the head of every stream that moved since its last seal; gives how many.

    None is sealed while the clock stands outside our own certificate.
    """
    at = clock.now()
    own = signing_queries.find_certificate_in_use("node", at)
    if own is None:
        log.warning("the log is not sealed: the clock stands outside our certificate")
        return 0
    last = Seal.objects.filter(stream=OuterRef("pk")).values("stream").annotate(n=Max("count")).values("n")
    moved = list(Stream.objects.annotate(sealed=Coalesce(Subquery(last), 0)).exclude(count=0))
    sealed = 0
    for stream in moved:
        if stream.count > stream.sealed:
            _seal(stream, own, at)
            sealed += 1
    return sealed


def _seal(stream: Stream, own: Certificate, at: datetime) -> None:
    name = f"{stream.peer}/{stream.direction}/{stream.kind}"
    payload = chain.seal_payload(name, stream.count, bytes(stream.head), at)
    headers = {"kind": "seal"}
    with db.atomic():
        Seal.objects.create(
            stream=stream,
            count=stream.count,
            head=bytes(stream.head),
            at=at,
            signature=signing_services.sign_detached(payload, headers=headers, thumbprint=own.thumbprint),
            certificate=own.pem,
        )
