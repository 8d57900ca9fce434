"""Measuring the proof: rows appended and verified, containers made and judged, plain inserts beside."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.db import transaction

from lienthong.kernel import clock, sql
from lienthong.kernel.ids import new_id
from lienthong.kernel.profile import node
from lienthong.platform.exchange import chain, queries, services
from lienthong.platform.exchange.services.log import StreamKey, append, append_many
from lienthong.platform.exchange.types import Call, Entry, Signed
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing import services as signing_services
from lienthong.platform.signing.types import MessageProof

GROUP = 64
_STREAMS = 8
_CHUNK = 20_000
_BODY = b'{"letter":{"subject":"' + b"x" * 950 + b'"},"parts":[]}'
_DIGEST = sha256(_BODY).digest()


@dataclass(frozen=True, slots=True)
class Rates:
    """What was measured; seconds for the check of the log, a second for everything else."""

    single: float
    together: float
    calls: float
    plain: float
    filled: float
    rows: int
    verified_seconds: float
    checkpoint_seconds: float
    made: float
    judged: float


def prepare() -> None:
    """Keys of a demo authority for the node of the bench."""
    home = Path(node().home)
    signing_services.issue_certificate(
        home, into=home, name="node", kind="node", agency_code=node().agency_code, common_name="Bench"
    )


def measure(rows: int, *, seconds: float = 2.0) -> Rates:
    """Append and verify `rows` rows in 8 streams, and each smaller figure for some seconds."""
    single = _rate(seconds, 1, lambda: append(StreamKey("H01", "in", "letter"), _fact()))
    together = _rate(seconds, GROUP, lambda: services.log_together([_entry() for _ in range(GROUP)]))
    signed = _signed()
    calls = _rate(seconds, GROUP, lambda: services.log_together([_entry(signed) for _ in range(GROUP)]))
    _make_plain()
    plain = _rate(seconds, GROUP, _insert_plain)
    began = time.perf_counter()
    for start in range(0, rows, _CHUNK):
        key = StreamKey(f"H{start // _CHUNK % _STREAMS + 10}", "in", "letter")
        with transaction.atomic():
            append_many(key, [_fact() for _ in range(min(_CHUNK, rows - start))])
    filled = rows / (time.perf_counter() - began)
    closed = _seconds(services.make_checkpoint)
    began = time.perf_counter()
    verdict = queries.verify_log()
    verified = time.perf_counter() - began
    if not verdict.intact:
        raise RuntimeError(str(verdict))
    proof = _proof(signed)
    container = signing_services.make_container(proof)
    made = _rate(seconds, 1, lambda: signing_services.make_container(proof))
    judged = _rate(seconds, 1, lambda: signing_queries.verify_container(container))
    return Rates(single, together, calls, plain, filled, verdict.rows, verified, closed, made, judged)


def _rate(seconds: float, size: int, act: Callable[[], object]) -> float:
    count, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        act()
        count += size
    return count / spent


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _fact() -> chain.Fact:
    return chain.Fact(clock.now(), new_id(), "dossier-status.v1", "accepted", _DIGEST, _DIGEST, _DIGEST)


def _entry(signed: Signed | None = None) -> Entry:
    call = None
    if signed is not None:
        call = Call("q", "VN/GOV/H36/a", "VN/GOV/G01/b/c", "GET", "/r1/c", signed, signed, 200)
    kind = "call" if call else "question"
    name, at = "population.person-lookup", clock.now()
    return Entry("H02", "in", kind, at, new_id(), name, "answered", _DIGEST, _DIGEST, _DIGEST, call)


def _signed() -> Signed:
    at, message = clock.now(), b'{"v":1,"kind":"question"}'
    value = signing_services.sign_message(message, [_DIGEST], at=at)
    kid = bytes.fromhex(signing_queries.get_certificate("node").thumbprint)
    return Signed(message, value, at, kid, _DIGEST, _BODY)


def _proof(signed: Signed) -> MessageProof:
    pem = signing_queries.get_certificate("node").pem
    return MessageProof(signed.message, ((_DIGEST, _BODY),), signed.signature, pem, signed.signed_at)


_PLAIN = """
INSERT INTO bench_plain SELECT * FROM unnest(%s::timestamptz[], %s::uuid[], %s::text[], %s::text[], %b::bytea[],
                                             %b::bytea[], %b::bytea[])
"""


def _make_plain() -> None:
    sql.run("DROP TABLE IF EXISTS bench_plain")
    sql.run(
        "CREATE TABLE bench_plain (at timestamptz, message_id uuid, name text, outcome text, digest bytea,"
        " answer_digest bytea, evidence bytea)"
    )
    sql.run("CREATE INDEX ON bench_plain (message_id)")


def _insert_plain() -> None:
    """What the same rows cost without links, streams and proof."""
    now, digests = clock.now(), [_DIGEST] * GROUP
    ids: list[UUID] = [new_id() for _ in range(GROUP)]
    texts = ["population.person-lookup"] * GROUP, ["answered"] * GROUP
    sql.run(_PLAIN, ([now] * GROUP, ids, *texts, digests, digests, digests))
