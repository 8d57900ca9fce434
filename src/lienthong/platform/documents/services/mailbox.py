"""Filling the mailbox of systems outside, and what they did with what lies there (transport alone)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from lienthong.kernel import clock, db
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.documents.models import Arrival, MailboxItem, Message
from lienthong.platform.documents.partner_types import ItemEntry, Owner
from lienthong.platform.documents.queries.mailbox import get_item, item_entry, unknown_item
from lienthong.platform.documents.queries.partners import mailbox_codes
from lienthong.platform.documents.types import INBOXES, StatusTold


def deposit_messages(landed: Mapping[UUID, Collection[str]]) -> None:
    """Messages for agencies with a system of their own: they find each in its mailbox, once."""
    behind = mailbox_codes({code for codes in landed.values() for code in codes})
    wanted = {message_id: [code for code in codes if code in behind] for message_id, codes in landed.items()}
    wanted = {message_id: codes for message_id, codes in wanted.items() if codes}
    if not wanted:
        return
    messages = Message.objects.filter(pk__in=wanted).select_related("document").defer("envelope", "document__content")
    rows = Arrival.objects.filter(document__messages__in=list(wanted), agency_code__in=behind)
    arrivals = {(row.document_id, row.agency_code): row.pk for row in rows}
    MailboxItem.objects.bulk_create(
        [
            _item(message, code, arrivals.get((message.document_id, code)))
            for message in messages
            for code in wanted[message.pk]
        ],
        ignore_conflicts=True,
    )


def _item(message: Message, code: str, arrival_id: UUID | None) -> MailboxItem:
    return MailboxItem(
        kind="edoc",
        agency_code=code,
        sender_code=message.sender_code,
        message=message,
        arrival_id=arrival_id,
        document_id=message.document.document_id,
        created_at=clock.now(),
        updated_at=clock.now(),
    )


def deposit_statuses(statuses: Iterable[tuple[StatusTold, bytes]]) -> None:
    """States said to agencies with a system of their own, as the status messages they get."""
    now = clock.now()
    MailboxItem.objects.bulk_create(
        [
            MailboxItem(
                kind="status",
                agency_code=told.receiver,
                sender_code=told.agency_code,
                edxml=edxml,
                told_key=key_of(told),
                sha256=sha256(edxml).hexdigest(),
                size=len(edxml),
                document_id=told.document_id,
                created_at=now,
                updated_at=now,
            )
            for told, edxml in statuses
        ],
        ignore_conflicts=True,
    )


def key_of(told: StatusTold) -> str:
    """What names a state that was said, however often it is told."""
    facts = (told.message_id, told.agency_code, told.receiver, told.status, told.at.isoformat(), told.reason)
    return sha256("\n".join(str(one) for one in facts).encode()).hexdigest()


def note_content(item: ItemEntry, digest: str, size: int) -> None:
    """Digest and size of the whole file of an item, found out when it was first put together."""
    MailboxItem.objects.filter(pk=item.id, sha256="", kind="edoc").update(sha256=digest, size=size)


def set_item_state(owner: Owner, item_id: str, *, state: str, description: str = "") -> ItemEntry:
    """What the system did with an item (`updateStatus`). The same again is harmless; a state of people is not touched.

    Raises NotFound `documents.unknown-item`, Refused `documents.bad-request`.
    """
    if state not in INBOXES:
        raise Refused(
            "documents.bad-request",
            tr("status phải là inbox, processing, done hoặc fail.", "status must be inbox, processing, done or fail."),
            field="status",
            status=400,
        )
    item = get_item(item_id, owner.codes)
    with db.atomic():
        row = MailboxItem.objects.select_for_update().defer("edxml").filter(pk=item.id).first()
        if row is None:
            raise unknown_item()
        if row.state == state or row.state == "done":
            return item_entry(row)
        row.state, row.description, row.updated_at = state, nfc(description).strip()[:1000], clock.now()
        row.save(update_fields=["state", "description", "updated_at"])
    return item_entry(row)


def statuses_for(statuses: Sequence[StatusTold]) -> list[StatusTold]:
    """Those of these states that are said to agencies with a system of their own at this node."""
    behind = mailbox_codes({one.receiver for one in statuses})
    return [one for one in statuses if one.receiver in behind]
