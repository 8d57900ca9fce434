"""Asking about keys, certificates and signed messages."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import KeyStore, TrustStore
from lienthong.platform.signing.queries.status import require_in_force
from lienthong.platform.signing.rules import certificates, compact, jws, signatures, xades
from lienthong.platform.signing.types import (
    Certificate,
    CertificateKind,
    KeyName,
    Signature,
    VerifiedHeader,
)

# A PEM, or a function that finds the PEM of a thumbprint (None: not known).
CertificateSource: TypeAlias = str | Callable[[str], str | None]


def get_certificate(key: KeyName) -> Certificate:
    """The certificate of a key held here, with its issuer in `pem`. Raises Refused `signing.unknown-key`."""
    return certificates.describe(roles.port(KeyStore).chain(key).pem)


def find_certificate_in_use(key: KeyName, at: datetime) -> Certificate | None:
    """As `get_certificate`; None while it is not valid at `at`, which mostly means that this machine's clock is wrong.

    What a node signs for its own log is judged by that moment for ever: better no signature than one that never holds.
    """
    own = get_certificate(key)
    return own if own.not_before <= at <= own.not_after else None


def list_keys() -> tuple[KeyName, ...]:
    """Names of the keys held here."""
    return roles.port(KeyStore).names()


def check_certificate(
    pem: str,
    at: datetime | None = None,
    *,
    kind: CertificateKind | None = None,
    skew: timedelta = certificates.CLOCK_SKEW,
    proved_at: datetime | None = None,
) -> Certificate:
    """A certificate that a root trusted here stands for at `at` (now by default), and that is not revoked.

    `pem` may bring its issuers along. `proved_at`: a moment by which the signature in question existed, known from a
    time stamp or our own receipt and not from the signer; a revocation after it does no harm. Default: now.

    Raises Refused `signing.malformed-certificate`, `signing.foreign-certificate`,
    `signing.certificate-not-yet-valid`, `signing.certificate-expired`, `signing.wrong-kind`,
    `signing.certificate-revoked`, and by policy `signing.certificate-unknown`, `signing.certificate-unchecked`.
    """
    certificate = certificates.check(pem, roles.port(TrustStore).anchors(), at or clock.now(), skew=skew)
    certificates.require_kind(certificate, kind)
    require_in_force(pem, proved_at=proved_at)
    return certificate


def verify_bytes(
    payload: bytes,
    signature: Signature,
    *,
    certificate_pem: CertificateSource,
    at: datetime | None = None,
    kind: CertificateKind | None = None,
) -> Certificate:
    """Who signed these bytes. Raises Refused as `verify_detached`."""
    certificate = _certificate_of(signature.thumbprint, certificate_pem, at, kind)
    signatures.verify(certificate.pem, signature.value, payload)
    return certificate


def verify_detached(
    payload: bytes,
    signed: str,
    *,
    certificate_pem: CertificateSource,
    at: datetime | None = None,
    kind: CertificateKind | None = "node",
    skew: timedelta = certificates.CLOCK_SKEW,
    proved_at: datetime | None = None,
) -> VerifiedHeader:
    """Verify a detached JWS over exactly these bytes and say who signed.

    `certificate_pem` is the certificate expected of the sender, or a function from `kid` to a PEM or None.
    It must lead to a root trusted here, be valid at `at` (now by default), not be revoked before `proved_at` (see
    `check_certificate`) and be of `kind` (None: any).
    Raises Refused `signing.malformed`, `signing.unsigned`, `signing.wrong-algorithm`, `signing.header`,
    `signing.unknown-certificate`, `signing.wrong-signature`, and all that `check_certificate` raises.
    """
    parsed = jws.parse(signed)
    certificate = _certificate_of(parsed.kid, certificate_pem, at, kind, skew, proved_at)
    signatures.verify(certificate.pem, parsed.signature, parsed.signing_input(payload))
    return VerifiedHeader(headers=parsed.headers, certificate=certificate)


def verify_message(
    message: bytes,
    attachments: Sequence[bytes],
    signature: bytes,
    *,
    certificate_pem: str,
    signed_at: datetime,
    at: datetime | None = None,
    kind: CertificateKind | None = "node",
    skew: timedelta = certificates.CLOCK_SKEW,
    proved_at: datetime | None = None,
) -> Certificate:
    """Who signed this message and what goes with it (SHA-256 digests of its attachments), by `sign_message`.

    The certificate must lead to a root trusted here, be valid at `at` (now by default) and be of `kind`.
    Raises Refused `signing.wrong-signature` and all that `check_certificate` raises.
    """
    certificate = check_certificate(certificate_pem, at, kind=kind, skew=skew, proved_at=proved_at)
    entries = xades.message_entries(message, attachments)
    info = xades.signed_info(entries, thumbprint=certificate.thumbprint, at=signed_at)
    signatures.verify(certificate.pem, signature, info)
    return certificate


def read_line(line: str) -> tuple[bytes, bytes]:
    """The message and the signature of a `sign_line` line, not yet verified. Raises Refused `signing.malformed`."""
    parsed = compact.parse(line)
    return parsed.message, parsed.signature


def read_proof(line: str) -> tuple[bytes, bytes, bytes]:
    """Message, signature and path in its batch (empty when signed alone) of a line. Raises as `read_line`."""
    parsed = compact.parse(line)
    return parsed.message, parsed.signature, parsed.chain


def read_message(message: bytes) -> dict[str, Any]:
    """What a message claims, not yet verified: an object in which no name occurs twice. Raises as `read_line`."""
    return jws.read_object(message)


def read_line_header(line: str) -> dict[str, Any]:
    """What the message of a line claims, not yet verified. Raises Refused `signing.malformed`."""
    return jws.read_object(compact.parse(line).message)


def _certificate_of(
    thumbprint: str,
    source: CertificateSource,
    at: datetime | None,
    kind: CertificateKind | None,
    skew: timedelta = certificates.CLOCK_SKEW,
    proved_at: datetime | None = None,
) -> Certificate:
    pem = source if isinstance(source, str) else source(thumbprint)
    if pem is None or certificates.thumbprint(certificates.parse_chain(pem)[0]) != thumbprint:
        raise Refused(
            "signing.unknown-certificate",
            tr(
                "Chữ ký dùng chứng thư số chưa được đăng ký ở đây.",
                "The signature names a certificate that is not known here.",
            ),
        )
    return check_certificate(pem, at, kind=kind, skew=skew, proved_at=proved_at)
