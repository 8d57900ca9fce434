"""edXML (QCVN 102:2016/BTTTT): reading tolerantly, writing strictly, taking apart, putting together, verifying.

Pure: no table, no network. docs/protocols/edxml.md says what is written, what is tolerated and what is refused.
"""

from lienthong.platform.documents.edxml.base64_files import DecodedFile
from lienthong.platform.documents.edxml.document_keys import (
    find_document_key,
    parse_document_key,
    read_agency_code,
    split_code,
)
from lienthong.platform.documents.edxml.limits import Limits
from lienthong.platform.documents.edxml.reading import read_envelope
from lienthong.platform.documents.edxml.splitting import Split, SplitAttachment, split
from lienthong.platform.documents.edxml.streaming import stream_message
from lienthong.platform.documents.edxml.types import (
    KINDS,
    MAX_REASON,
    NEED_REASON,
    STATUS_CODES,
    Attachment,
    Business,
    Code,
    DocumentKey,
    DocumentType,
    EdocMessage,
    Extra,
    Kind,
    MessageHeader,
    Organisation,
    OtherInfo,
    ReceiverChange,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusCode,
    StatusMessage,
    TraceHeader,
    Verdict,
    Warnings,
)
from lienthong.platform.documents.edxml.verifying import verify_message
from lienthong.platform.documents.edxml.warning_codes import WARNINGS
from lienthong.platform.documents.edxml.writing import sign_envelope, write_envelope
from lienthong.platform.documents.edxml.zips import OpenedFile, open_attachment, zip_file

__all__ = [
    "KINDS",
    "MAX_REASON",
    "NEED_REASON",
    "STATUS_CODES",
    "WARNINGS",
    "Attachment",
    "Business",
    "Code",
    "DecodedFile",
    "DocumentKey",
    "DocumentType",
    "EdocMessage",
    "Extra",
    "Kind",
    "Limits",
    "MessageHeader",
    "OpenedFile",
    "Organisation",
    "OtherInfo",
    "ReceiverChange",
    "ReplacementInfo",
    "ResponseFor",
    "SignerInfo",
    "Split",
    "SplitAttachment",
    "StaffInfo",
    "StatusCode",
    "StatusMessage",
    "TraceHeader",
    "Verdict",
    "Warnings",
    "find_document_key",
    "open_attachment",
    "parse_document_key",
    "read_agency_code",
    "read_envelope",
    "sign_envelope",
    "split",
    "split_code",
    "stream_message",
    "verify_message",
    "write_envelope",
    "zip_file",
]
