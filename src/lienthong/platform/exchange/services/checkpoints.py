"""Checkpoints of the log (điểm kiểm soát): one signed root over all streams that moved, time-stamped, witnessed."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

import structlog

from lienthong.kernel import clock, db, sql
from lienthong.kernel.errors import Refused
from lienthong.kernel.profile import node
from lienthong.platform.exchange.log_letters import LogCheckpoint
from lienthong.platform.exchange.models import Checkpoint, LogTimestamp
from lienthong.platform.exchange.queries import directory as directory_queries
from lienthong.platform.exchange.services.letters import post_letter
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services
from lienthong.platform.signing.types import Certificate

log = structlog.get_logger()

_LOCK = "exchange.checkpoint"
_MOST_ROWS = 200_000
_MOST_STAMPED = 100_000
_QUIET = timedelta(hours=1)
FIRST = bytes(32)

_MOVED = """
SELECT s.id, s.peer || '/' || s.direction || '/' || s.kind, s.checkpointed, s.count
  FROM exchange_stream s WHERE s.count > s.checkpointed ORDER BY s.id
"""

_LINKS = """
SELECT link FROM exchange_logentry
 WHERE stream_id = %s AND position > %s AND position <= %s ORDER BY position
"""

# Rows about checkpoints alone make no new one, or two nodes would keep each other awake for ever.
_SPOKEN = """
SELECT EXISTS (SELECT 1 FROM exchange_stream s JOIN exchange_logentry l ON l.stream_id = s.id
                WHERE l.position > s.checkpointed AND l.name <> %s)
"""

_MARK = """
UPDATE exchange_stream AS s SET checkpointed = v.count FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, count)
 WHERE s.id = v.id
"""


def make_checkpoint() -> int | None:
    """Close what the log has got since the last checkpoint; gives the new one's number, None when nothing moved.

    The checkpoint and the letter to the witness are one transaction.
    """
    with db.atomic():
        if not db.try_advisory_lock(_LOCK):
            return None
        last = Checkpoint.objects.order_by("-number").first()
        own = signing_queries.find_certificate_in_use("node", clock.now())
        if own is None:
            log.warning("no checkpoint: the clock stands outside our certificate")
            return None
        moved = sql.rows(_MOVED)
        if not moved or not _worth_it(last):
            return None
        parts = [_part(*row) for row in moved]
        number = last.number + 1 if last else 1
        made = _sign(number, bytes(last.digest) if last else FIRST, parts, own)
        sql.run(_MARK, ([row[0] for row in moved], [part.count for part in parts]))
        _tell_witness(made)
        return number


def _worth_it(last: Checkpoint | None) -> bool:
    if last is None or clock.now() - last.at >= _QUIET:
        return True
    return bool(sql.rows(_SPOKEN, (LogCheckpoint.NAME,))[0][0])


def _part(stream_id: int, name: str, since: int, count: int) -> signing_queries.StreamPart:
    upto = min(count, since + _MOST_ROWS)
    links = [bytes(row[0]) for row in sql.rows(_LINKS, (stream_id, since, upto))]
    rows = signing_queries.build_chain(links).root
    return signing_queries.StreamPart(name, since, upto, links[-1], rows)


def _sign(number: int, previous: bytes, parts: Sequence[signing_queries.StreamPart], own: Certificate) -> Checkpoint:
    at = clock.now()
    document = signing_queries.CheckpointDocument(
        node=node().agency_code,
        number=number,
        at=at,
        previous=previous,
        root=signing_queries.checkpoint_tree(parts).root,
        streams=len(parts),
        rows=sum(part.count - part.since for part in parts),
    ).write()
    signature = signing_services.sign_message(document, (), at=at, thumbprint=own.thumbprint)
    return Checkpoint.objects.create(
        number=number,
        at=at,
        document=document,
        signature=signature,
        certificate=own.pem,
        digest=signing_queries.checkpoint_digest(document, signature),
        streams=[[part.stream, part.since, part.count, part.head.hex(), part.rows.hex()] for part in parts],
    )


def _tell_witness(made: Checkpoint) -> None:
    """Post the checkpoint to the witness; without one it stands alone, which the check of the log says."""
    witness = find_witness()
    if not witness:
        return
    letter = LogCheckpoint(
        number=made.number,
        at=made.at,
        document=bytes(made.document).decode("ascii"),
        signature=bytes(made.signature).hex(),
    )
    try:
        made.letter_id = post_letter(letter, recipient=witness, about=LogCheckpoint.NAME)
    except Refused as refusal:
        log.warning("no witness for the log", witness=witness, code=refusal.code)
        return
    made.witness = witness
    made.save(update_fields=["letter_id", "witness"])


def find_witness() -> str:
    """Who keeps this node's checkpoints: by its profile, else by the directory, else the hub, else another node."""
    me = node().agency_code
    named = str(node().parameters.get("exchange", {}).get("witness", ""))
    try:
        listed = directory_queries.get_directory()
    except Refused:
        return named
    own = listed.nodes.get(me)
    wanted = (named, own.witness if own else "", listed.issuer, *sorted(listed.nodes))
    return next((code for code in wanted if code and code != me and code in listed.nodes), "")


def stamp_checkpoints() -> int:
    """Have all checkpoints that still lack one time-stamped, by one token; gives how many. Asks over the network.

    A backlog of any length costs one question. Nothing is lost when no authority answers: the backlog waits.
    """
    waiting = list(
        Checkpoint.objects.filter(timestamp=None).order_by("number").only("number", "digest")[:_MOST_STAMPED]
    )
    if not waiting:
        return 0
    tree = signing_queries.stamp_tree([bytes(one.digest) for one in waiting])
    digest = sha256(signing_queries.stamped_bytes(tree.root)).digest()
    try:
        token = signing_services.timestamp(digest)
    except Refused as refusal:
        log.warning("checkpoints wait for a time stamp", waiting=len(waiting), code=refusal.code)
        return 0
    stamped = signing_queries.verify_timestamp(token, digest)
    with db.atomic():
        held = LogTimestamp.objects.create(at=stamped.at, authority=stamped.authority, token=token, root=tree.root)
        for index, one in enumerate(waiting):
            one.timestamp, one.chain = held, tree.path(index).encode()
        Checkpoint.objects.bulk_update(waiting, ["timestamp", "chain"], batch_size=1000)
    return len(waiting)
