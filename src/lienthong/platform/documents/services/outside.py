"""Messages of systems outside: taken from a partner, given to it, said on its behalf. The one place that reads them."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import IO, BinaryIO, cast
from uuid import UUID

from lienthong.kernel import access, clock, db, files
from lienthong.kernel.access import Actor
from lienthong.kernel.errors import Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.text import tr
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.documents import edxml
from lienthong.platform.documents.models import Arrival, Message
from lienthong.platform.documents.partner_types import ItemEntry, ItemKind, Owner
from lienthong.platform.documents.queries import documents as document_queries
from lienthong.platform.documents.queries import mailbox as mailbox_queries
from lienthong.platform.documents.services import mailbox
from lienthong.platform.documents.services.partners import not_your_agency, read_code
from lienthong.platform.documents.services.receiving import accept_message
from lienthong.platform.documents.services.status_messages import SaidOutside, take_said_here
from lienthong.platform.documents.services.statuses import set_inbox
from lienthong.platform.documents.types import AttachmentRef, Evidence, MessageRef, Staff, StatusCode, StatusTold
from lienthong.platform.signing import queries as signing_queries

_BLOCK = 64 * 1024


# Coming in


def require_content(digest: str, size: int, stated: str) -> None:
    """The file is there and is what the caller says. Raises Refused `files.empty`, `documents.hash-mismatch`."""
    if not size:
        raise Refused("files.empty", tr("Tệp này trống.", "This file is empty."), field="file")
    if stated and not hmac.compare_digest(stated.strip().lower().encode(), digest.encode()):
        raise Refused(
            "documents.hash-mismatch",
            tr("Tệp nhận được không đúng mã băm hash-file.", "The file is not what hash-file says."),
            field="hash-file",
        )


def take_edoc(stream: IO[bytes], *, owner: Owner, sender: str, receivers: Sequence[str]) -> MessageRef:
    """A document from one of the owner's agencies: kept and sent on, or known already. Whole or not at all.

    Raises NotAllowed `documents.not-your-agency`; Refused `documents.not-a-document` and what reading and
    `accept_message` raise.
    """
    with edxml.split(cast("BinaryIO", stream)) as split:
        message = edxml.read_envelope(split.envelope)
        if not isinstance(message, edxml.EdocMessage):
            raise _other_kind("edoc")
        _require_sender(owner, message.sender.organ_id, sender)
        wanted = [read_code(one, "to") for one in receivers] or None
        with db.atomic():
            return accept_message(
                split.envelope,
                store_blobs(split),
                via=f"axis:{owner.name}",
                evidence=Evidence("message", sha256(split.envelope).hexdigest()),
                receivers=wanted,
                actor=acting(owner, message.sender.organ_id),
                split=split,
                whole=rewound(stream),
            )


def store_blobs(split: edxml.Split) -> dict[str, FileRef]:
    """The ZIPs of a message in the file store, by content id, each opened and looked into before."""
    found = {}
    for one in split.attachments:
        with edxml.open_attachment(one.content.stream):
            one.content.stream.seek(0)
        name = f"{one.facts.content_id[4:60]}.zip"
        found[one.facts.content_id] = files.store(one.content.stream, name=name, allowed=ZIPS, max_bytes=MOST_BYTES)
    return found


MOST_BYTES = 300 * 2**20
ZIPS = frozenset({files.ZIP, files.DOCX})
"""What a ZIP may look like: one that holds a DOCX uncompressed looks like a DOCX."""


def take_status(stream: IO[bytes], *, owner: Owner, sender: str) -> str:
    """A status message from one of the owner's agencies; gives its docId, which the same one has again.

    Raises NotAllowed `documents.not-your-agency`; Refused `documents.not-a-document`; those of `take_said_here`.
    """
    said = read_status_message(stream)
    _require_sender(owner, said.sender_code, sender)
    take_said_here(said, system_id=owner.name)
    return said.digest[:32]


def read_status_message(stream: IO[bytes]) -> SaidOutside:
    """What a status message says. One that is not signed is taken, one that is signed wrongly is not.

    Raises Refused `documents.not-a-document`, `documents.bad-signature` and what reading raises.
    """
    with edxml.split(cast("BinaryIO", stream)) as split:
        message = edxml.read_envelope(split.envelope)
        if not isinstance(message, edxml.StatusMessage):
            raise _other_kind("status")
        return judged_status(split, message, stream)


def judged_status(split: edxml.Split, message: edxml.StatusMessage, stream: IO[bytes]) -> SaidOutside:
    """What a status message says, with what had to be tolerated. Raises Refused `documents.bad-signature`."""
    verdict = edxml.verify_message(split, message=message, whole=rewound(stream))
    if not verdict.good and verdict.code != "unsigned":
        raise Refused("documents.bad-signature", verdict.sentence, field="signature", details={"verdict": verdict.code})
    warnings = message.warnings + verdict.warnings + split.warnings
    return _said_in(message, split.envelope, tuple(sorted(warnings.counts)))


def rewound(stream: IO[bytes]) -> BinaryIO:
    """The whole file once more, for signatures over all of it."""
    stream.seek(0)
    return cast("BinaryIO", stream)


def _said_in(message: edxml.StatusMessage, envelope: bytes, warnings: tuple[str, ...]) -> SaidOutside:
    """The same in this room's words."""
    about = message.about
    return SaidOutside(
        sender_code=message.sender.organ_id,
        owner_code=about.document_id.organ_id,
        document_id=about.document_id.spelling,
        spellings=spellings_of(about.document_id),
        status=message.code,
        at=message.at or clock.now(),
        reason=message.description,
        staff=Staff(message.staff.department, message.staff.name, message.staff.email, message.staff.mobile),
        digest=sha256(envelope).hexdigest(),
        warnings=warnings,
    )


