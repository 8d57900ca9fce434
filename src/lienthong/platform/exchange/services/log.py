"""Writing the message log: rows are linked under the lock of their stream's head; heads are sealed now and then."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from lienthong.kernel import clock, db
from lienthong.platform.exchange import chain, sql
from lienthong.platform.exchange.models import Seal, Stream
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services

_APPEND_ONE = """
WITH moved AS (
    UPDATE exchange_stream
       SET count = count + 1, previous = head, head = sha256(head || %(fact)b || int8send(count + 1))
     WHERE peer = %(peer)s AND direction = %(direction)s AND kind = %(kind)s
    RETURNING id, count, previous, head)
INSERT INTO exchange_logentry
    (stream_id, position, at, message_id, name, outcome, digest, answer_digest, previous, link)
SELECT id, count, %(at)s, %(message_id)s, %(name)s, %(outcome)s, %(digest)b, %(answer_digest)b, previous, head
  FROM moved
"""

_OPEN_STREAM = """
INSERT INTO exchange_stream (peer, direction, kind, count, previous, head) VALUES (%s, %s, %s, 0, %b, %b)
ON CONFLICT (peer, direction, kind) DO NOTHING
"""

_LOCK_STREAM = """
SELECT id, count, head FROM exchange_stream WHERE peer = %s AND direction = %s AND kind = %s FOR UPDATE
"""

_APPEND_MANY = """
INSERT INTO exchange_logentry
    (stream_id, position, at, message_id, name, outcome, digest, answer_digest, previous, link)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::uuid[], %s::text[], %s::text[],
                     %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[])
"""


@dataclass(frozen=True, slots=True)
class StreamKey:
    """Which stream a row belongs to: the peer's code, `in` or `out`, `letter` or `question`."""

    peer: str
    direction: str
    kind: str


def append(key: StreamKey, fact: chain.Fact) -> None:
    """Add one row in one round trip; the head stays locked to the end of the transaction."""
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
    }
    if sql.run(_APPEND_ONE, values) == 0:
        _open(key)
        sql.run(_APPEND_ONE, values)


def append_many(key: StreamKey, facts: Sequence[chain.Fact]) -> None:
    """Add rows of one stream in three round trips, however many they are."""
    if not facts:
        return
    held = sql.rows(_LOCK_STREAM, (key.peer, key.direction, key.kind))
    if not held:
        _open(key)
        held = sql.rows(_LOCK_STREAM, (key.peer, key.direction, key.kind))
    stream_id, count, head = held[0]
    previous, links = head, list[bytes]()
    for position, fact in enumerate(facts, start=count + 1):
        links.append(chain.link(links[-1] if links else head, fact.hashed(), position))
    before = [previous, *links[:-1]]
    sql.run(
        _APPEND_MANY,
        (
            [stream_id] * len(facts),
            list(range(count + 1, count + 1 + len(facts))),
            [fact.at for fact in facts],
            [fact.message_id for fact in facts],
            [fact.name for fact in facts],
            [fact.outcome for fact in facts],
            [fact.digest for fact in facts],
            [fact.answer_digest for fact in facts],
            before,
            links,
        ),
    )
    sql.run(
        "UPDATE exchange_stream SET count = %s, previous = %b, head = %b WHERE id = %s",
        (count + len(facts), before[-1], links[-1], stream_id),
    )


def _open(key: StreamKey) -> None:
    sql.run(_OPEN_STREAM, (key.peer, key.direction, key.kind, chain.FIRST_LINK, chain.FIRST_LINK))


def seal_log() -> int:
    """Sign the head of every stream that moved since its last seal; gives how many."""
    last = Seal.objects.filter(stream=OuterRef("pk")).values("stream").annotate(n=Max("count")).values("n")
    moved = list(Stream.objects.annotate(sealed=Coalesce(Subquery(last), 0)).exclude(count=0))
    sealed = 0
    for stream in moved:
        if stream.count > stream.sealed:
            _seal(stream)
            sealed += 1
    return sealed


def _seal(stream: Stream) -> None:
    at, name = clock.now(), f"{stream.peer}/{stream.direction}/{stream.kind}"
    payload = chain.seal_payload(name, stream.count, bytes(stream.head), at)
    with db.atomic():
        Seal.objects.create(
            stream=stream,
            count=stream.count,
            head=bytes(stream.head),
            at=at,
            signature=signing_services.sign_detached(payload, key="node", headers={"kind": "seal"}),
            certificate=signing_queries.get_certificate("node").pem,
        )
