"""Asking about batch signatures: is this message one of those that were signed together?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from lienthong.platform.signing.queries.messages import check_certificate
from lienthong.platform.signing.rules import batches, certificates, hashchain, signatures
from lienthong.platform.signing.types import Certificate, CertificateKind


def verify_batch_member(
    message: bytes,
    attachments: Sequence[bytes],
    *,
    value: bytes,
    chain: bytes,
    certificate_pem: str,
    signed_at: datetime,
    at: datetime | None = None,
    kind: CertificateKind | None = "node",
    skew: timedelta = certificates.CLOCK_SKEW,
    proved_at: datetime | None = None,
) -> Certificate:
    """Who signed this message in a batch, with the SHA-256 digests of its attachments.

    `value`: the batch's signature (r||s), `chain`: this message's path. The signature over a root is verified once,
    however many members follow. Raises Refused `signing.malformed-chain`, and all that `verify_message` raises.
    """
    certificate = check_certificate(certificate_pem, at, kind=kind, skew=skew, proved_at=proved_at)
    root = hashchain.decode_path(chain).root(hashchain.message_leaf(message, attachments))
    _verify_root(certificate.pem, value, root, signed_at)
    return certificate


def verify_batch(
    messages: Sequence[tuple[bytes, Sequence[bytes]]],
    *,
    value: bytes,
    certificate_pem: str,
    signed_at: datetime,
    at: datetime | None = None,
    kind: CertificateKind | None = "node",
    skew: timedelta = certificates.CLOCK_SKEW,
    proved_at: datetime | None = None,
) -> tuple[Certificate, tuple[bytes, ...]]:
    """Who signed this whole batch, in this order; and the path of each message, to keep beside it.

    Cheaper than one member after another, and no path needs to travel. Raises Refused as `verify_batch_member`.
    """
    certificate = check_certificate(certificate_pem, at, kind=kind, skew=skew, proved_at=proved_at)
    tree = hashchain.build([hashchain.message_leaf(message, attachments) for message, attachments in messages])
    _verify_root(certificate.pem, value, tree.root, signed_at)
    return certificate, tuple(tree.paths())


@lru_cache(maxsize=4096)
def _verify_root(pem: str, value: bytes, root: bytes, signed_at: datetime) -> None:
    """Only what verified is remembered; whether the certificate is still good is asked each time by the callers."""
    signatures.verify(
        pem, value, batches.batch_info(root, thumbprint=certificates.describe(pem).thumbprint, at=signed_at)
    )
