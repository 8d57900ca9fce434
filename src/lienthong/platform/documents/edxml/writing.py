"""Writing edXML, strictly: fixed order, all that the standard demands, and the canonical form at once.

An envelope is written as its own exclusive canonical form, so its digest is that of its bytes and no XML library takes
part in signing. Only a message with foreign elements (`extras`) is passed through one.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256

from lxml import etree

from lienthong.kernel.errors import Refused
from lienthong.platform.agencies import queries as agencies_queries
from lienthong.platform.documents.edxml import checking, markup
from lienthong.platform.documents.edxml.extras import Extras
from lienthong.platform.documents.edxml.limits import refused
from lienthong.platform.documents.edxml.markup import day, element, flag, group, moment, number, text, texts
from lienthong.platform.documents.edxml.names import ENVELOPE, ENVELOPE_ID, NAMESPACE, PREFIX
from lienthong.platform.documents.edxml.types import (
    KINDS,
    Attachment,
    Business,
    Code,
    DocumentKey,
    EdocMessage,
    MessageHeader,
    Organisation,
    OtherInfo,
    ReplacementInfo,
    ResponseFor,
    StaffInfo,
    StatusMessage,
)
from lienthong.platform.signing import services as signing_services
from lienthong.platform.signing.types import KeyName

_START = f'<{PREFIX}:{ENVELOPE} xmlns:{PREFIX}="{NAMESPACE}" Id="{ENVELOPE_ID}">'
_END = f"</{PREFIX}:{ENVELOPE}>"
_HEADER_END = f"</{PREFIX}:edXMLHeader>".encode()
_LISTED = re.compile(rf"<{PREFIX}:edXMLManifest[^>]*>(.*)</{PREFIX}:edXMLManifest>".encode(), re.DOTALL)
_CONTENT_ID = re.compile(rf"<{PREFIX}:Reference><{PREFIX}:ContentId>([^<]*)</{PREFIX}:ContentId>".encode())

_AgencyCode = Callable[[str], str]


def write_envelope(message: EdocMessage | StatusMessage, *, old_codes: bool = False) -> bytes:
    """The envelope of a message, unsigned, in exactly its exclusive canonical form.

    `old_codes`: agency codes in the form of QCVN 102:2016, for systems that know no other.
    Raises Refused `edxml.required`, `edxml.text`, `edxml.number`, `edxml.reason`, `edxml.replacements`,
    `edxml.content-id`, `edxml.extras`, with the element as `field`.
    """
    extras = Extras(message.extras)
    code = _old_code if old_codes else _same_code
    if isinstance(message, StatusMessage):
        checking.check_status(message)
        inner = element("edXMLHeader", _status_header(message, code, extras), extras.at("edXMLHeader"))
    else:
        checking.check_edoc(message)
        header = (_header(message.header, code, extras), _trace(message, code, extras), extras.at("edXMLHeader"))
        inner = element("edXMLHeader", *header) + _body(message.attachments, extras)
    written = f"{_START}{inner}{extras.at('')}{_END}"
    extras.check_all_used()
    return _canonical(written) if message.extras else written.encode()


def sign_envelope(
    envelope: bytes, attachments: Sequence[tuple[str, bytes]] = (), *, key: KeyName, at: datetime, thumbprint: str = ""
) -> bytes:
    """The envelope with the sender's XAdES signature over it and over each attachment's ZIP.

    `attachments`: content id and SHA-256 of every attachment, as the envelope lists them. `envelope` must be fresh
    from `write_envelope`. Raises Refused `edxml.not-ours`, `edxml.content-ids`, and as `signing.sign_xml_envelope`.
    """
    before, marker, after = envelope.partition(_HEADER_END)
    if not marker or _HEADER_END in after or not envelope.startswith(_START.encode()) or b"<Signature" in envelope:
        raise refused(
            "not-ours",
            "Chỉ ký được bao thư do phần mềm này vừa tạo.",
            "Only an envelope that was just written here can be signed.",
            "envelope",
        )
    listed = _LISTED.search(after)
    if [one.decode() for one in _CONTENT_ID.findall(listed[1] if listed else b"")] != [name for name, _ in attachments]:
        raise refused(
            "content-ids",
            "Tệp được ký không khớp bảng kê tệp của bao thư.",
            "The files to be signed are not those that the envelope lists.",
            "attachments",
        )
    signature = signing_services.sign_xml_envelope(
        sha256(envelope).digest(), attachments, at=at, key=key, element_id=ENVELOPE_ID, thumbprint=thumbprint
    )
    return b"".join((before, signature, marker, after))


def _canonical(written: str) -> bytes:
    try:
        root = etree.fromstring(written.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise refused("extras", "Phần tử thêm vào không phải XML.", "An extra element is not XML.", "extras") from error
    return bytes(etree.tostring(root, method="c14n", exclusive=True, with_comments=False))


def _same_code(code: str) -> str:
    return code


def _old_code(code: str) -> str:
    try:
        return agencies_queries.to_qcvn102(code)
    except Refused:
        return code


# Parts of both kinds


def _organisation(name: str, one: Organisation, code: _AgencyCode, more: str) -> str:
    return element(
        name,
        text("OrganId", code(one.organ_id), needed=True),
        text("OrganizationInCharge", one.in_charge),
        text("OrganName", one.name, needed=True),
        text("OrganAdd", one.address),
        text("Email", one.email),
        text("Telephone", one.telephone),
        text("Fax", one.fax),
        text("Website", one.website),
        more,
    )


def _organisations(receivers: tuple[Organisation, ...], code: _AgencyCode, extras: Extras) -> str:
    return "".join(
        _organisation("To", one, code, extras.at("edXMLHeader/MessageHeader/To", place))
        for place, one in enumerate(receivers, start=1)
    )


def _document_id(key: DocumentKey, code: _AgencyCode) -> str:
    return text("DocumentId", key.as_written or f"{code(key.organ_id)},{key.promulgated_on:%Y/%m/%d},{key.code}")


def _code(one: Code) -> str:
    return element("Code", text("CodeNumber", one.number, needed=True), text("CodeNotation", one.notation, needed=True))


def _response(one: ResponseFor, code: _AgencyCode) -> str:
    return element(
        "ResponseFor",
        text("OrganId", code(one.organ_id), needed=True),
        text("Code", one.code, needed=True),
        _document_id(one.document_id, code),
        day("PromulgationDate", one.promulgated_on),
    )


def _staff(one: StaffInfo) -> str:
    return group(
        "StaffInfo",
        text("Department", one.department),
        text("Staff", one.name),
        text("Email", one.email),
        text("Mobile", one.mobile),
    )


# A document


def _header(header: MessageHeader, code: _AgencyCode, extras: Extras) -> str:
    here = "edXMLHeader/MessageHeader"
    return element(
        "MessageHeader",
        _organisation("From", header.sender, code, extras.at(f"{here}/From")),
        _organisations(header.receivers, code, extras),
        _document_id(header.document_id, code),
        _code(header.code),
        element(
            "PromulgationInfo",
            text("Place", header.place, needed=True),
            day("PromulgationDate", header.promulgated_on),
            extras.at(f"{here}/PromulgationInfo"),
        ),
        element(
            "DocumentType",
            number("Type", header.document_type.group),
            number("TypeDetail", header.document_type.detail),
            text("TypeName", header.document_type.name, needed=True),
            extras.at(f"{here}/DocumentType"),
        ),
        text("Subject", header.subject, needed=True, lines=True),
        text("Content", header.content, lines=True),
        element(
            "SignerInfo",
            text("Competence", header.signer.competence),
            text("Position", header.signer.position, needed=True),
            text("FullName", header.signer.name, needed=True),
            extras.at(f"{here}/SignerInfo"),
        ),
        day("DueDate", header.due_on),
        _other(header.other, extras.at(f"{here}/OtherInfo")),
        *(_response(one, code) for one in header.responses),
        group("ResponseForTask", texts("TaskCode", header.tasks)),
        text("ApplicationType", header.application_type),
        text("ReferenceCodes", header.reference_codes),
        number("SteeringType", header.steering_type),
        group("ToPlaces", texts("Place", header.to_places)),
        extras.at(here),
    )


def _other(other: OtherInfo, more: str) -> str:
    return group(
        "OtherInfo",
        number("Priority", other.priority),
        text("SphereOfPromulgation", other.sphere),
        text("TyperNotation", other.typist),
        number("PromulgationAmount", other.copies),
        number("PageAmount", other.pages),
        "" if other.is_directive is None else element("Direction", "true" if other.is_directive else "false"),
        group("Appendixes", texts("Appendix", other.appendixes)),
        more,
    )


def _trace(message: EdocMessage, code: _AgencyCode, extras: Extras) -> str:
    stations = (
        element("TraceHeader", text("OrganId", code(one.organ_id), needed=True), moment("Timestamp", one.at))
        for one in message.trace
    )
    here = "edXMLHeader/TraceHeaderList"
    return element("TraceHeaderList", *stations, _business(message.business, code, extras), extras.at(here))


def _business(business: Business, code: _AgencyCode, extras: Extras) -> str:
    here = "edXMLHeader/TraceHeaderList/Bussiness"
    receivers = (
        element("Receiver", text("OrganId", code(one.organ_id), needed=True), flag("ReceiverType", one.removed))
        for one in business.receivers
    )
    return element(
        "Bussiness",
        _document_id(business.document_id, code) if business.document_id is not None else "",
        number("BussinessDocType", KINDS.index(business.kind)),
        text("BussinessDocReason", business.reason, lines=True),
        flag("Paper", business.paper),
        group(
            "BussinessDocumentInfo",
            flag("DocumentInfo", business.changes_document),
            flag("DocumentReceiver", business.changes_receivers),
            group("ReceiverList", *receivers),
        ),
        group("ReplacementInfoList", *(_replacement(one, code) for one in business.replacements)),
        _staff(business.staff),
        extras.at(here),
    )


def _replacement(one: ReplacementInfo, code: _AgencyCode) -> str:
    listed = texts("OrganId", (code(organ_id) for organ_id in one.organ_ids))
    return element("ReplacementInfo", _document_id(one.document_id, code), element("OrganIdList", listed))


def _body(attachments: tuple[Attachment, ...], extras: Extras) -> str:
    listed = "".join(
        element("Reference", *reference_parts(one), extras.at("edXMLBody/edXMLManifest/Reference", place))
        for place, one in enumerate(attachments, start=1)
    )
    listed += extras.at("edXMLBody/edXMLManifest")
    manifest = f'<{PREFIX}:edXMLManifest version="1.0">{listed}</{PREFIX}:edXMLManifest>'
    return element("edXMLBody", manifest, extras.at("edXMLBody"))


def reference_parts(one: Attachment) -> tuple[str, ...]:
    """What the manifest says of an attachment, in its order."""
    return (
        text("ContentId", one.content_id, needed=True),
        text("ContentType", one.content_type, needed=True),
        text("Description", one.description) or element("Description"),
        text("AttachmentName", one.name, needed=True),
    )


# A status


def _status_header(message: StatusMessage, code: _AgencyCode, extras: Extras) -> str:
    here = "edXMLHeader/MessageHeader"
    if message.at is None:
        raise markup.required("Timestamp")
    return element(
        "MessageHeader",
        _organisation("From", message.sender, code, extras.at(f"{here}/From")),
        _organisations(message.receivers, code, extras),
        _status_about(message.about, code),
        _staff(message.staff),
        element("StatusCode", message.code),
        text("Description", message.description, lines=True),
        moment("Timestamp", message.at),
        extras.at(here),
    )


def _status_about(one: ResponseFor, code: _AgencyCode) -> str:
    return element(
        "ResponseFor",
        text("OrganId", code(one.organ_id), needed=True),
        text("Code", one.code, needed=True),
        day("PromulgationDate", one.promulgated_on),
        _document_id(one.document_id, code),
    )
