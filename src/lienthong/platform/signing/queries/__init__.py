"""Asking signing: whose certificate is this, is this signature good, who signed this document."""

from lienthong.platform.signing.queries.batches import verify_batch, verify_batch_member
from lienthong.platform.signing.queries.documents import MAX_PDF_BYTES, judge_pdf, too_large, verify_pdf
from lienthong.platform.signing.queries.messages import (
    CertificateSource,
    check_certificate,
    get_certificate,
    list_keys,
    read_line,
    read_line_header,
    read_proof,
    verify_bytes,
    verify_detached,
    verify_message,
)
from lienthong.platform.signing.queries.requests import (
    CertificateRequest,
    describe_request,
    find_waiting,
    is_answer_to,
    list_trusted,
)
from lienthong.platform.signing.rules.appearances import seal_box

__all__ = [
    "MAX_PDF_BYTES",
    "CertificateRequest",
    "CertificateSource",
    "check_certificate",
    "describe_request",
    "find_waiting",
    "get_certificate",
    "is_answer_to",
    "judge_pdf",
    "list_keys",
    "list_trusted",
    "read_line",
    "read_line_header",
    "read_proof",
    "seal_box",
    "too_large",
    "verify_batch",
    "verify_batch_member",
    "verify_bytes",
    "verify_detached",
    "verify_message",
    "verify_pdf",
]
