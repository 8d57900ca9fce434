"""What the network did with our letters: receipts learned in sets, refusals told to the recipients' rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lienthong.kernel import clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Conflict
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import Delivery, Message, Step
from lienthong.platform.documents.rights import CLERKS, require_work
from lienthong.platform.documents.services.dispatching import letter_of_row, parts_of_row
from lienthong.platform.documents.services.storing import Told, keep_deliveries, keep_steps, step
from lienthong.platform.documents.types import Evidence
from lienthong.platform.exchange import queries as exchange_queries
from lienthong.platform.exchange import services as exchange
from lienthong.platform.exchange.types import LetterOutcome

MOST_AT_ONCE = 1000


class _Place:
    """Where the last look at the older letters ended; each look goes on from there, so that none is forgotten."""

    after: UUID | None = None


def learn_receipts(most: int = MOST_AT_ONCE) -> int:
    """Look what became of the letters under way: the newest ones and a page of the older; gives how many ended."""
    newest = _under_way().order_by("-letter_id").values_list("letter_id", flat=True).distinct()[:most]
    ids = [one for one in newest if one is not None]
    if len(ids) == most:
        ids += _older(most)
    if not ids:
        return 0
    outcomes = exchange_queries.list_outcomes(ids)
    if outcomes:
        with db.atomic():
            _record({one.id: one for one in outcomes})
    return len(outcomes)


def _under_way() -> QuerySet[Delivery]:
    return Delivery.objects.filter(transport="waiting", letter_id__isnull=False)


def _older(most: int) -> list[UUID]:
    rows = _under_way().order_by("letter_id").values_list("letter_id", flat=True).distinct()
    if _Place.after is not None:
        rows = rows.filter(letter_id__gt=_Place.after)
    found = [one for one in rows[:most] if one is not None]
    _Place.after = found[-1] if len(found) == most else None
    return found


def _record(outcomes: Mapping[UUID, LetterOutcome]) -> None:
    rows = list(
        Delivery.objects.select_for_update(no_key=True)
        .filter(letter_id__in=list(outcomes), transport="waiting")
        .order_by("id")
    )
    steps = [one for row in rows if row.letter_id for one in _apply(row, outcomes[row.letter_id])]
    keep_steps(steps)
    keep_deliveries(rows)


def _apply(row: Delivery, outcome: LetterOutcome) -> list[Step]:
    at = outcome.answered_at or clock.now()
    row.updated_at = clock.now()
    if outcome.state == "replaced":
        row.letter_id = outcome.replaced_by
        return []
    proof = Evidence("letter", str(outcome.id))
    if outcome.state == "accepted":
        row.transport, row.delivered_at = "delivered", at
        return [step("transport", "delivered", at, Told(proof), delivery_id=row.pk)]
    return [_fail(row, at, str(outcome.reason.vi if outcome.reason else outcome.code), proof)]


def _fail(row: Delivery, at: datetime, reason: str, proof: Evidence) -> Step:
    row.transport, row.problem, row.updated_at = "failed", reason[:1000], clock.now()
    return step("transport", "failed", at, Told(proof, reason), delivery_id=row.pk)


def fail_deliveries(letter_id: UUID, reason: str) -> int:
    """A letter came back refused: its recipients did not get the document; gives how many."""
    with db.atomic():
        rows = list(
            Delivery.objects.select_for_update(no_key=True)
            .filter(letter_id=letter_id, transport="waiting")
            .order_by("id")
        )
        proof = Evidence("letter", str(letter_id))
        keep_steps([_fail(row, clock.now(), reason, proof) for row in rows])
        keep_deliveries(rows)
    return len(rows)


def send_again(message_id: UUID, *, actor: Actor) -> int:
    """Send a message anew to those where it failed; gives to how many.

    Raises Conflict `documents.nothing-failed`; NotAllowed.
    """
    with db.atomic():
        message = (
            Message.objects.select_for_update(no_key=True, of=("self",)).select_related("document").get(pk=message_id)
        )
        require_work(actor, message.sender_code, *CLERKS, "operator")
        rows = list(
            Delivery.objects.select_for_update(no_key=True)
            .filter(message=message, transport="failed")
            .exclude(node_code__startswith="axis:")
            .order_by("id")
        )
        if not rows:
            raise Conflict("documents.nothing-failed", tr("Không có nơi nhận nào bị lỗi.", "No recipient failed."))
        _post_again(message, rows, actor)
    return len(rows)


def _post_again(message: Message, rows: Sequence[Delivery], actor: Actor) -> None:
    parts = parts_of_row(message)
    by_node: dict[str, list[Delivery]] = {}
    for row in rows:
        by_node.setdefault(row.node_code, []).append(row)
    steps = []
    for code, group in by_node.items():
        letter = letter_of_row(message, [row.agency_code for row in group], parts[0].sha256)
        letter_id = exchange.post_letter(
            letter, recipient=code, actor=actor, about=f"edoc:{message.document_id}", parts=parts
        )
        for row in group:
            row.letter_id, row.transport, row.problem, row.updated_at = letter_id, "waiting", "", clock.now()
            proof = Told(Evidence("letter", str(letter_id)), actor=actor.label)
            steps.append(step("transport", "waiting", clock.now(), proof, delivery_id=row.pk))
    keep_steps(steps)
    keep_deliveries(rows)
