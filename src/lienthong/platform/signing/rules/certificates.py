"""Certificates: what they say, and whether they lead to a trusted root at a moment.

Who: CN = name, title = position (chức vụ), O = agency name, organizationIdentifier (X.520, 2.5.4.97) =
`GOVVN-<agency code>` in the form of the CA/Browser Forum S/MIME requirements, appendix A. What the key may do
is a certificate policy below our own UUID arc (X.667), besides the standard key usages.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual, show_moment, tr
from lienthong.platform.signing.ports import TrustAnchors
from lienthong.platform.signing.types import Certificate, CertificateKind

ARC = "2.25.236675761360297733779116169994788007979"
POLICIES: dict[CertificateKind, x509.ObjectIdentifier] = {
    "node": x509.ObjectIdentifier(f"{ARC}.1.1"),
    "officer": x509.ObjectIdentifier(f"{ARC}.1.2"),
    "seal": x509.ObjectIdentifier(f"{ARC}.1.3"),
    "tls": x509.ObjectIdentifier(f"{ARC}.1.4"),
    "tsa": x509.ObjectIdentifier(f"{ARC}.1.5"),
    "ocsp": x509.ObjectIdentifier(f"{ARC}.1.6"),
}
MESSAGE_SIGNING = x509.ObjectIdentifier(f"{ARC}.2.1")
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
EXTENDED_USAGES: dict[CertificateKind, x509.ObjectIdentifier] = {
    "node": MESSAGE_SIGNING,
    "officer": DOCUMENT_SIGNING,
    "seal": DOCUMENT_SIGNING,
    "tls": ExtendedKeyUsageOID.SERVER_AUTH,
    "tsa": ExtendedKeyUsageOID.TIME_STAMPING,
    "ocsp": ExtendedKeyUsageOID.OCSP_SIGNING,
}
ORGANISATION_IDENTIFIER_PREFIX = "GOVVN-"
# What the parsers of certificates and answers raise for bytes that others made.
UNREADABLE = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)
CLOCK_SKEW = timedelta(minutes=5)
_MAX_PEM = 64 * 1024

KIND_NAMES: dict[CertificateKind, Bilingual] = {
    "node": tr("hệ thống của cơ quan", "agency system"),
    "officer": tr("cán bộ, công chức", "officer"),
    "seal": tr("con dấu của cơ quan", "agency seal"),
    "tls": tr("kênh truyền của hệ thống", "connection of an agency system"),
    "tsa": tr("dịch vụ dấu thời gian", "time stamp authority"),
    "ocsp": tr("dịch vụ tra cứu tình trạng chứng thư", "responder on certificate status"),
}


def foreign(detail: Bilingual | None = None) -> Refused:
    """Refusal of a certificate that no trusted authority stands for."""
    return Refused(
        "signing.foreign-certificate",
        detail
        or tr(
            "Chứng thư số không do tổ chức được tin cậy cấp.",
            "The certificate was not issued by a trusted authority.",
        ),
    )


def malformed_certificate() -> Refused:
    return Refused(
        "signing.malformed-certificate",
        tr("Không đọc được chứng thư số.", "The certificate cannot be read."),
    )


@lru_cache(maxsize=4096)
def parse_chain(pem: str) -> tuple[x509.Certificate, ...]:
    """Certificates of a PEM text, the subject's own first.

    Raises Refused `signing.malformed-certificate`.
    """
    if len(pem) > _MAX_PEM:
        raise malformed_certificate()
    try:
        return tuple(x509.load_pem_x509_certificates(pem.encode("ascii")))
    except UNREADABLE as error:
        raise malformed_certificate() from error


def thumbprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, lower-case hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


@lru_cache(maxsize=4096)
def describe(pem: str) -> Certificate:
    """What a certificate says. Says nothing about trust.

    Raises Refused `signing.malformed-certificate`, or `signing.foreign-certificate` when it is not of our
    profile.
    """
    leaf = parse_chain(pem)[0]
    kind = kind_of(leaf)
    if kind is None:
        raise foreign(
            tr(
                "Chứng thư số không nói rõ loại chủ thể.",
                "The certificate does not say what it may be used for.",
            )
        )
    code = _one(leaf.subject, NameOID.ORGANIZATION_IDENTIFIER)
    if not code.startswith(ORGANISATION_IDENTIFIER_PREFIX):
        raise foreign(tr("Chứng thư số không có mã cơ quan.", "The certificate names no agency code."))
    return Certificate(
        pem=pem,
        thumbprint=thumbprint(leaf),
        subject=leaf.subject.rfc4514_string(),
        name=_one(leaf.subject, NameOID.COMMON_NAME),
        position=_one(leaf.subject, NameOID.TITLE),
        organisation=_one(leaf.subject, NameOID.ORGANIZATION_NAME),
        agency_code=code.removeprefix(ORGANISATION_IDENTIFIER_PREFIX),
        kind=kind,
        issuer=_one(leaf.issuer, NameOID.COMMON_NAME),
        not_before=leaf.not_valid_before_utc.astimezone(ZONE),
        not_after=leaf.not_valid_after_utc.astimezone(ZONE),
    )


def _one(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    values = name.get_attributes_for_oid(oid)
    return str(values[0].value) if values else ""


def kind_of(leaf: x509.Certificate) -> CertificateKind | None:
    """What a certificate may be used for by our profile; None when it is of no kind, or of several."""
    try:
        return _kind_of(leaf)
    except UNREADABLE:
        return None


def _kind_of(leaf: x509.Certificate) -> CertificateKind | None:
    policies = {p.policy_identifier for p in leaf.extensions.get_extension_for_class(x509.CertificatePolicies).value}
    usages = set(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    may_sign = leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    kinds = [
        kind for kind, policy in POLICIES.items() if policy in policies and EXTENDED_USAGES[kind] in usages and may_sign
    ]
    return kinds[0] if len(kinds) == 1 else None


def check(pem: str, anchors: TrustAnchors, at: datetime, *, skew: timedelta = CLOCK_SKEW) -> Certificate:
    """A certificate that a trusted root stands for at `at`, give or take `skew` for clocks that differ.

    Raises Refused `signing.malformed-certificate`, `signing.foreign-certificate`,
    `signing.certificate-not-yet-valid`, `signing.certificate-expired`.
    """
    _check_chain(pem, anchors.fingerprint, Anchored(anchors))
    certificate = describe(pem)
    check_validity(certificate, at, skew=skew)
    return certificate


def check_validity(certificate: Certificate, at: datetime, *, skew: timedelta = CLOCK_SKEW) -> None:
    """Refuse a certificate outside its validity; codes as in `check`."""
    if at < certificate.not_before - skew:
        raise Refused(
            "signing.certificate-not-yet-valid",
            tr("Chứng thư số chỉ có hiệu lực từ {from_}.", "The certificate is valid only from {from_}.").format(
                from_=show_moment(certificate.not_before)
            ),
        )
    if at > certificate.not_after + skew:
        raise Refused(
            "signing.certificate-expired",
            tr("Chứng thư số đã hết hạn lúc {end}.", "The certificate expired at {end}.").format(
                end=show_moment(certificate.not_after)
            ),
        )


def require_kind(certificate: Certificate, kind: CertificateKind | None) -> None:
    """Refuse a good certificate used for what it is not for: `signing.wrong-kind`."""
    if kind is not None and certificate.kind != kind:
        wanted, got = KIND_NAMES[kind], KIND_NAMES[certificate.kind]
        raise Refused(
            "signing.wrong-kind",
            tr(
                f"Cần chứng thư số của {wanted.vi}, nhưng đây là chứng thư số của {got.vi}.",
                f"This needs a certificate of kind {wanted.en}, but this one is of kind {got.en}.",
            ),
        )


class Anchored:
    """Carries anchors past the cache key; equal for the cache, since the fingerprint is keyed beside it."""

    __slots__ = ("anchors",)

    def __init__(self, anchors: TrustAnchors) -> None:
        self.anchors = anchors

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Anchored)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4096)
def _check_chain(pem: str, _anchors_fingerprint: str, anchored: Anchored) -> None:
    """Find a path to a root as of the leaf's last day; the moment of use is judged apart."""
    leaf, *sent = parse_chain(pem)
    check_path(leaf, sent, anchored.anchors, leaf.not_valid_after_utc - timedelta(seconds=1))


def check_path(
    leaf: x509.Certificate, sent: Sequence[x509.Certificate], anchors: TrustAnchors, moment: datetime
) -> None:
    """Is there a path from this certificate to a root, all of it valid at the moment? `signing.foreign-certificate`."""
    try:
        (
            verification.PolicyBuilder()
            .store(verification.Store(list(anchors.roots)))
            .time(moment.astimezone(UTC).replace(tzinfo=None))
            .extension_policies(
                ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
                ee_policy=verification.ExtensionPolicy.permit_all(),
            )
            .build_client_verifier()
            .verify(leaf, [one for one in (*sent, *anchors.intermediates) if one != leaf])
        )
    except (verification.VerificationError, *UNREADABLE) as error:
        raise foreign() from error


def is_issuer(certificate: x509.Certificate) -> bool:
    """May this certificate's key issue others?"""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except UNREADABLE:
        return False


def to_pem(certificate: x509.Certificate) -> str:
    """A certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
