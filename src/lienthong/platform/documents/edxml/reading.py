"""Reading an envelope, tolerantly: what is odd is warned of, what is unclear is refused, what is unknown is kept."""

from datetime import date

from lienthong.platform.documents.edxml import names
from lienthong.platform.documents.edxml.document_keys import find_document_key, read_moment
from lienthong.platform.documents.edxml.limits import refused
from lienthong.platform.documents.edxml.markup import required
from lienthong.platform.documents.edxml.nodes import Node, open_envelope
from lienthong.platform.documents.edxml.reading_parts import (
    listed,
    read_key,
    read_organisation,
    read_organisations,
    read_response,
    read_staff,
)
from lienthong.platform.documents.edxml.reading_statuses import read_status
from lienthong.platform.documents.edxml.splitting import read_content_id
from lienthong.platform.documents.edxml.types import (
    KINDS,
    Attachment,
    Business,
    Code,
    DocumentKey,
    DocumentType,
    EdocMessage,
    MessageHeader,
    OtherInfo,
    ReceiverChange,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StatusMessage,
    TraceHeader,
)

_PRIORITIES = range(4)
_BUSINESS_NAMES = {
    "Business": "Bussiness",
    "BusinessDocType": "BussinessDocType",
    "BusinessDocReason": "BussinessDocReason",
    "BusinessDocumentInfo": "BussinessDocumentInfo",
}
_HERE = "edXMLHeader/TraceHeaderList"


def read_envelope(envelope: bytes) -> EdocMessage | StatusMessage:
    """What an envelope says; its `warnings` tell what had to be tolerated. Whose word it is, `verify_message` tells.

    Raises Refused `edxml.not-xml`, `.doctype`, `.instruction`, `.not-edxml`, `.too-large`, `.misplaced`, `.twice`,
    `.structure`, `.required`, `.kind`, `.status-code`, `.content-id`, with the element as `field`.
    """
    reader, root = open_envelope(envelope)
    header = root.one("edXMLHeader", ("MessageHeader", "TraceHeaderList"), keep="edXMLHeader")
    if header is None:
        raise required("edXMLHeader")
    is_status = "StatusCode" in header.names_in("MessageHeader")
    wanted = names.STATUS_HEADER if is_status else names.HEADER
    message = header.one("MessageHeader", wanted, keep="edXMLHeader/MessageHeader")
    if message is None:
        raise required("MessageHeader")
    if is_status:
        return read_status(reader, message)
    business, trace = _trace(header)
    body = root.one("edXMLBody", ("edXMLManifest",), keep="edXMLBody")
    attachments = _attachments(body) if body is not None else ()
    read = _header(message)
    return EdocMessage(
        header=read,
        trace=trace,
        business=business,
        attachments=attachments,
        extras=reader.extras,
        warnings=reader.warnings,
    )


# The header


def _header(node: Node) -> MessageHeader:
    sender = read_organisation(node, "From")
    receivers = read_organisations(node)
    if sender is None:
        raise required("From")
    if not receivers:
        raise required("To")
    info = node.one(
        "PromulgationInfo", ("Place", "PromulgationDate"), keep="edXMLHeader/MessageHeader/PromulgationInfo"
    )
    place = info.needed_text("Place") if info is not None else ""
    promulgated_on = info.day("PromulgationDate") if info is not None else None
    key = _own_key(node, sender.organ_id, promulgated_on, _code(node))
    return MessageHeader(
        sender=sender,
        receivers=receivers,
        document_id=key,
        code=_code(node) or key.code,
        place=place,
        promulgated_on=promulgated_on or key.promulgated_on,
        document_type=_document_type(node),
        subject=node.needed_text("Subject", lines=True),
        signer=_signer(node),
        content=node.text("Content", lines=True),
        due_on=node.day("DueDate"),
        other=_other(node),
        responses=_responses(node),
        tasks=listed(node, "ResponseForTask", "TaskCode"),
        application_type=node.text("ApplicationType"),
        reference_codes=node.text("ReferenceCodes"),
        steering_type=node.number("SteeringType"),
        to_places=listed(node, "ToPlaces", "Place"),
    )


def _code(node: Node) -> Code | None:
    found = node.one("Code", ("CodeNumber", "CodeNotation"))
    number = found.text("CodeNumber") if found is not None else ""
    return Code(number, found.needed_text("CodeNotation")) if found is not None and number else None


def _own_key(node: Node, organ_id: str, promulgated_on: date | None, code: Code | None) -> DocumentKey:
    """The document's id, or what it must be by the other facts; without either there is no document."""
    written = node.text("DocumentId")
    key = find_document_key(written)
    if key is None:
        node.reader.warn("document-id" if written else "missing-part", "DocumentId")
        if code is None or promulgated_on is None:
            raise required("DocumentId")
        return DocumentKey(organ_id, promulgated_on, code, as_written=written)
    if code is None or promulgated_on is None:
        node.reader.warn("missing-part", "Code" if code is None else "PromulgationDate")
    if (code or key.code) != key.code or (promulgated_on or key.promulgated_on) != key.promulgated_on:
        node.reader.warn("document-id-differs", "DocumentId")
    elif key.organ_id != organ_id:
        node.reader.warn("document-id-differs", "OrganId")
    return key


def _document_type(node: Node) -> DocumentType:
    found = node.one("DocumentType", ("Type", "TypeDetail", "TypeName"), keep="edXMLHeader/MessageHeader/DocumentType")
    if found is None:
        node.reader.warn("missing-part", "DocumentType")
        return DocumentType(0, None, "")
    group = found.number("Type")
    if group is None:
        node.reader.warn("missing-part", "Type")
    return DocumentType(group or 0, found.number("TypeDetail"), found.needed_text("TypeName"))


