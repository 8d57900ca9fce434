"""The postman (người đưa thư): carries waiting letters to their nodes and keeps the receipts.

One thread does all the database work, in sets; a pool of threads does the HTTP. Each recipient has its own few
places in flight, so one that is dead or slow holds only its own. Nothing here needs to survive: a letter is
waiting until a receipt that verifies is stored, and a repeat gets the original receipt.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog

from lienthong.kernel import clock, db, events, files, http
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import chain, rules, sql, wire
from lienthong.platform.exchange.events import LetterRefused
from lienthong.platform.exchange.queries import directory as directory_queries
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.log import StreamKey, append_many
from lienthong.platform.exchange.types import NodeEntry

log = structlog.get_logger()

PATH = "/exchange/letters"
_PLACES = 4
_THREADS = 24
_POLL_SECONDS = 0.05
_SEND_TIMEOUT = 30.0
_LOCK = "exchange.postman"

_CLAIM = """
SELECT l.* FROM unnest(%s::text[], %s::int[]) AS r(recipient, places)
CROSS JOIN LATERAL (
    SELECT o.id, o.name, o.recipient, o.about, o.attempts, o.body, o.signature, o.parts
      FROM exchange_outgoingletter o
     WHERE o.recipient = r.recipient AND o.state = 'waiting' AND o.next_attempt_at <= %s
       AND o.id <> ALL (%s::uuid[])
       AND (o.about = '' OR NOT EXISTS (
            SELECT 1 FROM exchange_outgoingletter e
             WHERE e.recipient = o.recipient AND e.about = o.about AND e.state = 'waiting' AND e.number < o.number))
     ORDER BY o.number LIMIT r.places) AS l
"""

_END = """
UPDATE exchange_outgoingletter AS o
   SET state = v.state, code = v.code, reason_vi = v.vi, reason_en = v.en, answered_at = v.at,
       attempts = o.attempts + 1, next_attempt_at = NULL, receipt = v.receipt, receipt_signature = v.signature
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %b::bytea[], %s::text[])
       AS v(id, state, code, vi, en, at, receipt, signature)
 WHERE o.id = v.id AND o.state = 'waiting'
RETURNING o.id
"""

_PUT_OFF = """
UPDATE exchange_outgoingletter AS o
   SET attempts = v.attempts, next_attempt_at = v.next, code = v.code, reason_vi = v.vi, reason_en = v.en
  FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[], %s::text[], %s::text[], %s::text[])
       AS v(id, attempts, next, code, vi, en)
 WHERE o.id = v.id AND o.state = 'waiting'
"""

_HURRY = """
UPDATE exchange_outgoingletter SET next_attempt_at = %s
 WHERE recipient = %s AND state = 'waiting' AND next_attempt_at > %s
   AND code IN ('exchange.unreachable', 'exchange.timeout')
"""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A letter on its way."""

    id: UUID
    name: str
    recipient: str
    about: str
    attempts: int
    body: bytes
    signature: str
    parts: tuple[dict[str, Any], ...]
    base_url: str


_Landed = tuple[_Parcel, "Future[http.Response]"]


@dataclass(frozen=True, slots=True)
class _Ended:
    """A letter with a receipt that verified."""

    parcel: _Parcel
    receipt: wire.Receipt
    receipt_bytes: bytes
    receipt_signature: str


@dataclass(frozen=True, slots=True)
class _PutOff:
    """A letter to try again, and why."""

    parcel: _Parcel
    code: str
    reason: Bilingual


@dataclass(slots=True)
class _Rest:
    """A recipient that could not be reached: how often in a row, and until when it is left alone."""

    failures: int = 0
    until: float = 0.0


