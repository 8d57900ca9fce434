"""Posting letters (gửi thông điệp): fixed and signed in the transaction of the change they report."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from lienthong.kernel import audit, clock, db, events, jobs, sql, tracing
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import nfc, tr
from lienthong.platform.exchange import rules, wire
from lienthong.platform.exchange.events import LetterRefused
from lienthong.platform.exchange.limits import BATCH_LETTERS, limits
from lienthong.platform.exchange.models import OutgoingLetter
from lienthong.platform.exchange.queries.directory import node_for
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.services.batch_trust import sign_together
from lienthong.platform.exchange.services.lines import close_line
from lienthong.platform.exchange.services.outcomes import WAKE
from lienthong.platform.exchange.types import Letter

_MOST_AT_ONCE = 1000

_INSERT_MANY = """
WITH posted AS (
    INSERT INTO exchange_outgoingletter
        (id, name, recipient, about, actor, posted_at, body, digest, signature, parts, trace, state, attempts,
         next_attempt_at, code, reason_vi, reason_en, receipt_signature)
    SELECT v.id, v.name, %s, v.about, %s, %s, v.body, v.digest, v.signature, v.parts::jsonb, %s, 'waiting', 0, %s,
           '', '', '', ''
      FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::bytea[], %b::bytea[], %b::text[], %b::text[])
           WITH ORDINALITY AS v(id, name, about, body, digest, signature, parts, place)
     ORDER BY v.place
    RETURNING 1)
SELECT pg_notify(%s, %s) FROM posted LIMIT 1
"""

_INSERT = """
WITH posted AS (
    INSERT INTO exchange_outgoingletter
        (id, name, recipient, about, actor, posted_at, body, digest, signature, parts, trace, state, attempts,
         next_attempt_at, code, reason_vi, reason_en, receipt_signature)
    VALUES (%s, %s, %s, %s, %s, %s, %b, %b, %s, %s::jsonb, %s, 'waiting', 0, %s, '', '', '', '')
    RETURNING 1)
