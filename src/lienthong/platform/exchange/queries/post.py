"""Asking about the post of people (thư liên thông): what came, what went, how far it is."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import Bilingual, tr
from lienthong.platform.exchange.joining_types import PostRow
from lienthong.platform.exchange.models import OutgoingLetter, PostItem


def belongs_to(actor: Actor) -> Q:
    """Letters of the officer's own agency and of those below it."""
    code = actor.agency_code
    if not code:
        return Q(pk__in=[])
    return (
        Q(direction="in", recipient=code)
        | Q(direction="in", recipient__startswith=f"{code}.")
        | Q(direction="out", sender=code)
        | Q(direction="out", sender__startswith=f"{code}.")
    )


def list_post(actor: Actor, direction: str, *, unread: bool = False, limit: int = 30, offset: int = 0) -> list[PostRow]:
    """Letters that this officer may see, the latest first."""
    items = list(_post(actor, direction, unread=unread).order_by("-at")[offset : offset + limit])
    return _with_states(items)


def count_post(actor: Actor, direction: str, *, unread: bool = False) -> int:
    return _post(actor, direction, unread=unread).count()


def _post(actor: Actor, direction: str, *, unread: bool) -> QuerySet[PostItem]:
    found = PostItem.objects.filter(belongs_to(actor), direction=direction)
    return found.filter(read_at__isnull=True) if unread else found


def get_post(letter_id: UUID, actor: Actor) -> PostRow:
    """One letter. Raises NotFound `exchange.no-such-letter` also for another agency's."""
    item = PostItem.objects.filter(belongs_to(actor), letter_id=letter_id).first()
    if item is None:
        raise NotFound("exchange.no-such-letter", tr("Không có thư này.", "There is no such letter."))
    return _with_states([item])[0]


def describe_item(item: PostItem) -> PostRow:
    return _with_states([item])[0]


def list_untold(direction: str, *, limit: int = 200) -> list[PostRow]:
    """What the watched folder has not been told of yet, the oldest first."""
    found = PostItem.objects.filter(direction=direction, told_at__isnull=True)
    if direction == "out":
        found = found.filter(claim__isnull=False)
    return _with_states(list(found.order_by("pk")[:limit]))


def _with_states(items: list[PostItem]) -> list[PostRow]:
    ends = _ends([item.letter_id for item in items if item.direction == "out"])
    return [_row(item, *ends.get(item.letter_id, ("", None, None))) for item in items]


def _ends(ids: Iterable[UUID]) -> dict[UUID, tuple[str, Bilingual | None, OutgoingLetter | None]]:
    """State and reason of letters, following those that were sent anew."""
    found: dict[UUID, tuple[str, Bilingual | None, OutgoingLetter | None]] = {}
    asked = {letter_id: letter_id for letter_id in ids}
    for _ in range(20):
        rows = OutgoingLetter.objects.filter(id__in=list(asked))
        again: dict[UUID, UUID] = {}
        for row in rows:
            first = asked[row.id]
            reason = Bilingual(row.reason_vi, row.reason_en) if row.reason_vi or row.reason_en else None
            found[first] = (row.state, reason, row)
            if row.state == "replaced" and row.replaced_by is not None:
                again[row.replaced_by] = first
        if not again:
            break
        asked = again
    return found


def _row(item: PostItem, state: str, reason: Bilingual | None, letter: OutgoingLetter | None) -> PostRow:
    return PostRow(
        letter_id=item.letter_id,
        direction=item.direction,
        sender=item.sender,
        recipient=item.recipient,
        subject=item.subject,
        text=item.text,
        signed_by=item.signed_by,
        parts=tuple(FileRef(one["sha256"], one["name"], one["media_type"], one["size"]) for one in item.parts),
        reply_to=item.reply_to,
        at=item.at,
        read_at=item.read_at,
        read_by=item.read_by,
        state=state,
        reason=reason,
        answered_at=letter.answered_at if letter else None,
        receipt=bytes(letter.receipt) if letter and letter.receipt else b"",
        receipt_signature=letter.receipt_signature if letter else "",
        claim=item.claim,
        file_name=item.file_name,
    )
