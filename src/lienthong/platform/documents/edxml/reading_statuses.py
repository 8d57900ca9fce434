"""Reading status messages (thông điệp trạng thái)."""

from lienthong.platform.documents.edxml import names
from lienthong.platform.documents.edxml.document_keys import read_moment
from lienthong.platform.documents.edxml.limits import refused
from lienthong.platform.documents.edxml.markup import required
from lienthong.platform.documents.edxml.nodes import Node, Reader
from lienthong.platform.documents.edxml.reading_parts import (
    read_organisation,
    read_organisations,
    read_response,
    read_staff,
)
from lienthong.platform.documents.edxml.types import MAX_REASON, NEED_REASON, STATUS_CODES, StatusCode, StatusMessage


def read_status(reader: Reader, node: Node) -> StatusMessage:
    """What became of which document, says whom. Raises Refused `edxml.required`, `edxml.status-code`."""
    sender = read_organisation(node, "From")
    if sender is None:
        raise required("From")
    about = node.one("ResponseFor", names.RESPONSE)
    document = read_response(about) if about is not None else None
    if document is None:
        raise required("ResponseFor")
    code, description = _code(node), node.text("Description", lines=True)
    if code in NEED_REASON and not description:
        reader.warn("reason-missing", "Description")
    if len(description) > MAX_REASON:
        reader.warn("reason-long", "Description")
    moment = read_moment(node.text("Timestamp"))
    if moment is None or moment[1]:
        reader.warn(moment[1] if moment else "date", "Timestamp")
    receivers, staff = read_organisations(node), read_staff(node)
    return StatusMessage(
        sender=sender,
        about=document,
        code=code,
        at=moment[0] if moment else None,
        description=description,
        staff=staff,
        receivers=receivers,
        extras=reader.extras,
        warnings=reader.warnings,
    )


def _code(node: Node) -> StatusCode:
    written = node.text("StatusCode")
    if len(written) == 1:
        node.reader.warn("status-code", written)
    for code in STATUS_CODES:
        if written.zfill(2) == code:
            return code
    listing = ", ".join(STATUS_CODES)
    raise refused(
        "status-code",
        f"Mã trạng thái phải là một trong {listing}.",
        f"The status code is one of {listing}.",
        "StatusCode",
    )
