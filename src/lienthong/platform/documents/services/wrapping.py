"""Between what this room keeps and edXML: writing and signing envelopes, reading and judging those that came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from typing import Any, BinaryIO, Final

from lienthong.kernel import files
from lienthong.kernel.errors import Refused
from lienthong.kernel.files import FileRef
from lienthong.kernel.profile import node
from lienthong.kernel.text import nfc, tr
from lienthong.platform.documents import edxml, notation
from lienthong.platform.documents.models import Message
from lienthong.platform.documents.rules import AttachmentFacts
from lienthong.platform.documents.services.routing import answering_for, homes_of, hosted_here
from lienthong.platform.documents.services.storing import DocumentFacts
from lienthong.platform.documents.type_facts import document_types
from lienthong.platform.documents.types import BusinessKind, Paper, Signer
from lienthong.platform.signing import queries as signing_queries
from lienthong.platform.signing.types import CertificateKind

MOST_BYTES: Final = 400 * 2**20
"""What one attachment may weigh."""

_BLOBS: Final = frozenset({files.ZIP, files.DOCX})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an envelope is to say. `replaces`: documents that are recalled or replaced, with their day."""

    kind: BusinessKind
    facts: DocumentFacts
    attachments: tuple[AttachmentFacts, ...]
    to: tuple[str, ...]
    at: datetime
    reason: str = ""
    needs_paper: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What an envelope says and what is to be thought of its signature."""

    kind: BusinessKind
    facts: DocumentFacts
    attachments: tuple[AttachmentFacts, ...]
    to: tuple[str, ...]
    reason: str
    needs_paper: bool
    removed: tuple[str, ...]
    replaces: tuple[str, ...]
    envelope: bytes
    verdict: str
    verdict_facts: Mapping[str, Any]


def wrap_files(attachments: Sequence[FileRef], descriptions: Sequence[str]) -> tuple[AttachmentFacts, ...]:
    """Each file in a ZIP of its own, kept under its digest; the same file is always the same ZIP."""
    return wrap_sets([(carried(attachments), descriptions)])[0]


@dataclass(frozen=True, slots=True)
class Carried:
    """A file that is to travel: one that is kept, or one at hand."""

    ref: FileRef
    content: bytes | None = None

    def open(self) -> BinaryIO:
        """Its content from the start."""
        return files.open_file(self.ref.sha256) if self.content is None else BytesIO(self.content)


def carried(attachments: Sequence[FileRef | Paper]) -> tuple[Carried, ...]:
    """Files that are to travel, those at hand checked as if they were to be kept. Raises what `files.store` raises."""
    return tuple(
        Carried(files.examine(one.content, name=one.name, field=one.field), one.content)
        if isinstance(one, Paper)
        else Carried(one)
        for one in attachments
    )


def wrap_sets(given: Sequence[tuple[Sequence[Carried], Sequence[str]]]) -> list[tuple[AttachmentFacts, ...]]:
    """As `wrap_files`, for the files of many documents in one round trip."""
    with files.together() as kept:
        return [
            tuple(
                _wrapped(place, one, descriptions[place - 1] if place <= len(descriptions) else "", kept)
                for place, one in enumerate(attachments, start=1)
            )
            for attachments, descriptions in given
        ]


def _wrapped(place: int, one: Carried, description: str, kept: files.Together) -> AttachmentFacts:
    ref = one.ref
    with one.open() as content, edxml.zip_file(ref.name, content) as packed:
        blob = kept.write(packed, name=f"{ref.name}.zip", allowed=_BLOBS, max_bytes=MOST_BYTES)
    return AttachmentFacts(f"cid:{place}", ref.name, nfc(description).strip(), ref.media_type, blob.sha256, blob.size)


def write(wanted: Wanted) -> bytes:
    """The signed envelope: with the sender's seal where its key is here, else with the node's key."""
    unsigned = edxml.write_envelope(_message(wanted))
    carried = [(one.content_id, bytes.fromhex(one.sha256)) for one in wanted.attachments]
    return edxml.sign_envelope(unsigned, carried, key=_key(wanted.facts.agency_code), at=wanted.at)


def _key(agency_code: str) -> str:
    seal = f"seal:{agency_code}"
    return seal if seal in signing_queries.list_keys() else "node"


def _message(wanted: Wanted) -> edxml.EdocMessage:
    facts = wanted.facts
    names = _names({facts.agency_code, *wanted.to})
    own = edxml.Organisation(facts.agency_code, facts.agency_name or facts.agency_code)
    return edxml.EdocMessage(
        header=edxml.MessageHeader(
            sender=own,
            receivers=tuple(edxml.Organisation(code, names.get(code, code)) for code in wanted.to),
            document_id=_key_of(facts.document_id),
            code=_code(facts.code),
            place=facts.place,
            promulgated_on=facts.promulgated_on,
            document_type=_type(facts),
            subject=facts.subject,
            signer=edxml.SignerInfo(facts.signer.position, facts.signer.name, facts.signer.competence),
            content=facts.content,
            due_on=facts.due_on,
            other=_other(facts),
            responses=tuple(_answer(one) for one in facts.answers),
            steering_type=1 if facts.other.get("is_directive") else 0,
            to_places=tuple(facts.other.get("to_places", ())),
        ),
        trace=(edxml.TraceHeader(facts.agency_code, wanted.at),),
        business=_business(wanted),
        attachments=tuple(edxml.Attachment(one.content_id, one.name, one.description) for one in wanted.attachments),
    )


def _names(codes: set[str]) -> dict[str, str]:
    return {code: ref.name for code, ref in answering_for(codes).items()}


def _type(facts: DocumentFacts) -> edxml.DocumentType:
    type_ = document_types().get(facts.type_code)
    if type_ is None:
        return edxml.DocumentType(2, None, facts.type_name or facts.type_code or "Văn bản")
    return edxml.DocumentType(type_.edxml_group, type_.edxml_detail or None, type_.name)


def _other(facts: DocumentFacts) -> edxml.OtherInfo:
    other = facts.other
    return edxml.OtherInfo(
        priority=facts.priority,
        sphere=str(other.get("sphere", "")),
        copies=other.get("copies") or None,
        pages=other.get("pages") or None,
        is_directive=bool(other.get("is_directive")),
        appendixes=tuple(other.get("appendixes", ())),
    )


def _answer(one: Mapping[str, str]) -> edxml.ResponseFor:
    key = _key_of(one["document_id"])
    return edxml.ResponseFor(
        one["agency_code"], one.get("notation") or str(key.code), key, date.fromisoformat(one["promulgated_on"])
    )


def _code(code: str) -> edxml.Code:
    number, _, rest = code.partition("/")
    return edxml.Code(number, rest)


def _key_of(document_id: str) -> edxml.DocumentKey:
    return edxml.parse_document_key(document_id)


def _business(wanted: Wanted) -> edxml.Business:
    about = [wanted.facts.document_id] if wanted.kind == "recall" else list(wanted.replaces)
    changes = (
        *(edxml.ReceiverChange(code, removed=False) for code in wanted.added),
        *(edxml.ReceiverChange(code, removed=True) for code in wanted.removed),
    )
    is_update = wanted.kind == "update"
    return edxml.Business(
        kind=wanted.kind,
        reason=wanted.reason,
        document_id=_key_of(wanted.facts.document_id) if wanted.kind != "new" else None,
        paper=wanted.needs_paper,
        changes_document=True if is_update else None,
        changes_receivers=bool(changes) if is_update else None,
        receivers=changes,
        replacements=tuple(edxml.ReplacementInfo(_key_of(one), wanted.to) for one in about),
    )


# Reading


def read(
    envelope: bytes,
    blobs: Mapping[str, FileRef],
    *,
    split: edxml.Split | None = None,
    whole: BinaryIO | None = None,
    agency_of: Callable[[str], str] | None = None,
) -> Read:
    """What came, checked: the envelope, its attachments by their ZIPs, its signature.

    `split`, `whole`: the edXML file that it came out of, if it did; `agency_of` as in `edxml.verify_message`.
    Raises Refused `edxml.…` for what is no edXML, is dangerous or holds no proper files; `documents.not-a-document`
    for a status message, `documents.attachment-missing`, `documents.bad-signature`.
    """
    message = edxml.read_envelope(envelope)
    if not isinstance(message, edxml.EdocMessage):
        raise Refused("documents.not-a-document", tr("Đây là gói tin trạng thái.", "This is a status message."))
    attachments = tuple(_attachment(one, blobs) for one in message.attachments)
    with _as_split(envelope, message, blobs) as made:
        judged = replace(made, outside_ids=split.outside_ids) if split is not None else made
        verdict = edxml.verify_message(judged, message=message, whole=whole, may_sign=_may_sign, agency_of=agency_of)
    warnings = message.warnings + verdict.warnings + (split.warnings if split is not None else edxml.Warnings())
    business = message.business
    return Read(
        kind=message.kind,
        facts=facts_from(message),
        attachments=attachments,
        to=tuple(dict.fromkeys(one.organ_id for one in message.header.receivers)),
        reason=business.reason,
        needs_paper=bool(business.paper),
        removed=tuple(one.organ_id for one in business.receivers if one.removed),
        replaces=tuple(one.document_id.spelling for one in business.replacements) if message.kind == "replace" else (),
        envelope=envelope,
        verdict=_judge(verdict, warnings),
        verdict_facts={
            "code": verdict.code,
            "signer": verdict.signer_code,
            "warnings": sorted(warnings.counts),
            **({"namespace": split.namespace} if split is not None else {}),
        },
    )


@contextmanager
def _as_split(envelope: bytes, message: edxml.EdocMessage, blobs: Mapping[str, FileRef]) -> Iterator[edxml.Split]:
    """The message with its stored ZIPs, as if it had just been taken apart."""
    with ExitStack() as opened:
        yield edxml.Split(
            envelope,
            tuple(
                edxml.SplitAttachment(
                    one,
                    edxml.DecodedFile(opened.enter_context(files.open_file(blob.sha256)), blob.size, blob.sha256),
                )
                for one in message.attachments
                if (blob := blobs.get(one.content_id)) is not None
            ),
        )


def _may_sign(certificate_code: str, kind: CertificateKind | None, sender: str) -> bool:
    """A node signs for all agencies that it answers for; a seal for its own."""
    if kind != "node" or certificate_code == sender:
        return kind in ("seal", "node", None) and certificate_code == sender
    return homes_of([sender]).get(sender) == certificate_code or (
        certificate_code == node().agency_code and sender in hosted_here([sender])
    )


def _judge(verdict: edxml.Verdict, warnings: edxml.Warnings) -> str:
    if verdict.good:
        return "warned" if len(warnings) else "valid"
    if verdict.code == "unsigned":
        return "unsigned"
    raise Refused("documents.bad-signature", verdict.sentence, field="signature", details={"verdict": verdict.code})


def _attachment(one: edxml.Attachment, blobs: Mapping[str, FileRef]) -> AttachmentFacts:
    blob = blobs.get(one.content_id)
    if blob is None:
        raise _missing(one.name)
    with files.open_file(blob.sha256) as packed, edxml.open_attachment(packed) as opened:
        media_type = opened[0].media_type if len(opened) == 1 else files.ZIP
    return AttachmentFacts(one.content_id, one.name, one.description, media_type, blob.sha256, blob.size)


def _missing(name: str) -> Refused:
    return Refused(
        "documents.attachment-missing",
        tr(f"Tệp “{name}” không khớp bảng kê của gói tin.", f"The file “{name}” is not as the message lists it."),
        field="attachments",
    )


def facts_from(message: edxml.EdocMessage) -> DocumentFacts:
    """What a message says of its document, as this room keeps it."""
    header = message.header
    code = str(header.code)
    known = notation.read_code(code)
    type_name = header.document_type.name
    return DocumentFacts(
        document_id=header.document_id.spelling,
        agency_code=header.sender.organ_id,
        agency_name=header.sender.name,
        type_code=notation.same_type(type_name, document_types()),
        type_name=type_name,
        code=code,
        number=known[0] if known else 0,
        notation=header.code.notation,
        place=header.place,
        promulgated_on=header.promulgated_on,
        subject=header.subject,
        content=header.content,
        signer=Signer(header.signer.competence, header.signer.position, header.signer.name),
        due_on=header.due_on,
        priority=header.other.priority or 0,
        other={
            "sphere": header.other.sphere,
            "pages": header.other.pages or 0,
            "copies": header.other.copies or 0,
            "is_directive": bool(header.other.is_directive or header.steering_type),
            "appendixes": list(header.other.appendixes),
            "to_places": list(header.to_places),
        },
        answers=tuple(
            {
                "agency_code": one.organ_id,
                "notation": one.code,
                "document_id": one.document_id.spelling,
                "promulgated_on": one.promulgated_on.isoformat(),
            }
            for one in header.responses
        ),
    )


def facts_in(message: Message) -> DocumentFacts:
    """What a message that lies here says of its document."""
    found = edxml.read_envelope(bytes(Message.objects.values_list("envelope", flat=True).get(pk=message.pk)))
    if not isinstance(found, edxml.EdocMessage):
        raise TypeError(f"message {message.pk} is no document")
    return facts_from(found)


def said(one: Wanted | Read) -> dict[str, Any]:
    """What a message says whoever signed it when and to whomever it goes, for telling it apart from another."""
    facts = one.facts
    return {
        "kind": one.kind,
        "document": facts.document_id,
        "facts": {key: str(value) for key, value in facts.columns().items() if key in _TELLING},
        "reason": one.reason,
        "paper": one.needs_paper,
        "removed": sorted(one.removed),
        "replaces": sorted(one.replaces),
    }


_TELLING: Final = frozenset(
    (
        "code",
        "promulgated_on",
        "subject",
        "content",
        "signer_name",
        "signer_position",
        "due_on",
        "priority",
        "type_name",
    )
)
