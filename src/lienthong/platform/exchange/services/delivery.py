"""The postman (người đưa thư): carries waiting letters to their nodes and keeps the receipts.

One thread does all the database work, in sets; a pool of threads does the HTTP. Each recipient has its own few
places in flight, so one that is dead or slow holds only its own; what waits for one recipient travels together.
Nothing here needs to survive: a letter is waiting until a receipt that verifies is stored, and a repeat gets the
original receipt.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from lienthong.kernel import clock, db, http, lull, sql
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange import limits
from lienthong.platform.exchange.queries.directory import recall_directory
from lienthong.platform.exchange.services import outcomes
from lienthong.platform.exchange.services.carrying import Answer, Flight, Parcel, carry
from lienthong.platform.exchange.services.lines import Lines

log = structlog.get_logger()

_PLACES = 8
_LARGE = 50
"""A flight of more letters, or one with large parts, takes two places, so that memory stays small."""
_GATHERING = 2
"""While so many requests that are not full are on their way to a recipient, what is posted gathers for the next."""
_THREADS = 256
_POLL_SECONDS = 0.05
_LOCK = "exchange.postman"

# The bytes of waiting letters are summed before their bodies are read, so that a claim never fills the memory. The
# limit stands in the text: a planner that does not know it reads a long queue to find its beginning. That what waits
# is about something is said twice: the index of it holds nothing else, and the planner cannot conclude it.
_CLAIM = """
SELECT o.id, o.name, o.recipient, o.about, o.attempts, o.body, o.signature, o.parts, o.trace
  FROM unnest(%s::text[]) AS r(recipient)
CROSS JOIN LATERAL (
    SELECT d.number, sum(d.size) OVER (ORDER BY d.next_attempt_at, d.number) - d.size AS before
      FROM (SELECT w.number, w.next_attempt_at, octet_length(w.body) AS size
              FROM exchange_outgoingletter w
             WHERE w.recipient = r.recipient AND w.state = 'waiting' AND w.next_attempt_at <= %s
               AND w.id <> ALL (%s::uuid[])
               AND (w.about = '' OR NOT EXISTS (
                    SELECT 1 FROM exchange_outgoingletter e
                     WHERE e.recipient = w.recipient AND e.about = w.about AND e.about <> '' AND e.state = 'waiting'
                       AND e.number < w.number))
             ORDER BY w.next_attempt_at, w.number LIMIT {most}) AS d) AS due
  JOIN exchange_outgoingletter o ON o.number = due.number
 WHERE due.before < %s
 ORDER BY o.recipient, o.next_attempt_at, o.number