SELECT pg_notify(%s, %s) FROM posted
"""


def post_letter(
    letter: Letter, *, recipient: str, actor: Actor | None = None, about: str = "", parts: Sequence[FileRef] = ()
) -> UUID:
    """Put a letter into the outbox, in the caller's transaction; gives its id.

    `recipient`: the agency or its node. Letters with the same `about` arrive in the order of posting; letters
    without it may overtake each other. `parts`: stored files that travel along.
    Raises Refused `exchange.unknown-recipient`, `.too-large`, `.directory-missing`, `.directory-expired`.
    """
    if not type(letter).NAME:
        raise TypeError(f"{type(letter).__qualname__} has no NAME")
    header = trust.own_header("letter", type(letter).NAME, node_for(recipient).agency_code)
    body = wire.compose_letter(letter, parts)
    _check_size(body, parts)
    _insert(header, body, trust.sign(body, header), about=about, actor=actor or SYSTEM)
    return header.id


def post_letters(
    letters: Sequence[Letter],
    *,
    recipient: str,
    actor: Actor | None = None,
    about: Sequence[str] = (),
    parts: Sequence[Sequence[FileRef]] = (),
) -> list[UUID]:
    """Put many letters to one recipient into the outbox under one signature for each 500; gives their ids.

    As `post_letter`; `about` and `parts`: one for each letter, or none at all.
    """
    told = node_for(recipient).agency_code
    packed = list(zip(letters, list(about) or [""] * len(letters), list(parts) or [()] * len(letters), strict=True))
    ids = []
    for start in range(0, len(packed), BATCH_LETTERS):
        ids += _post_together(packed[start : start + BATCH_LETTERS], told, actor or SYSTEM)
    return ids


def _post_together(packed: Sequence[tuple[Letter, str, Sequence[FileRef]]], recipient: str, actor: Actor) -> list[UUID]:
    now = clock.now()
    bodies = [wire.compose_letter(letter, parts) for letter, _, parts in packed]
    headers = [replace(trust.own_header("letter", type(one).NAME, recipient), at=now) for one, _, _ in packed]
    for body, (_, _, parts) in zip(bodies, packed, strict=True):
        _check_size(body, parts)
    digests = [wire.digest(body) for body in bodies]
    lines = sign_together(list(zip(digests, headers, strict=True)), at=now)
    ids = [header.id for header in headers]
    names = [header.name for header in headers]
    about, listed = [one[1] for one in packed], [_listed(body) for body in bodies]
    columns = (ids, names, about, bodies, digests, list(lines), listed)
    sql.rows(
        _INSERT_MANY,
        (recipient, actor.label, now, tracing.current(), now, *columns, jobs.CHANNEL, WAKE),
    )
    return ids


def _check_size(body: bytes, parts: Sequence[FileRef]) -> None:
    largest = max((part.size for part in parts), default=0)
    if len(body) > rules.MAX_BODY_BYTES or len(parts) > rules.MAX_PARTS or largest > limits().max_part_bytes:
        raise Refused(
            "exchange.too-large",
            tr("Thông điệp hoặc tệp kèm quá lớn để gửi.", "The letter or its files are too large to send."),
            status=413,
        )


def _insert(header: wire.Header, body: bytes, signature: str, *, about: str, actor: Actor) -> None:
    now = clock.now()
    with sql.cursor() as cursor:
        cursor.execute(
            _INSERT.encode(),
            (
                header.id,
                header.name,
                header.recipient,
                about,
                actor.label,
                now,
                body,
                wire.digest(body),
                signature,
                _listed(body),
                tracing.current(),
                now,
                jobs.CHANNEL,
                WAKE,
            ),
        )


def _listed(body: bytes) -> str:
    parts = wire.list_parts(body)
    return "[" + ",".join(part.model_dump_json() for part in parts) + "]"


def resend_letter(*, letter_id: UUID, actor: Actor) -> UUID:
    """Try a waiting letter now, or send a refused one anew under a new id; gives the id that is on its way.

    Raises NotFound `exchange.no-such-letter`, Conflict `exchange.already-ended`.
    """
    with db.atomic():
        row = OutgoingLetter.objects.select_for_update().filter(id=letter_id).first()
        if row is None:
            raise NotFound("exchange.no-such-letter", tr("Không có thông điệp này.", "There is no such letter."))
        if row.state == "waiting":
            row.next_attempt_at = clock.now()
            row.save(update_fields=["next_attempt_at"])
            close_line(row.recipient)
            jobs.wake(WAKE)
            sent = row.id
        elif row.state == "refused":
            sent = _send_anew(row, actor)
        else:
            raise Conflict(
                "exchange.already-ended",
                tr("Thông điệp này đã được nhận hoặc đã gửi lại.", "This letter has been accepted or sent anew."),
            )
        audit.record(actor, "exchange.resend", f"letter:{letter_id}", sent=sent)
    return sent


def _send_anew(row: OutgoingLetter, actor: Actor) -> UUID:
    header = trust.own_header("letter", row.name, row.recipient)
    body = bytes(row.body)
    _insert(header, body, trust.sign(body, header), about=row.about, actor=actor)
    row.state, row.replaced_by = "replaced", header.id
    row.save(update_fields=["state", "replaced_by"])
    return header.id


def resend_all(*, recipient: str, actor: Actor) -> int:
    """Send everything to one recipient that was refused anew, and try what waits at once; gives how many."""
    with db.atomic():
        waiting = OutgoingLetter.objects.filter(recipient=recipient, state="waiting")
        moved = waiting.filter(next_attempt_at__gt=clock.now()).update(next_attempt_at=F("posted_at"))
        refused = OutgoingLetter.objects.select_for_update().filter(recipient=recipient, state="refused")
        rows = list(refused.order_by("number")[:_MOST_AT_ONCE])
        for row in rows:
            _send_anew(row, actor)
        close_line(recipient)
        jobs.wake(WAKE)
        audit.record(actor, "exchange.resend-all", f"node:{recipient}", sent=len(rows), hurried=moved)
    return len(rows) + moved


def discard_letter(*, letter_id: UUID, reason: str, actor: Actor) -> None:
    """Give a letter up that was refused or has waited too long (`dead_after_days`); its room is told.

    Raises NotFound `exchange.no-such-letter`, Refused `exchange.reason-missing`, Conflict `exchange.already-ended`,
    `.not-dead`.
    """
    told = nfc(reason).strip()[:500]
    if not told:
        raise Refused("exchange.reason-missing", tr("Hãy ghi lý do.", "Please give a reason."), field="reason")
    with db.atomic():
        row = OutgoingLetter.objects.select_for_update().filter(id=letter_id).first()
        if row is None:
            raise NotFound("exchange.no-such-letter", tr("Không có thông điệp này.", "There is no such letter."))
        if row.state not in ("waiting", "refused"):
            raise Conflict(
                "exchange.already-ended",
                tr("Thông điệp này đã kết thúc.", "This letter has come to its end already."),
            )
        if row.state == "waiting" and clock.now() - row.posted_at < limits().dead_after:
            raise Conflict(
                "exchange.not-dead",
                tr("Thông điệp này còn đang được gửi.", "This letter is still being sent."),
            )
        _discard(row, told, actor)


def _discard(row: OutgoingLetter, reason: str, actor: Actor) -> None:
    was_waiting = row.state == "waiting"
    row.state, row.next_attempt_at = "discarded", None
    row.code, row.reason_vi, row.reason_en = "exchange.discarded", reason, reason
    row.save(update_fields=["state", "next_attempt_at", "code", "reason_vi", "reason_en"])
    audit.record(actor, "exchange.discard", f"letter:{row.id}", recipient=row.recipient, reason=reason)
    if was_waiting:
        events.publish(
            LetterRefused(
                letter_id=row.id,
                letter_name=row.name,
                recipient=row.recipient,
                about=row.about,
                code=row.code,
                reason_vi=reason,
                reason_en=reason,
            )
        )


def in_transaction() -> bool:
    """Is a transaction of the program open? The one a test wraps around itself does not count."""
    blocks: list[Any] = connection.atomic_blocks
    return any(not getattr(block, "_from_testcase", False) for block in blocks)
