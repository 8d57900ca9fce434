"""Logging many finished messages at once: rows, calls and operational records of a whole group in one transaction.

`GroupCommit` lets concurrent requests share that transaction: each waits until it is committed, and while one group is
being written the next gathers. Under load a commit serves many requests; alone, a request waits for its own only.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import structlog
from django.db import connection

from lienthong.kernel import db, sql
from lienthong.platform.exchange import chain
from lienthong.platform.exchange.services.log import StreamKey, append_all
from lienthong.platform.exchange.types import Entry, Signed
from lienthong.platform.monitoring import services as monitoring_services
from lienthong.platform.signing import queries as signing_queries

log = structlog.get_logger()
T = TypeVar("T")

_MOST = 256
_WAIT_SECONDS = 30.0
_IDLE_SECONDS = 5.0
_BUSY, _LARGE = 4, 8
_PATIENCE_SECONDS = 0.01
_FIRST_COLUMNS = (
    ("message_id", "uuid"),
    ("direction", "text"),
    ("peer", "text"),
    ("at", "timestamptz"),
    ("outcome", "text"),
)
_CALL_COLUMNS = (
    ("query_id", "text"),
    ("client", "text"),
    ("service", "text"),
    ("method", "text"),
    ("path", "text"),
    ("status", "int"),
    ("purpose", "text"),
    ("legal_ground", "text"),
    ("user_id", "text"),
    ("issue", "text"),
)
_SIGNED_COLUMNS = (
    ("message", "bytea"),
    ("signature", "bytea"),
    ("signed_at", "timestamptz"),
    ("thumbprint", "bytea"),
    ("digest", "bytea"),
    ("body", "bytea"),
)
_COLUMNS = (
    *_FIRST_COLUMNS,
    *_CALL_COLUMNS,
    *((f"request_{name}", kind) for name, kind in _SIGNED_COLUMNS),
    *((f"answer_{name}", kind) for name, kind in _SIGNED_COLUMNS),
)
_KEEP_CALLS = (
    f"INSERT INTO exchange_callrecord ({', '.join(name for name, _ in _COLUMNS)}) SELECT * FROM unnest("  # noqa: S608 (constants)
    + ", ".join(f"%{'b' if kind == 'bytea' else 's'}::{kind}[]" for _, kind in _COLUMNS)
    + ")"
)
_UNANSWERED = (b"", b"", None, b"", b"", None)


def log_together(entries: Sequence[Entry]) -> None:
    """Append the rows of finished messages, keep their calls and operational records, all in one transaction.

    Rows of one stream keep the order given. Raises IntegrityError when a call of this id, direction and peer is known.
    """
    with db.atomic(savepoint=False), connection.wrap_database_errors:
        if calls := [entry for entry in entries if entry.call]:
            sql.run(_KEEP_CALLS, list(map(list, zip(*map(_call_row, calls), strict=True))))
        monitoring_services.record([entry.operation for entry in entries if entry.operation])
        append_all([(StreamKey(entry.peer, entry.direction, entry.kind), fact_of(entry)) for entry in entries])


def fact_of(entry: Entry) -> chain.Fact:
    """What the row of an entry says."""
    call = entry.call
    if call is None:
        digests = (entry.digest, entry.answer_digest, entry.evidence)
    else:
        signed = [call.request, *([call.answer] if call.answer else [])]
        evidence = chain.evidence(*(signing_queries.write_line(one.message, one.signature) for one in signed))
        digests = (call.request.digest, call.answer.digest if call.answer else b"", evidence)
    return chain.Fact(entry.at, entry.message_id, entry.name, entry.outcome, *digests)


def _call_row(entry: Entry) -> tuple[Any, ...]:
    call = entry.call
    assert call is not None  # noqa: S101 (for the type checker: the caller filters)
    told = [_text(getattr(call, name)) for name, _ in _CALL_COLUMNS]
    first = (entry.message_id, entry.direction, entry.peer, entry.at, entry.outcome)
    return (*first, *told, *_signed_row(call.request), *(_signed_row(call.answer) if call.answer else _UNANSWERED))


def _text(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


def _signed_row(signed: Signed) -> tuple[Any, ...]:
    return (signed.message, signed.signature, signed.signed_at, signed.thumbprint, signed.digest, signed.body)


class _Waiting(Generic[T]):
    """One item in the group, with whom it wakes."""

    __slots__ = ("done", "error", "item")

    def __init__(self, item: T) -> None:
        self.item = item
        self.done = threading.Lock()
        self.done.acquire()
        self.error: Exception | None = None


class GroupCommit(Generic[T]):
    """Writes the items of concurrent threads in common transactions: `commit(item)` returns once it is durable.

    `write` gets the items of one group and writes them in one transaction of its own. When a group fails, its items
    are written one by one, so that each thread gets its own error and no other's.
    """

    def __init__(self, write: Callable[[Sequence[T]], None], *, most: int = _MOST, name: str = "group-commit") -> None:
        self._write = write
        self._most = most
        self._name = name
        self._queue: SimpleQueue[_Waiting[T]] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process = 0

    def commit(self, item: T) -> None:
        """Wait until this item is committed. Raises what writing it raised, or TimeoutError after 30 seconds."""
        if self._process != os.getpid() or self._thread is None or not self._thread.is_alive():
            self._start()
        waiting = _Waiting(item)
        self._queue.put(waiting)
        if not waiting.done.acquire(timeout=_WAIT_SECONDS):
            raise TimeoutError("the database did not commit in time")
        if waiting.error is not None:
            raise waiting.error

    def _start(self) -> None:
        with self._starting:
            if self._process != os.getpid():
                # A forked process has the queue of its parent, but not the thread that serves it.
                self._process, self._queue, self._thread = os.getpid(), SimpleQueue(), None
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        size = 0
        while True:
            try:
                group = [self._queue.get(timeout=_IDLE_SECONDS)]
            except Empty:
                # Given back while there is nothing to do; the next group takes one that is alive.
                connection.close()
                group = [self._queue.get()]
            if size >= _BUSY:
                # Under load a moment of patience makes groups large, and what a group costs is shared by more.
                time.sleep(min(1.0, size / _LARGE) * _PATIENCE_SECONDS)
            with suppress(Empty):
                while len(group) < self._most:
                    group.append(self._queue.get_nowait())
            size = len(group)
            self._write_group(group)

    def _write_group(self, group: "Sequence[_Waiting[T]]") -> None:
        error = self._try([waiting.item for waiting in group])
        for waiting in group:
            waiting.error = self._try([waiting.item]) if error is not None and len(group) > 1 else error
            waiting.done.release()

    def _try(self, items: Sequence[T]) -> Exception | None:
        try:
            self._write(items)
        except Exception as error:  # noqa: BLE001 (handed to the thread that waits for this item)
            log.warning("a group could not be committed", size=len(items), error=type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            return error
        return None
