"""The post of people (thư liên thông): free letters written on a page or put into a folder, and those that come."""

from collections.abc import Sequence
from uuid import UUID

from lienthong.kernel import audit, clock, db
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.profile import node
from lienthong.kernel.text import Bilingual, read_text, tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.exchange.joining_types import PostRow
from lienthong.platform.exchange.letters import FreeLetter
from lienthong.platform.exchange.models import PostItem
from lienthong.platform.exchange.queries.directory import node_for
from lienthong.platform.exchange.queries.post import belongs_to, describe_item
from lienthong.platform.exchange.services.letters import post_letter
from lienthong.platform.exchange.types import Envelope

MOST_TEXT = 100_000
MOST_SUBJECT = 300


def send_post(
    *,
    recipient: str,
    subject: str,
    text: str,
    actor: Actor,
    parts: Sequence[FileRef] = (),
    reply_to: UUID | None = None,
    claim: UUID | None = None,
    file_name: str = "",
) -> PostRow:
    """Write to another agency (gửi thư): subject, text, stored files. `claim`: the file of the watched folder.

    Raises Refused `exchange.bad-post` (the field is named), `exchange.unknown-recipient`, `exchange.too-large`.
    """
    code = _read_recipient(recipient)
    letter = FreeLetter(
        subject=_read(subject, "subject", MOST_SUBJECT, tr("Cần ghi tiêu đề.", "A subject is needed.")),
        text=_read(text, "text", MOST_TEXT, None, lines=True),
        sender_code=actor.agency_code or node().agency_code,
        recipient_code=code,
        signed_by=actor.name[:200],
        reply_to=reply_to,
    )
    if not letter.text and not parts:
        raise _bad("text", tr("Thư cần có nội dung hoặc tệp kèm.", "A letter needs a text or a file."))
    with db.atomic():
        letter_id = post_letter(letter, recipient=code, actor=actor, parts=parts)
        item = PostItem.objects.create(
            letter_id=letter_id,
            direction="out",
            sender=letter.sender_code,
            recipient=code,
            subject=letter.subject,
            text=letter.text,
            signed_by=letter.signed_by,
            parts=[_part(part) for part in parts],
            reply_to=reply_to,
            at=clock.now(),
            claim=claim,
            file_name=file_name[:255],
        )
        audit.record(actor, "exchange.send-post", f"letter:{letter_id}", recipient=code)
    return describe_item(item)


def _read_recipient(typed: str) -> str:
    text = (read_text(typed) or "").upper()
    code = agencies_queries.from_qcvn102(text) if agencies_queries.is_qcvn102(text) else text
    if not agencies_queries.is_code(code):
        raise _bad("recipient", tr("Hãy chọn cơ quan nhận trong danh sách.", "Choose the receiving agency."))
    node_for(code)
    if code == node().agency_code:
        raise _bad("recipient", tr("Không thể gửi cho chính nút này.", "That is this node itself."))
    return code


def _read(value: str, field: str, most: int, missing: Bilingual | None, *, lines: bool = False) -> str:
    text = read_text(value, lines=lines)
    if text is None:
        raise _bad(field, tr("Có ký tự không đọc được.", "There are unreadable signs."))
    if len(text) > most:
        raise _bad(field, tr(f"Dài quá {most} chữ.", f"Longer than {most} letters."))
    if not text and missing is not None:
        raise _bad(field, missing)
    return text


def _bad(field: str, message: Bilingual) -> Refused:
    return Refused("exchange.bad-post", message, field=field)


def _part(part: FileRef) -> dict[str, object]:
    return {"sha256": part.sha256, "name": part.name, "media_type": part.media_type, "size": part.size}


def keep_arrival(letter: FreeLetter, envelope: Envelope) -> None:
    """Put a letter that came into the post, in the transaction of its receipt.

    Raises Refused `exchange.foreign-sender` when it names an agency that the sending node does not answer for.
    """
    for field, code, holder in (
        ("sender_code", letter.sender_code, envelope.sender),
        ("recipient_code", letter.recipient_code, envelope.recipient),
    ):
        if not f"{code}.".startswith(f"{holder}."):
            raise Refused(
                "exchange.foreign-sender" if field == "sender_code" else "exchange.foreign-recipient",
                tr(f"Nút {holder} không phụ trách cơ quan {code}.", f"The node {holder} does not answer for {code}."),
                field=field,
            )
    PostItem.objects.create(
        letter_id=envelope.id,
        direction="in",
        sender=letter.sender_code,
        recipient=letter.recipient_code,
        subject=letter.subject,
        text=letter.text,
        signed_by=letter.signed_by,
        parts=[_part(part) for part in envelope.parts],
        reply_to=letter.reply_to,
        at=clock.now(),
    )


def mark_read(*, letter_id: UUID, actor: Actor) -> None:
    """Note who opened a letter first (đã đọc)."""
    PostItem.objects.filter(letter_id=letter_id, direction="in", read_at__isnull=True).filter(belongs_to(actor)).update(
        read_at=clock.now(), read_by=actor.name[:200]
    )
