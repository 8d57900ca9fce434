"""Judging the message's place in the log: `META-INF/log-proof.json` of a container."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import TrustAnchors
from lienthong.platform.signing.rules import certificates, checkpoints, hashchain, signatures, timestamps, xades
from lienthong.platform.signing.rules.asic.forms import LogProof
from lienthong.platform.signing.types import Timestamp

_EVIDENCE_LINE = 6


@dataclass(frozen=True, slots=True)
class Logged:
    """Whose log holds the message, since which checkpoint, and by which time stamp that is proven."""

    node: str
    at: datetime
    stamped: Timestamp | None


def check(proof: LogProof, *, line: str, anchors: TrustAnchors, timestamp_anchors: TrustAnchors) -> Logged:
    """Is this message, with this signature, in the log that the checkpoint closes?

    Raises Refused `signing.not-in-log`, and whatever is wrong with the checkpoint's signature or its time stamp.
    """
    _check_evidence(proof, sha256(line.encode("ascii")).digest())
    link = checkpoints.row_link(proof.previous, proof.facts, proof.position)
    rows = hashchain.decode_path(proof.row_chain).root(link)
    part = checkpoints.StreamPart(proof.stream, 0, proof.count, proof.head, rows)
    stated = checkpoints.read_checkpoint(proof.document)
    if hashchain.decode_path(proof.stream_chain).root(part.leaf()) != stated.root or proof.position > proof.count:
        raise _not_in_log()
    certificate = certificates.check(proof.certificate, anchors, stated.at)
    certificates.require_kind(certificate, "node")
    if certificate.agency_code != stated.node:
        raise _not_in_log()
    entries = xades.message_entries(proof.document, ())
    signed = xades.signed_info(entries, thumbprint=certificate.thumbprint, at=stated.at)
    signatures.verify(certificate.pem, proof.signature, signed)
    return Logged(stated.node, stated.at, _stamped(proof, timestamp_anchors) if proof.token else None)


def _check_evidence(proof: LogProof, own: bytes) -> None:
    lines = proof.facts.split(b"\n")
    told = sha256(b"".join(proof.evidence)).hexdigest().encode("ascii")
    if own not in proof.evidence or len(lines) != _EVIDENCE_LINE + 1 or lines[_EVIDENCE_LINE] != told:
        raise _not_in_log()


def _stamped(proof: LogProof, anchors: TrustAnchors) -> Timestamp:
    digest = checkpoints.checkpoint_digest(proof.document, proof.signature)
    root = hashchain.decode_path(proof.token_chain).root(checkpoints.stamp_leaf(digest))
    return timestamps.verify(proof.token, sha256(checkpoints.stamped_bytes(root)).digest(), anchors)


def _not_in_log() -> Refused:
    return Refused(
        "signing.not-in-log",
        tr(
            "Phần chứng minh nhật ký không phải của thông điệp này hoặc đã bị sửa.",
            "The proof from the log is not about this message, or was changed.",
        ),
        field="META-INF/log-proof.json",
    )
