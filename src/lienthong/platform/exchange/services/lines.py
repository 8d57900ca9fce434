"""Delivery lines (đường gửi): the circuit breaker per recipient, kept where operators and a new process can see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lienthong.kernel import audit, clock, db, jobs, sql
from lienthong.kernel.access import Actor
from lienthong.kernel.text import Bilingual
from lienthong.platform.exchange import rules
from lienthong.platform.exchange.models import DeliveryLine
from lienthong.platform.exchange.services import outcomes

_RELOAD = timedelta(seconds=1)
_NOTE_SUCCESS = timedelta(minutes=1)

_WRITE = """
INSERT INTO exchange_deliveryline
    (recipient, failures, failing_since, open_until, code, reason_vi, reason_en, last_success_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (recipient) DO UPDATE
   SET failures = excluded.failures, failing_since = excluded.failing_since, open_until = excluded.open_until,
       code = excluded.code, reason_vi = excluded.reason_vi, reason_en = excluded.reason_en,
       last_success_at = excluded.last_success_at
"""


@dataclass(frozen=True, slots=True)
class _Line:
    failures: int = 0
    failing_since: datetime | None = None
    open_until: datetime | None = None
    code: str = ""
    reason: Bilingual = field(default_factory=lambda: Bilingual("", ""))
    last_success_at: datetime | None = None


class Lines:
    """The lines as one postman knows them; read anew now and then, since an operator may close one."""

    def __init__(self) -> None:
        self._known: dict[str, _Line] = {}
        self._read_at: datetime | None = None

    def refresh(self) -> None:
        now = clock.now()
        if self._read_at is None or now - self._read_at > _RELOAD or now < self._read_at:
            self._known = {
                row.recipient: _Line(
                    row.failures,
                    row.failing_since,
                    row.open_until,
                    row.code,
                    Bilingual(row.reason_vi, row.reason_en),
                    row.last_success_at,
                )
                for row in DeliveryLine.objects.all()
            }
            self._read_at = now

    def places(self, recipient: str, most: int) -> int:
        """How many flights may be under way: all, none while the line is open, one while it is half open."""
        line = self._known.get(recipient)
        if line is None or not line.failures:
            return most
        return 0 if line.open_until and clock.now() < line.open_until else 1

    def is_failing(self, recipient: str) -> bool:
        line = self._known.get(recipient)
        return line is not None and line.failures > 0

    def failed(self, recipient: str, code: str, reason: Bilingual) -> None:
        """A flight came to nothing as a whole."""
        now = clock.now()
        line = self._known.get(recipient, _Line())
        failures = line.failures + 1
        self._write(
            recipient,
            replace(
                line,
                failures=failures,
                failing_since=line.failing_since or now,
                open_until=now + timedelta(seconds=rules.wait_seconds(failures)),
                code=code,
                reason=reason,
            ),
        )

    def succeeded(self, recipients: Iterable[str]) -> None:
        """Receipts came; written down when that is news."""
        now = clock.now()
        for recipient in recipients:
            line = self._known.get(recipient, _Line())
            if line.failures or line.last_success_at is None or now - line.last_success_at > _NOTE_SUCCESS:
                self._write(recipient, _Line(last_success_at=now))

    def _write(self, recipient: str, line: _Line) -> None:
        self._known[recipient] = line
        sql.run(
            _WRITE,
            (
                recipient,
                line.failures,
                line.failing_since,
                line.open_until,
                line.code,
                line.reason.vi,
                line.reason.en,
                line.last_success_at,
            ),
        )


def close_line(recipient: str) -> None:
    """Let the next letter to this recipient be tried at once."""
    DeliveryLine.objects.filter(recipient=recipient).update(open_until=None)


def try_line(*, recipient: str, actor: Actor) -> None:
    """An operator wants a recipient tried again now, with what has waited longest."""
    with db.atomic():
        close_line(recipient)
        outcomes.hurry([recipient])
        jobs.wake(outcomes.WAKE)
        audit.record(actor, "exchange.try-line", f"node:{recipient}")
