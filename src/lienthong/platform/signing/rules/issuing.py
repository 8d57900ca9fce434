"""Making certificates, requests and revocation lists: X.509 by our profile, without files and without a clock."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from lienthong.kernel.text import nfc
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.types import CertificateKind, IssuedCertificate

_DAY = timedelta(days=1)
ROOT_LIFE = 20 * 365 * _DAY
ISSUING_LIFE = 10 * 365 * _DAY
LIVES: dict[CertificateKind, timedelta] = {
    "node": 2 * 365 * _DAY,
    "officer": 3 * 365 * _DAY,
    "seal": 3 * 365 * _DAY,
    "tls": 365 * _DAY,
    "tsa": 5 * 365 * _DAY,
    "ocsp": 180 * _DAY,
}
# Certificates begin a little in the past, so that a neighbour whose clock is late accepts them at once.
_BACKDATE = timedelta(minutes=10)
_ORGANISATION = "Chứng thực chữ ký số thử nghiệm Liên thông"
_COMMON_NAME_MAX = 64
_COMMITS: tuple[CertificateKind, ...] = ("officer", "seal")


@dataclass(frozen=True, slots=True)
class Issuer:
    """An authority's key and certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the authority answers; written into each certificate so that whoever meets it knows whom to ask."""

    ocsp: str
    crl: str


def subject(agency_code: str, common_name: str, position: str = "", organisation: str = "") -> x509.Name:
    """The subject of a certificate by our profile."""
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, _fit(organisation or common_name)),
        x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, certificates.ORGANISATION_IDENTIFIER_PREFIX + agency_code),
        x509.NameAttribute(NameOID.COMMON_NAME, _fit(common_name)),
    ]
    if position:
        attributes.insert(3, x509.NameAttribute(NameOID.TITLE, _fit(position)))
    return x509.Name(attributes)


def _fit(text: str) -> str:
    """X.520 allows 64; it is counted in bytes, and Vietnamese letters take up to three."""
    return nfc(text).encode()[:_COMMON_NAME_MAX].decode(errors="ignore").rstrip()


def alternative_names(hosts: Iterable[str]) -> tuple[x509.GeneralName, ...]:
    """Host names and addresses as names of a TLS certificate."""
    return tuple(_alternative_name(host) for host in hosts)


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def hosts_of(certificate: x509.Certificate | x509.CertificateSigningRequest) -> tuple[str, ...]:
    """Host names and addresses that a certificate or request names."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = (str(one) for one in names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)


def new_authority(
    common_name: str, now: datetime, life: timedelta, issuer: Issuer | None, *, addresses: Addresses | None = None
) -> Issuer:
    """A root (no issuer) or an issuing authority below one; `addresses`: where its own status is told."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    builder = _builder(name, key.public_key(), now, life)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=1 if issuer is None else 0), critical=True
    ).add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    if issuer is None:
        return Issuer(key, builder.issuer_name(name).sign(key, hashes.SHA256()))
    builder = builder.issuer_name(issuer.certificate.subject).add_extension(authority_key(issuer), critical=False)
    if addresses is not None:
        builder = builder.add_extension(_points_to(addresses), critical=False)
    return Issuer(key, builder.sign(issuer.key, hashes.SHA256()))


def new_leaf(
    public_key: ec.EllipticCurvePublicKey,
    name: x509.Name,
    kind: CertificateKind,
    issuer: Issuer,
    *,
    now: datetime,
    addresses: Addresses,
    hosts: Sequence[str] = (),
    life: timedelta | None = None,
) -> x509.Certificate:
    """A certificate of this kind. A person or an agency commits itself to a document; a node only vouches."""
    builder = (
        _builder(name, public_key, now, life or LIVES[kind])
        .issuer_name(issuer.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=kind in _COMMITS), critical=True)
        # RFC 3161 2.3: the extension must be critical, and alone.
        .add_extension(x509.ExtendedKeyUsage(_extended(kind)), critical=kind == "tsa")
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(certificates.POLICIES[kind], None)]), critical=False
        )
        .add_extension(authority_key(issuer), critical=False)
        .add_extension(_points_to(addresses), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternative_names(hosts)), critical=False)
    if kind == "ocsp":
        # Nobody can be asked about the one who answers (RFC 6960 4.2.2.2.1); its life is short instead.
        return builder.add_extension(x509.OCSPNoCheck(), critical=False).sign(issuer.key, hashes.SHA256())
    return builder.add_extension(_access(addresses), critical=False).sign(issuer.key, hashes.SHA256())


def new_revocation_list(
    issuer: Issuer, revoked: Iterable[IssuedCertificate], *, number: int, now: datetime, life: timedelta
) -> bytes:
    """A complete revocation list (RFC 5280) in DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + life)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(authority_key(issuer), critical=False)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(_revoked(one))
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _revoked(one: IssuedCertificate) -> x509.RevokedCertificate:
    if one.revoked_at is None:
        raise ValueError(f"certificate {one.serial} is not revoked")
    entry = x509.RevokedCertificateBuilder().serial_number(int(one.serial, 16)).revocation_date(one.revoked_at)
    # RFC 5280 5.3.1: "unspecified" is said by saying nothing.
    if one.reason and one.reason != "unspecified":
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(one.reason)), critical=False)
    return entry.build()


def authority_key(issuer: Issuer) -> x509.AuthorityKeyIdentifier:
    """How a certificate names its issuer's key."""
    identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _extended(kind: CertificateKind) -> list[x509.ObjectIdentifier]:
    usage = certificates.EXTENDED_USAGES[kind]
    return [usage, ExtendedKeyUsageOID.CLIENT_AUTH] if kind == "tls" else [usage]


def _access(addresses: Addresses) -> x509.AuthorityInformationAccess:
    where = x509.UniformResourceIdentifier(addresses.ocsp)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, where)])


def _points_to(addresses: Addresses) -> x509.CRLDistributionPoints:
    where = [x509.UniformResourceIdentifier(addresses.crl)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)])


def _builder(
    name: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
