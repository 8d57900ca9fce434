"""Posting letters (gửi thông điệp): fixed and signed in the transaction of the change they report."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from lienthong.kernel import audit, clock, db, jobs, tracing
from lienthong.kernel.access import SYSTEM, Actor
from lienthong.kernel.errors import Conflict, NotFound, Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.platform.exchange import rules, sql, wire
from lienthong.platform.exchange.models import OutgoingLetter
from lienthong.platform.exchange.queries.directory import node_for
from lienthong.platform.exchange.services import trust
from lienthong.platform.exchange.types import Letter

WAKE = "exchange.deliver_due"

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


def _check_size(body: bytes, parts: Sequence[FileRef]) -> None:
    total = len(body) + sum(part.size for part in parts)
    if len(body) > rules.MAX_BODY_BYTES or len(parts) > rules.MAX_PARTS or total > rules.MAX_REQUEST_BYTES // 12 * 11:
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


def in_transaction() -> bool:
    """Is a transaction of the program open? The one a test wraps around itself does not count."""
    blocks: list[Any] = connection.atomic_blocks
    return any(not getattr(block, "_from_testcase", False) for block in blocks)