def spellings_of(key: edxml.DocumentKey) -> tuple[str, ...]:
    """How the id of one document may be written: as it was, and with either form of its agency's code."""
    found = [key.spelling, str(key)]
    try:
        old = agencies_queries.to_qcvn102(key.organ_id)
    except Refused:
        return tuple(dict.fromkeys(found))
    return tuple(dict.fromkeys((*found, str(replace(key, organ_id=old)))))


def _require_sender(owner: Owner, written: str, header: str) -> None:
    code = read_code(written, "From")
    if not owner.speaks_for(code):
        raise not_your_agency(code)
    if header and header != code:
        raise Refused(
            "documents.bad-request",
            tr("Tiêu đề from khác cơ quan gửi ghi trong bao thư.", "from differs from the envelope's sender."),
            field="from",
            status=400,
        )


def _other_kind(wanted: ItemKind) -> Refused:
    return Refused(
        "documents.not-a-document",
        tr("Tệp là gói tin trạng thái, không phải văn bản.", "The file is a status message, not a document.")
        if wanted == "edoc"
        else tr("Tệp là văn bản, không phải gói tin trạng thái.", "The file is a document, not a status message."),
        field="messagetype",
    )


# Going out


def list_measured(codes: Collection[str], kind: ItemKind) -> list[ItemEntry]:
    """What waits, each with digest and size of its file; those of documents are found out at the first look."""
    found = mailbox_queries.list_items(codes, kind)
    return [one if one.sha256 else _measured(one) for one in found]


def _measured(item: ItemEntry) -> ItemEntry:
    digest, size = sha256(), 0
    for block in blocks_of_item(item):
        digest.update(block)
        size += len(block)
    mailbox.note_content(item, digest.hexdigest(), size)
    return mailbox_queries.get_item(item.id, (item.agency_code,))


def fetch_item(owner: Owner, doc_id: str) -> tuple[ItemEntry, Iterator[bytes]]:
    """An item and the blocks of its file. Raises NotFound `documents.unknown-item`."""
    item = mailbox_queries.get_item(doc_id, owner.codes)
    if not item.sha256:
        item = _measured(item)
    return item, blocks_of_item(item)


def blocks_of_item(item: ItemEntry) -> Iterator[bytes]:
    """The edXML file of an item, a block at a time."""
    if item.message_id is None:
        return iter((mailbox_queries.read_status_item(item.id),))
    return document_queries.stream_edxml(item.message_id, access.SYSTEM)


