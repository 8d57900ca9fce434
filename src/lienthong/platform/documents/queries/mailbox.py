"""Asking what lies in the mailbox of systems outside, and what became of that which they sent."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import Delivery, MailboxItem, Message
from lienthong.platform.documents.partner_types import ItemEntry, ItemKind, SentEntry

MOST_ITEMS = 200
_OPEN = ("inbox", "processing")


def list_items(codes: Collection[str], kind: ItemKind, *, most: int = MOST_ITEMS) -> list[ItemEntry]:
    """What waits for the systems of these agencies, the oldest first."""
    rows = _open_items(codes, kind).defer("edxml").order_by("created_at", "id")[:most]
    return [item_entry(row) for row in rows]


def count_items(codes: Collection[str], kind: ItemKind) -> int:
    """How much waits."""
    return _open_items(codes, kind).count()


def get_item(item_id: str | UUID, codes: Collection[str]) -> ItemEntry:
    """An item of these agencies' mailboxes, whatever its state. Raises NotFound `documents.unknown-item`."""
    try:
        wanted = item_id if isinstance(item_id, UUID) else UUID(item_id)
    except ValueError:
        raise unknown_item() from None
    row = MailboxItem.objects.defer("edxml").filter(pk=wanted, agency_code__in=list(codes)).first()
    if row is None:
        raise unknown_item()
    return item_entry(row)


def read_status_item(item_id: UUID) -> bytes:
    """The edXML of a status in a mailbox."""
    held = MailboxItem.objects.values_list("edxml", flat=True).get(pk=item_id)
    return bytes(held or b"")


def list_sent(codes: Collection[str], *, after: int = 0, most: int = MOST_ITEMS) -> list[SentEntry]:
    """Receivers of what these agencies sent from this node, in the order of sending, from the one after `after`."""
    rows = (
        Delivery.objects.filter(sender_code__in=list(codes), pk__gt=after)
        .select_related("message__document")
        .defer("message__envelope", "message__document__content")
        .order_by("pk")[:most]
    )
    return [sent_entry(row) for row in rows]


def list_sent_of(message_id: UUID, codes: Collection[str]) -> list[SentEntry]:
    """The receivers of one message that these agencies sent. Raises NotFound `documents.unknown-item`."""
    rows = (
        Delivery.objects.filter(message_id=message_id, sender_code__in=list(codes))
        .select_related("message__document")
        .defer("message__envelope", "message__document__content")
        .order_by("pk")
    )
    if not (found := [sent_entry(row) for row in rows]):
        raise unknown_item()
    return found


def document_ids_of(message_ids: Collection[UUID]) -> dict[UUID, str]:
    """The official id of the document of each message, in one round trip."""
    return dict(Message.objects.filter(pk__in=message_ids).values_list("pk", "document__document_id"))


def unknown_item() -> NotFound:
    return NotFound(
        "documents.unknown-item",
        tr("Không có mục nào mang mã docId này.", "There is no item of this docId."),
        field="docId",
    )


def _open_items(codes: Collection[str], kind: ItemKind) -> QuerySet[MailboxItem]:
    return MailboxItem.objects.filter(agency_code__in=list(codes), kind=kind, state__in=_OPEN)


def item_entry(row: MailboxItem) -> ItemEntry:
    return ItemEntry(
        id=row.pk,
        kind="status" if row.kind == "status" else "edoc",
        agency_code=row.agency_code,
        sender_code=row.sender_code,
        message_id=row.message_id,
        arrival_id=row.arrival_id,
        document_id=row.document_id,
        state=row.state,  # type: ignore[arg-type]  # the table holds known words only
        description=row.description,
        sha256=row.sha256,
        size=row.size,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def sent_entry(row: Delivery) -> SentEntry:
    document = row.message.document
    return SentEntry(
        id=row.pk,
        message_id=row.message_id,
        sender_code=row.sender_code,
        receiver_code=row.agency_code,
        transport=row.transport,
        status=row.status,
        answer=row.answer,
        problem=row.problem,
        code=document.code,
        subject=document.subject,
        document_id=document.document_id,
        kind=row.message.kind,
        updated_at=row.updated_at,
    )
