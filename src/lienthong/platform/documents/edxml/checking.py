"""What must hold of a message before it is written, beyond what stands in each element."""

import re

from lienthong.platform.documents.edxml.limits import refused
from lienthong.platform.documents.edxml.markup import required
from lienthong.platform.documents.edxml.types import MAX_REASON, NEED_REASON, EdocMessage, StatusMessage

_CONTENT_ID = re.compile(r"cid:[A-Za-z0-9][A-Za-z0-9._@=+-]{0,200}")
_PRIORITIES = range(4)


def check_edoc(message: EdocMessage) -> None:
    """Raises Refused `edxml.required`, `.number`, `.reason`, `.replacements`, `.content-id`, `.document-id`."""
    header = message.header
    if not header.receivers:
        raise required("To")
    if not message.trace:
        raise required("TraceHeader")
    if header.other.priority is not None and header.other.priority not in _PRIORITIES:
        raise refused("number", "Độ khẩn phải từ 0 đến 3.", "The urgency is a number from 0 to 3.", "Priority")
    key = header.document_id
    own = (key.organ_id, key.code, key.promulgated_on) == (header.sender.organ_id, header.code, header.promulgated_on)
    if not own and not key.as_written:
        raise refused(
            "document-id",
            "Mã định danh văn bản không khớp cơ quan, ngày, số và ký hiệu.",
            "The document id does not agree with agency, day, number and notation.",
            "DocumentId",
        )
    if "/" in header.code.number or "," in header.code.number:
        raise refused(
            "document-id",
            "Số văn bản không được có dấu / hoặc dấu phẩy.",
            "A number holds no slash or comma.",
            "CodeNumber",
        )
    _check_business(message)
    _check_attachments(message)


def _check_business(message: EdocMessage) -> None:
    business = message.business
    if business.kind != "new" and not business.reason:
        raise refused("reason", "Hãy nêu lý do.", "Give the reason.", "BussinessDocReason")
    if business.kind in ("recall", "replace") and not business.replacements:
        raise refused(
            "replacements",
            "Hãy nêu văn bản bị thu hồi hoặc thay thế.",
            "Name the document that is recalled or replaced.",
            "ReplacementInfoList",
        )
    if any(not one.organ_ids for one in business.replacements):
        raise required("OrganIdList")


def _check_attachments(message: EdocMessage) -> None:
    if message.kind in ("new", "replace") and not message.attachments:
        raise required("Reference")
    names = [one.content_id for one in message.attachments]
    if len(set(names)) != len(names) or not all(_CONTENT_ID.fullmatch(one) for one in names):
        raise refused(
            "content-id",
            "Mã nội dung tệp phải có dạng cid:… và không lặp.",
            "Content ids have the form cid:… and none occurs twice.",
            "ContentId",
        )


def check_status(message: StatusMessage) -> None:
    """A refusal says why, in at most 1000 characters. Raises Refused `edxml.reason`."""
    length = len(message.description)
    if length > MAX_REASON or (message.code in NEED_REASON and not length):
        raise refused(
            "reason",
            "Hãy nêu lý do, không quá 1000 ký tự.",
            "Give the reason, in at most 1000 characters.",
            "Description",
        )
