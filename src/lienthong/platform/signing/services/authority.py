"""Demo certificate authority (tổ chức chứng thực chữ ký số, bản thử): root → issuing → subjects.

It stands in for the state's own authority (Ban Cơ yếu Chính phủ for bodies of the state). One authority for
the whole demo country lies in `<demo home>/authority/`; a node's home gets its own keys and the roots only.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lienthong.kernel import clock
from lienthong.kernel.text import nfc
from lienthong.platform.signing.rules import certificates, names
from lienthong.platform.signing.types import Certificate, CertificateKind, KeyName

_DAY = timedelta(days=1)
_ROOT_LIFE = 20 * 365 * _DAY
_ISSUING_LIFE = 10 * 365 * _DAY
_LIVES: dict[CertificateKind, timedelta] = {
    "node": 2 * 365 * _DAY,
    "officer": 3 * 365 * _DAY,
    "seal": 3 * 365 * _DAY,
}
_RENEW_BEFORE = 30 * _DAY
# Certificates begin a little in the past, so that a neighbour whose clock is late accepts them at once.
_BACKDATE = timedelta(minutes=10)
_ORGANISATION = "Chứng thực chữ ký số thử nghiệm Liên thông"
_COMMON_NAME_MAX = 64


@dataclass(frozen=True, slots=True)
class _Issuer:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def ensure_demo_authority(home: Path) -> Path:
    """Make the demo's root and issuing authority below `home` unless they are there; return their folder."""
    folder = home / "authority"
    with _locked(folder):
        if not (folder / "issuing.crt").exists():
            now = clock.now()
            root = _new_authority("Gốc thử nghiệm Liên thông", now, _ROOT_LIFE, None)
            issuing = _new_authority("Cơ quan cấp chứng thư thử nghiệm Liên thông", now, _ISSUING_LIFE, root)
            for name, issuer in (("root", root), ("issuing", issuing)):
                _write(folder / f"{name}.key", _private_pem(issuer.key), private=True)
                _write(folder / f"{name}.crt", _pem(issuer.certificate))
    return folder


def install_trust(home: Path, *, into: Path) -> None:
    """Give a node's home the demo's root, and the issuing certificate that helps to reach it."""
    folder = ensure_demo_authority(home)
    for name in ("root", "issuing"):
        target, content = into / "trust" / f"demo-{name}.pem", (folder / f"{name}.crt").read_bytes()
        if not target.exists() or target.read_bytes() != content:
            _write(target, content)


def issue_certificate(
    home: Path,
    *,
    name: KeyName,
    kind: CertificateKind,
    agency_code: str,
    common_name: str,
    position: str = "",
    organisation: str = "",
    into: Path | None = None,
) -> Certificate:
    """Make the key `name` and its certificate in the node's home `into`, and install the demo's roots there.

    `home` is the demo's home with the authority. Does nothing when a certificate that says the same and lives
    on for 30 days is there. Raises Refused `signing.key-name`.
    """
    if names.key_kind(name) != kind:
        raise ValueError(f"a key of kind {kind} cannot be named {name}")
    node_home = into or home
    install_trust(home, into=node_home)
    issuer = _load_issuer(ensure_demo_authority(home))
    subject = _subject(agency_code, common_name, position, organisation)
    target = node_home / "keys" / f"{names.file_stem(name)}.key"
    with _locked(target.parent):
        if not _still_good(target, subject, kind, issuer):
            key = ec.generate_private_key(ec.SECP256R1())
            leaf = _sign_leaf(key.public_key(), subject, kind, issuer)
            _write(target.with_suffix(".crt"), _pem(leaf) + _pem(issuer.certificate))
            _write(target, _private_pem(key), private=True)
    return certificates.describe(target.with_suffix(".crt").read_text("ascii"))


def _subject(agency_code: str, common_name: str, position: str, organisation: str) -> x509.Name:
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


def _still_good(target: Path, subject: x509.Name, kind: CertificateKind, issuer: _Issuer) -> bool:
    path = target.with_suffix(".crt")
    if not target.exists() or not path.exists():
        return False
    leaf, *issuers = certificates.parse_chain(path.read_text("ascii"))
    return (
        leaf.subject == subject
        and issuers == [issuer.certificate]
        and certificates.describe(path.read_text("ascii")).kind == kind
        and clock.now() + _RENEW_BEFORE < leaf.not_valid_after_utc
    )


def _new_authority(common_name: str, now: datetime, life: timedelta, issuer: _Issuer | None) -> _Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    builder = _builder(subject, key.public_key(), now, life)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=1 if issuer is None else 0), critical=True
    ).add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    if issuer is None:
        return _Issuer(key, builder.issuer_name(subject).sign(key, hashes.SHA256()))
    builder = builder.issuer_name(issuer.certificate.subject).add_extension(_authority_key(issuer), critical=False)
    return _Issuer(key, builder.sign(issuer.key, hashes.SHA256()))


def _sign_leaf(
    public_key: ec.EllipticCurvePublicKey, subject: x509.Name, kind: CertificateKind, issuer: _Issuer
) -> x509.Certificate:
    # A person or an agency commits itself to a document (non-repudiation); a node only vouches for a message.
    commits = kind != "node"
    policy = x509.PolicyInformation(certificates.POLICIES[kind], None)
    return (
        _builder(subject, public_key, clock.now(), _LIVES[kind])
        .issuer_name(issuer.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=commits), critical=True)
        .add_extension(x509.ExtendedKeyUsage([certificates.EXTENDED_USAGES[kind]]), critical=False)
        .add_extension(x509.CertificatePolicies([policy]), critical=False)
        .add_extension(_authority_key(issuer), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _authority_key(issuer: _Issuer) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


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


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load_issuer(folder: Path) -> _Issuer:
    key = serialization.load_pem_private_key((folder / "issuing.key").read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{folder / 'issuing.key'} is not an elliptic-curve key")
    return _Issuer(key, x509.load_pem_x509_certificate((folder / "issuing.crt").read_bytes()))


def _write(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write whole or not at all; a private file is never readable by others, not even for a moment."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time: nodes of the demo may start together."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