@dataclass(slots=True)
class Postman:
    """Carries letters. Keep one for the life of a process: it remembers who could not be reached."""

    places: int = _PLACES
    threads: int = _THREADS
    _rests: dict[str, _Rest] = field(default_factory=dict)
    _flying: dict["Future[http.Response]", _Parcel] = field(default_factory=dict)

    def deliver_due(self, seconds: float | None = None) -> int:
        """Deliver until nothing is due (or for about `seconds`); gives how many letters came to their end.

        Gives 0 at once when another process of this node is delivering.
        """
        stop_at = None if seconds is None else time.monotonic() + seconds
        with _the_only_one() as mine:
            if not mine:
                return 0
            with ThreadPoolExecutor(self.threads, thread_name_prefix="postman") as pool:
                return self._rounds(pool, stop_at)

    def _rounds(self, pool: ThreadPoolExecutor, stop_at: float | None) -> int:
        ended = 0
        landed: list[_Landed] = []
        while True:
            if stop_at is None or time.monotonic() < stop_at:
                self._launch(pool, landed)
            if landed:
                # Written down while the next ones are already on their way.
                ended += self._settle(landed)
                waited_for = any(parcel.about for parcel, _ in landed)
                landed = []
                if waited_for:
                    continue  # the next letter about the same thing may go now
            elif not self._flying:
                return ended
            if self._flying:
                done, _ = wait(self._flying, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                landed = [(self._flying.pop(future), future) for future in done]

    def _launch(self, pool: ThreadPoolExecutor, landed: "Sequence[_Landed]") -> None:
        """Send what is due, as many letters to each recipient as it has free places."""
        nodes = directory_queries.get_directory().nodes
        free = {code: self._free_places(code) for code in nodes}
        wanted = [code for code, places in free.items() if places > 0]
        if not wanted:
            return
        away = [*self._flying.values(), *(parcel for parcel, _ in landed)]
        statement = (wanted, [free[code] for code in wanted], clock.now(), [parcel.id for parcel in away])
        for row in sql.rows(_CLAIM, statement):
            parcel = _parcel(row, nodes)
            self._flying[pool.submit(_send, parcel)] = parcel

    def _free_places(self, recipient: str) -> int:
        rest = self._rests.get(recipient)
        if rest is not None and time.monotonic() < rest.until:
            return 0
        used = sum(parcel.recipient == recipient for parcel in self._flying.values())
        return (1 if rest is not None else self.places) - used

    def _settle(self, landed: "Sequence[_Landed]") -> int:
        """Judge the answers and write them down in one transaction."""
        judged = [_judge(parcel, future) for parcel, future in landed]
        ended = [one for one in judged if isinstance(one, _Ended)]
        put_off = [one for one in judged if isinstance(one, _PutOff)]
        with db.atomic():
            if ended:
                _write_ended(ended)
            if put_off:
                _write_put_off(put_off)
            for recipient in {one.parcel.recipient for one in ended}:
                if self._rests.pop(recipient, None) or any(one.parcel.attempts for one in ended):
                    sql.run(_HURRY, (clock.now(), recipient, clock.now()))
        for one in put_off:
            if one.code in ("exchange.unreachable", "exchange.timeout"):
                rest = self._rests.setdefault(one.parcel.recipient, _Rest())
                rest.failures += 1
                rest.until = time.monotonic() + rules.wait_seconds(rest.failures)
        return len(ended)


def deliver_due(seconds: float | None = None) -> int:
    """Deliver all letters that are due now; for tests, benchmarks and commands. A node keeps its own postman."""
    return Postman().deliver_due(seconds)


@contextmanager
def _the_only_one() -> Iterator[bool]:
    """One postman per node; the lock goes with the connection, so a killed process holds nothing up."""
    mine = bool(sql.rows("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (_LOCK,))[0][0])
    try:
        yield mine
    finally:
        if mine:
            sql.rows("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (_LOCK,))


def _parcel(row: tuple[Any, ...], nodes: Any) -> _Parcel:
    letter_id, name, recipient, about, attempts, body, signature, parts = row
    node: NodeEntry = nodes[recipient]
    return _Parcel(letter_id, name, recipient, about, attempts, bytes(body), signature, tuple(parts), node.address)


def _send(parcel: _Parcel) -> http.Response:
    """Runs in a thread of the pool: HTTP and files only, no database."""
    headers = {wire.SIGNATURE_HEADER: parcel.signature}
    url = parcel.base_url + PATH
    if not parcel.parts:
        headers["Content-Type"] = "application/json"
        return http.request("POST", url, body=parcel.body, headers=headers, timeout=_SEND_TIMEOUT, peer=True)
    fields = {"letter": ("letter.json", parcel.body, "application/json")}
    for part in parcel.parts:
        fields[part["sha256"]] = (part["sha256"], files.read(part["sha256"]), part["media_type"])
    return http.request("POST", url, headers=headers, fields=fields, timeout=_SEND_TIMEOUT, peer=True)


def _judge(parcel: _Parcel, future: "Future[http.Response]") -> _Ended | _PutOff:
    try:
        answer = future.result()
        if answer.status in (200, 409, 422) and wire.SIGNATURE_HEADER.lower() in answer.headers:
            signature = answer.headers[wire.SIGNATURE_HEADER.lower()]
            return _Ended(parcel, check_receipt(parcel, answer.body, signature), answer.body, signature)
        return _PutOff(parcel, *_problem(answer))
    except http.Unreachable as error:
        code = "exchange.timeout" if error.reason == "timeout" else "exchange.unreachable"
        return _PutOff(
            parcel,
            code,
            tr(
                f"Không kết nối được tới {parcel.recipient} ({error.reason}).",
                f"{parcel.recipient} cannot be reached ({error.reason}).",
            ),
        )
    except Refused as refusal:
        return _PutOff(parcel, refusal.code, refusal.message)
    except Exception as error:
        log.exception("letter cannot be delivered", letter=str(parcel.id))
        return _PutOff(
            parcel,
            "exchange.failed",
            tr(f"Lỗi khi gửi: {type(error).__name__}.", f"Sending failed: {type(error).__name__}."),
        )


def check_receipt(parcel: _Parcel, body: bytes, signature: str) -> wire.Receipt:
    """Is this the recipient's own receipt of exactly this letter? Raises Refused `exchange.bad-receipt`."""
    header = wire.peek(signature, "receipt")
    if header.sender != parcel.recipient or header.id != parcel.id:
        raise wire.bad_receipt(tr("Biên nhận của thông điệp hoặc nút khác.", "A receipt of another letter or node."))
    try:
        trust.verify(body, signature, header)
    except Refused as refusal:
        raise wire.bad_receipt(refusal.message) from None
    receipt = wire.parse_receipt(body)
    told = (receipt.letter_id, receipt.digest, receipt.recipient, receipt.name)
    if told != (parcel.id, wire.digest(parcel.body).hex(), parcel.recipient, parcel.name):
        raise wire.bad_receipt(
            tr("Biên nhận không phải của thông điệp này.", "The receipt does not belong to this letter.")
        )
    return receipt


def _problem(answer: http.Response) -> tuple[str, Bilingual]:
    """Code and sentence of an unsigned problem; what is no problem body is told by its status."""
    try:
        told = orjson.loads(answer.body)
        return str(told["code"])[:100], Bilingual(
            str(told["title"])[:500], str(told.get("title_en", told["title"]))[:500]
        )
    except (ValueError, KeyError, TypeError):
        return "exchange.bad-receipt", tr(
            f"Nút nhận trả lời HTTP {answer.status}, không có biên nhận.",
            f"The recipient answered HTTP {answer.status} without a receipt.",
        )


def _write_ended(ended: Sequence[_Ended]) -> None:
    now = clock.now()
    changed = {
        row[0]
        for row in sql.rows(
            _END,
            (
                [one.parcel.id for one in ended],
                [one.receipt.verdict for one in ended],
                [one.receipt.code for one in ended],
                [one.receipt.reason.vi for one in ended],
                [one.receipt.reason.en for one in ended],
                [now] * len(ended),
                [one.receipt_bytes for one in ended],
                [one.receipt_signature for one in ended],
            ),
        )
    }
    fresh = [one for one in ended if one.parcel.id in changed]
    for recipient in sorted({one.parcel.recipient for one in fresh}):
        mine = (one for one in fresh if one.parcel.recipient == recipient)
        append_many(StreamKey(recipient, "out", "letter"), list(_facts(mine, now)))
    for one in fresh:
        if one.receipt.verdict == "refused":
            events.publish(_refused(one))


def _facts(ended: Iterable[_Ended], now: datetime) -> Iterator[chain.Fact]:
    for one in ended:
        outcome = one.receipt.code or "accepted"
        yield chain.Fact(
            now, one.parcel.id, one.parcel.name, outcome, wire.digest(one.parcel.body), wire.digest(one.receipt_bytes)
        )


def _refused(one: _Ended) -> LetterRefused:
    return LetterRefused(
        letter_id=one.parcel.id,
        letter_name=one.parcel.name,
        recipient=one.parcel.recipient,
        about=one.parcel.about,
        code=one.receipt.code,
        reason_vi=one.receipt.reason.vi,
        reason_en=one.receipt.reason.en,
    )


def _write_put_off(put_off: Sequence[_PutOff]) -> None:
    now = clock.now()
    sql.run(
        _PUT_OFF,
        (
            [one.parcel.id for one in put_off],
            [one.parcel.attempts + 1 for one in put_off],
            [rules.next_attempt(now, one.parcel.attempts + 1) for one in put_off],
            [one.code for one in put_off],
            [one.reason.vi for one in put_off],
            [one.reason.en for one in put_off],
        ),
    )
    log.info("letters put off", count=len(put_off), codes=sorted({one.code for one in put_off}))