"""


@dataclass(frozen=True, slots=True)
class _Landed:
    """A flight with what came of it."""

    flight: Flight
    sent_at: datetime
    future: "Future[Sequence[Answer]]"

    @property
    def came_to_nothing(self) -> bool:
        """No letter got a receipt: nothing more goes there before it is known why."""
        return self.future.exception() is not None or not any(one.signature for one in self.future.result())


@dataclass(slots=True)
class Postman:
    """Carries letters. Keep one for the life of a process."""

    places: int = _PLACES
    threads: int = _THREADS
    batch: int | None = None
    _lines: Lines = field(default_factory=Lines)
    _flying: dict["Future[Sequence[Answer]]", tuple[Flight, datetime]] = field(default_factory=dict)

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
                waited_for = any(parcel.about for one in landed for parcel in one.flight.parcels)
                landed = []
                if waited_for:
                    continue  # the next letter about the same thing may go now
            elif not self._flying:
                return ended
            if self._flying:
                done, _ = wait(self._flying, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                landed = [_Landed(*self._flying.pop(future), future) for future in done]

    def _launch(self, pool: ThreadPoolExecutor, landed: Sequence[_Landed]) -> None:
        """Send what is due to whoever has free places."""
        self._lines.refresh()
        nodes = recall_directory().nodes
        batch = self.batch or limits.limits().batch
        used: Counter[str] = Counter()
        scanty: Counter[str] = Counter()
        for flight, _ in self._flying.values():
            used[flight.recipient] += _places_of(flight)
            scanty[flight.recipient] += len(flight.parcels) < batch and not flight.parcels[0].goes_alone
        reached = {code: entry.address for code, entry in nodes.items() if entry.address and not entry.pull}
        free = {code: self._lines.places(code, self.places) - used[code] for code in reached}
        held = {one.flight.recipient for one in landed if one.came_to_nothing}
        held |= {code for code, flights in scanty.items() if flights >= _GATHERING}
        wanted = {code: places for code, places in free.items() if places > 0 and code not in held}
        if not wanted:
            return
        away = [*(flight for flight, _ in self._flying.values()), *(one.flight for one in landed)]
        ids = [parcel.id for flight in away for parcel in flight.parcels]
        for flight in _flights(self._claimed(wanted, batch, ids), reached, batch):
            if wanted[flight.recipient] > 0:
                wanted[flight.recipient] -= _places_of(flight)
                lull.note(len(flight.parcels))
                self._flying[pool.submit(carry, flight)] = (flight, clock.now())

    def _claimed(self, wanted: dict[str, int], batch: int, away: Sequence[UUID]) -> Iterator[tuple[Any, ...]]:
        """What is due: a single letter to whom could not be reached, as much as there are places for to others."""
        trying = {code for code in wanted if self._lines.is_failing(code)}
        if trying:
            yield from claim(sorted(trying), most=1, size=limits.BATCH_BYTES, away=away)
        for places in sorted(set(wanted.values())):
            codes = [code for code, free in wanted.items() if free == places and code not in trying]
            if codes:
                full = places if batch <= _LARGE else (places + 1) // 2
                yield from claim(codes, most=batch * full, size=limits.BATCH_BYTES * full, away=away)

    def _settle(self, landed: Sequence[_Landed]) -> int:
        """Judge the answers and write them down in one transaction."""
        judged = [_judge(one) for one in landed]
        with db.atomic():
            ended = []
            for one, (found, _) in zip(landed, judged, strict=True):
                ended += outcomes.write(found, sent_at=one.sent_at)
            recipients = {one.parcel.recipient for one in ended}
            recovered = {code for code in recipients if self._lines.is_failing(code)}
            if recovered or any(one.parcel.attempts for one in ended):
                outcomes.hurry(recipients)
            self._lines.succeeded(recipients)
            for one, (_, trouble) in zip(landed, judged, strict=True):
                if trouble is not None and one.flight.recipient not in recipients:
                    self._lines.failed(one.flight.recipient, *trouble)
        _tell_log(judged)
        return len(ended)


def _places_of(flight: Flight) -> int:
    return 2 if len(flight.parcels) > _LARGE or flight.parcels[0].goes_alone else 1


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


def claim(recipients: Sequence[str], *, most: int, size: int, away: Sequence[UUID]) -> list[tuple[Any, ...]]:
    """Letters that are due, at most so many and about so many bytes for each recipient; without those under way."""
    return sql.rows(_CLAIM.format(most=int(most)), (list(recipients), clock.now(), list(away), size))


def parcel_of(row: tuple[Any, ...]) -> Parcel:
    """A claimed row as a parcel."""
    letter_id, name, recipient, about, attempts, body, signature, parts, trace = row
    return Parcel(letter_id, name, recipient, about, attempts, bytes(body), signature, tuple(parts), trace)


def _flights(rows: Iterable[tuple[Any, ...]], addresses: dict[str, str], batch: int) -> Iterator[Flight]:
    """Letters of one recipient together, as many as a request may hold; those with large parts alone."""
    held: dict[str, list[Parcel]] = {}
    sizes: Counter[str] = Counter()
    for row in rows:
        parcel = parcel_of(row)
        recipient, address = parcel.recipient, addresses[parcel.recipient]
        if parcel.goes_alone:
            yield Flight(recipient, address, (parcel,))
            continue
        waiting = held.setdefault(recipient, [])
        if waiting and (len(waiting) == batch or sizes[recipient] + parcel.size > limits.BATCH_BYTES):
            yield Flight(recipient, address, tuple(waiting))
            waiting.clear()
            sizes[recipient] = 0
        waiting.append(parcel)
        sizes[recipient] += parcel.size
    for recipient, waiting in held.items():
        if waiting:
            yield Flight(recipient, addresses[recipient], tuple(waiting))


def _judge(one: _Landed) -> tuple[list[outcomes.Outcome], tuple[str, Bilingual] | None]:
    """What became of each letter, and what is wrong with the recipient as a whole."""
    flight = one.flight
    try:
        found = outcomes.judge(flight.parcels, one.future.result())
    except http.Unreachable as error:
        code = "exchange.timeout" if error.reason == "timeout" else "exchange.unreachable"
        reason = tr(
            f"Không kết nối được tới {flight.recipient} ({error.reason}).",
            f"{flight.recipient} cannot be reached ({error.reason}).",
        )
    except Refused as refusal:
        code, reason = refusal.code, refusal.message
    except Exception as error:
        log.exception("letters cannot be delivered", recipient=flight.recipient)
        code = "exchange.failed"
        reason = tr(f"Lỗi khi gửi: {type(error).__name__}.", f"Sending failed: {type(error).__name__}.")
    else:
        codes = {item.code for item in found if isinstance(item, outcomes.PutOff)}
        first = next((item for item in found if isinstance(item, outcomes.PutOff)), None)
        whole = first is not None and len(codes) == 1 and all(isinstance(item, outcomes.PutOff) for item in found)
        trouble = (first.code, first.reason) if whole and first and first.code in outcomes.LINE_CODES else None
        return found, trouble
    put_off: list[outcomes.Outcome] = [outcomes.PutOff(parcel, code, reason) for parcel in flight.parcels]
    return put_off, (code, reason) if code in outcomes.LINE_CODES else None


def _tell_log(judged: Sequence[tuple[list[outcomes.Outcome], object]]) -> None:
    codes = Counter(item.code for found, _ in judged for item in found if isinstance(item, outcomes.PutOff))
    if codes:
        log.info("letters put off", count=codes.total(), codes=sorted(codes))
