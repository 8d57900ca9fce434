"""Ask for the files of documents (tệp văn bản): attachments as they were sent, for the pages of this room."""

from __future__ import annotations

from uuid import UUID

from lienthong.kernel import files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import NotFound
from lienthong.kernel.text import tr
from lienthong.platform.documents.models import Attachment, Message
from lienthong.platform.documents.queries.documents import get_document, load_message
from lienthong.platform.documents.queries.entries import get_entry


def list_papers(document_id: UUID, actor: Actor) -> list[Attachment]:
    """The attachments of the newest message of a document that brought any. Raises NotFound."""
    get_document(document_id, actor)
    newest = (
        Message.objects.filter(document=document_id, attachments__isnull=False).order_by("-at", "-id").values("pk")[:1]
    )
    return list(Attachment.objects.filter(message__in=newest).order_by("position"))


def get_paper(message_id: UUID, position: int, actor: Actor) -> Attachment:
    """One attachment of a message that the actor may read. Raises NotFound `documents.no-such-file`."""
    message = load_message(message_id, actor)
    row = Attachment.objects.filter(message=message, position=position).first()
    if row is None:
        raise _no_file()
    return row


def get_scan(entry_id: int, actor: Actor) -> files.FileRef:
    """The scan of a document that came on paper. Raises NotFound `documents.no-such-file`, NotAllowed."""
    entry = get_entry(entry_id, actor)
    if not entry.scan_sha256:
        raise _no_file()
    kept = files.describe(entry.scan_sha256)
    return files.FileRef(kept.sha256, entry.scan_name or kept.name, kept.media_type, kept.size)


def content_of(document_id: UUID, actor: Actor) -> str:
    """The text that the envelope itself carries, "" mostly. Raises NotFound."""
    get_document(document_id, actor)
    rows = Message.objects.filter(document=document_id).values_list("document__content", flat=True)
    return str(rows[0]) if rows else ""


def _no_file() -> NotFound:
    return NotFound("documents.no-such-file", tr("Không có tệp này.", "There is no such file."))