def attachments_of(message_id: UUID) -> Sequence[AttachmentRef]:
    """The files of a message, unpacked and checked."""
    return document_queries.open_attachments(message_id, access.SYSTEM)


def blocks_of(file: FileRef) -> Iterator[bytes]:
    """The content of a stored file."""
    with files.open_file(file.sha256) as stream:
        while block := stream.read(_BLOCK):
            yield block


def document_of(message_id: UUID) -> UUID:
    """The document that a message is about."""
    return Message.objects.values_list("document_id", flat=True).get(pk=message_id)


# What systems and people did


def set_state(owner: Owner, doc_id: str, *, state: str, description: str = "") -> ItemEntry:
    """`updateStatus`: the transport's state of an item, at the arrival as well; the sender sees `done` as fetched."""
    with db.atomic():
        item = mailbox.set_item_state(owner, doc_id, state=state, description=description)
        if item.arrival_id is not None:
            held = Arrival.objects.values_list("inbox", "message_id").get(pk=item.arrival_id)
            # A later message about the same document lies in the mailbox as an item of its own.
            if held[1] == item.message_id and held[0] not in (item.state, "done"):
                actor = acting(owner, item.agency_code)
                set_inbox(item.arrival_id, item.state, actor=actor, reason=item.description)
    return item


def business_state_of(item: ItemEntry) -> str:
    """What people did with the document of an item; "" for a status, and before anybody did anything."""
    if item.arrival_id is None:
        return ""
    return Arrival.objects.values_list("status", flat=True).get(pk=item.arrival_id)


def say_status(
    owner: Owner, item: ItemEntry, status: StatusCode, *, reason: str, staff: Staff, at: datetime | None
) -> None:
    """A business state of the document in a mailbox, said by its agency through the JSON API."""
    if item.arrival_id is None:
        raise mailbox_queries.unknown_item()
    document = Arrival.objects.select_related("document").get(pk=item.arrival_id).document
    moment = at or clock.now()
    said = SaidOutside(
        sender_code=item.agency_code,
        owner_code=document.agency_code,
        document_id=document.document_id,
        spellings=(document.document_id,),
        status=status,
        at=moment,
        reason=reason,
        staff=staff,
        digest=sha256(f"{item.id}{status}{moment.isoformat()}".encode()).hexdigest(),
    )
    take_said_here(said, system_id=owner.name)


def said_in_item(item: ItemEntry) -> SaidOutside:
    """What a status in a mailbox says."""
    return read_status_message(BytesIO(mailbox_queries.read_status_item(item.id)))


def kind_of(item: ItemEntry) -> str:
    """The kind of business of a document's message in a mailbox."""
    if item.message_id is None:
        return ""
    return Message.objects.values_list("kind", flat=True).get(pk=item.message_id)


def acting(owner: Owner, agency_code: str) -> Actor:
    """The owner's system as the acting one, at one of its agencies."""
    return Actor("system", f"partner:{owner.name}", agency_code=agency_code)


def status_edxml(told: StatusTold) -> bytes:
    """A state as a status message, signed by this node for the agency that says it."""
    about = edxml.parse_document_key(told.document_id)
    message = edxml.StatusMessage(
        sender=_organisation(told.agency_code),
        about=edxml.ResponseFor(about.organ_id, told.code, about, told.promulgated_on),
        code=cast("StatusCode", told.status),
        at=told.at,
        description=told.reason,
        staff=edxml.StaffInfo(told.staff.department, told.staff.name, told.staff.email, told.staff.mobile),
        receivers=(_organisation(told.receiver),),
    )
    seal = f"seal:{told.agency_code}"
    key = seal if seal in signing_queries.list_keys() else "node"
    envelope = edxml.sign_envelope(edxml.write_envelope(message), key=key, at=clock.now())
    return b"".join(edxml.stream_message(envelope, ()))


def _organisation(code: str) -> edxml.Organisation:
    return edxml.Organisation(code, agencies_queries.name_of_agency(code))