def _signer(node: Node) -> SignerInfo:
    wanted = ("Competence", "Position", "FullName")
    found = node.one("SignerInfo", wanted, keep="edXMLHeader/MessageHeader/SignerInfo")
    if found is None:
        node.reader.warn("missing-part", "SignerInfo")
        return SignerInfo("", "")
    return SignerInfo(found.needed_text("Position"), found.needed_text("FullName"), found.text("Competence"))


def _other(node: Node) -> OtherInfo:
    found = node.one("OtherInfo", names.OTHER, keep="edXMLHeader/MessageHeader/OtherInfo")
    if found is None:
        return OtherInfo()
    priority = found.number("Priority")
    if priority is not None and priority not in _PRIORITIES:
        node.reader.warn("number", "Priority")
        priority = None
    return OtherInfo(
        priority=priority,
        sphere=found.text("SphereOfPromulgation"),
        typist=found.text("TyperNotation"),
        copies=found.number("PromulgationAmount"),
        pages=found.number("PageAmount"),
        is_directive=found.flag("Direction"),
        appendixes=listed(found, "Appendixes", "Appendix"),
    )


def _responses(node: Node) -> tuple[ResponseFor, ...]:
    """Documents that this one answers. One that is not named well enough is kept as it came."""
    read: list[ResponseFor] = []
    for place, found in enumerate(node.many("ResponseFor", names.RESPONSE)):
        response = read_response(found)
        if response is None:
            node.keep_whole("ResponseFor", place)
        else:
            read.append(response)
    return tuple(read)


# What the message does


def _trace(header: Node) -> tuple[Business, tuple[TraceHeader, ...]]:
    found = header.one("TraceHeaderList", ("TraceHeader", "Bussiness"), keep=_HERE, aliases=_BUSINESS_NAMES)
    if found is None:
        header.reader.warn("missing-part", "TraceHeaderList")
        return Business("new"), ()
    business = found.one("Bussiness", names.BUSINESS, keep=f"{_HERE}/Bussiness", aliases=_BUSINESS_NAMES)
    if business is None:
        header.reader.warn("missing-part", "Bussiness")
    stations = (_station(one) for one in found.many("TraceHeader", ("OrganId", "Timestamp")))
    trace = tuple(one for one in stations if one is not None)
    return _business(business) if business is not None else Business("new"), trace


def _station(node: Node) -> TraceHeader | None:
    if not node.text("OrganId"):
        node.reader.warn("missing-part", "TraceHeader")
        return None
    moment = read_moment(node.text("Timestamp"))
    if moment is None:
        node.reader.warn("date", "Timestamp")
        return None
    if moment[1]:
        node.reader.warn(moment[1], "Timestamp")
    return TraceHeader(node.agency_code()[0], moment[0])


def _business(node: Node) -> Business:
    number = node.number("BussinessDocType")
    if number is None or number >= len(KINDS):
        raise refused(
            "kind",
            "Loại nghiệp vụ phải là 0, 1, 2 hoặc 3.",
            "The kind of business is 0, 1, 2 or 3.",
            "BussinessDocType",
        )
    reason = node.text("BussinessDocReason", lines=True)
    if number and not reason:
        node.reader.warn("reason-missing", "BussinessDocReason")
    info = node.one("BussinessDocumentInfo", ("DocumentInfo", "DocumentReceiver", "ReceiverList"))
    receivers = info.one("ReceiverList", ("Receiver",)) if info is not None else None
    replaced = node.one("ReplacementInfoList", ("ReplacementInfo",))
    return Business(
        kind=KINDS[number],
        reason=reason,
        document_id=read_key(node),
        paper=node.flag("Paper"),
        changes_document=info.flag("DocumentInfo") if info is not None else None,
        changes_receivers=info.flag("DocumentReceiver") if info is not None else None,
        receivers=_receivers(receivers) if receivers is not None else (),
        replacements=_replacements(replaced) if replaced is not None else (),
        staff=read_staff(node),
    )


def _receivers(node: Node) -> tuple[ReceiverChange, ...]:
    return tuple(
        ReceiverChange(one.agency_code()[0], one.flag("ReceiverType") or False)
        for one in node.many("Receiver", ("OrganId", "ReceiverType"))
    )


def _replacements(node: Node) -> tuple[ReplacementInfo, ...]:
    read: list[ReplacementInfo] = []
    for one in node.many("ReplacementInfo", ("DocumentId", "OrganIdList")):
        key = read_key(one)
        if key is None:
            raise required("ReplacementInfo/DocumentId")
        codes = one.one("OrganIdList", ("OrganId",))
        read.append(ReplacementInfo(key, codes.agency_codes() if codes is not None else ()))
    return tuple(read)


# Attachments


def _attachments(body: Node) -> tuple[Attachment, ...]:
    manifest = body.one("edXMLManifest", ("Reference",), keep="edXMLBody/edXMLManifest")
    if manifest is None:
        return ()
    listed_here = manifest.many("Reference", names.REFERENCE, keep="edXMLBody/edXMLManifest/Reference")
    read = tuple(_attachment(one) for one in listed_here)
    if len({one.content_id for one in read}) != len(read):
        raise refused("content-id", "Mã nội dung tệp bị lặp.", "A content id occurs twice.", "ContentId")
    return read


def _attachment(node: Node) -> Attachment:
    content_id, warning = read_content_id(node.text("ContentId"))
    if not content_id:
        raise required("Reference/ContentId")
    if warning:
        node.reader.warn(warning, content_id)
    return Attachment(
        content_id=content_id,
        name=node.needed_text("AttachmentName"),
        description=node.text("Description"),
        content_type=node.text("ContentType") or "application/zip",
    )
