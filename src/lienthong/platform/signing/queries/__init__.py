"""Asking signing: whose certificate is this, is this signature good, who signed this document."""

from lienthong.platform.signing.queries.batches import verify_batch, verify_batch_member
from lienthong.platform.signing.queries.containers import verify_container, verify_container_here, verify_proof
from lienthong.platform.signing.queries.credentials import get_credential, pin_lasts
from lienthong.platform.signing.queries.documents import (
    MAX_PDF_BYTES,
    fallback_place,
    find_signature_place,
    judge_pdf,
    too_large,
    verify_pdf,
)
from lienthong.platform.signing.queries.images import find_signature_image
from lienthong.platform.signing.queries.lifetimes import clock_skew, lifetimes
from lienthong.platform.signing.queries.messages import (
    CertificateSource,
    check_certificate,
    find_certificate_in_use,
    get_certificate,
    list_keys,
    read_line,
    read_line_header,
    read_message,
    read_proof,
    verify_bytes,
    verify_detached,
    verify_message,
)
from lienthong.platform.signing.queries.proofs import (
    CheckpointDocument,
    LogProof,
    StreamPart,
    build_chain,
    checkpoint_digest,
    checkpoint_tree,
    decode_path,
    read_checkpoint,
    stamp_tree,
    stamped_bytes,
    write_line,
)
from lienthong.platform.signing.queries.register import list_issued
from lienthong.platform.signing.queries.remote import (
    get_remote,
    get_remote_batch,
    get_remote_document,
    get_remote_result,
    list_remote_waiting,
)
from lienthong.platform.signing.queries.requests import (
    CertificateRequest,
    describe_request,
    find_waiting,
    is_answer_to,
    list_trusted,
    trust_fingerprint,
)
from lienthong.platform.signing.queries.status import (
    certificate_status,
    find_certificate,
    forget_standings,
    ocsp_response_der,
    require_in_force,
)
from lienthong.platform.signing.queries.timestamps import verify_timestamp
from lienthong.platform.signing.queries.uploads import judge_file, signed_revision, warm_reader
from lienthong.platform.signing.queries.xml_signatures import verify_xml_signature
from lienthong.platform.signing.rules.appearances import seal_box

__all__ = [
    "MAX_PDF_BYTES",
    "CertificateRequest",
    "CertificateSource",
    "CheckpointDocument",
    "LogProof",
    "StreamPart",
    "build_chain",
    "certificate_status",
    "check_certificate",
    "checkpoint_digest",
    "checkpoint_tree",
    "clock_skew",
    "decode_path",
    "describe_request",
    "fallback_place",
    "find_certificate",
    "find_certificate_in_use",
    "find_signature_image",
    "find_signature_place",
    "find_waiting",
    "forget_standings",
    "get_certificate",
    "get_credential",
    "get_remote",
    "get_remote_batch",
    "get_remote_document",
    "get_remote_result",
    "is_answer_to",
    "judge_file",
    "judge_pdf",
    "lifetimes",
    "list_issued",
    "list_keys",
    "list_remote_waiting",
    "list_trusted",
    "ocsp_response_der",
    "pin_lasts",
    "read_checkpoint",
    "read_line",
    "read_line_header",
    "read_message",
    "read_proof",
    "require_in_force",
    "seal_box",
    "signed_revision",
    "stamp_tree",
    "stamped_bytes",
    "too_large",
    "trust_fingerprint",
    "verify_batch",
    "verify_batch_member",
    "verify_bytes",
    "verify_container",
    "verify_container_here",
    "verify_detached",
    "verify_message",
    "verify_pdf",
    "verify_proof",
    "verify_timestamp",
    "verify_xml_signature",
    "warm_reader",
    "write_line",
]
