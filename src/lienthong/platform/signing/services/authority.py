"""Demo certificate authority (tổ chức chứng thực chữ ký số, bản thử): root → issuing → subjects.

It stands in for the state's own authority (Ban Cơ yếu Chính phủ for bodies of the state). One authority for
the whole demo country lies in `<demo home>/authority/`; a node's home gets its own keys and the roots only.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lienthong.kernel import clock
from lienthong.kernel.profile import node
from lienthong.platform.signing.durable import locked, write
from lienthong.platform.signing.queries.register import authority_home, find_issued, list_issued
from lienthong.platform.signing.rules import certificates, issuing, names, requests
from lienthong.platform.signing.rules.issuing import Issuer
from lienthong.platform.signing.services.register import enter
from lienthong.platform.signing.types import Certificate, CertificateKind, KeyName

_RENEW_BEFORE = timedelta(days=30)
_SERVICES: dict[CertificateKind, str] = {
    "ocsp": "Tra cứu tình trạng chứng thư thử nghiệm Liên thông",
    "tsa": "Dấu thời gian thử nghiệm Liên thông",
}


def ensure_demo_authority(home: Path) -> Path:
    """Make the demo's root and issuing authority below `home` unless they are there; return their folder."""
    folder = home / "authority"
    with locked(folder):
        if not (folder / "issuing.crt").exists():
            now = clock.now()
            root = issuing.new_authority("Gốc thử nghiệm Liên thông", now, issuing.ROOT_LIFE, None)
            below = issuing.new_authority(
                "Cơ quan cấp chứng thư thử nghiệm Liên thông", now, issuing.ISSUING_LIFE, root
            )
            for name, issuer in (("root", root), ("issuing", below)):
                write(folder / f"{name}.key", _private_pem(issuer.key), private=True)
                write(folder / f"{name}.crt", _pem(issuer.certificate))
    return folder


def install_trust(home: Path, *, into: Path) -> None:
    """Give a node's home the demo's root, and the issuing certificate that helps to reach it."""
    folder = ensure_demo_authority(home)
    for name in ("root", "issuing"):
        target, content = into / "trust" / f"demo-{name}.pem", (folder / f"{name}.crt").read_bytes()
        if not target.exists() or target.read_bytes() != content:
            write(target, content)


def issue_certificate(
    home: Path,
    *,
    name: KeyName,
    kind: CertificateKind,
    agency_code: str,
    common_name: str,
    position: str = "",
    organisation: str = "",
    hosts: Sequence[str] = (),
    into: Path | None = None,
) -> Certificate:
    """Make the key `name` and its certificate in the node's home `into`, and install the demo's roots there.

    `home` is the demo's home with the authority; `hosts` are names and addresses of a TLS certificate. Does nothing
    when a certificate that says the same and lives on for 30 days is there. Raises Refused `signing.key-name`.
    """
    if names.key_kind(name) != kind:
        raise ValueError(f"a key of kind {kind} cannot be named {name}")
    node_home = into or home
    install_trust(home, into=node_home)
    folder = ensure_demo_authority(home)
    issuer = load_issuer(folder)
    subject = issuing.subject(agency_code, common_name, position, organisation)
    target = node_home / "keys" / f"{names.file_stem(name)}.key"
    with locked(target.parent):
        if not _still_good(target, folder, subject, kind, issuer, hosts):
            key = ec.generate_private_key(ec.SECP256R1())
            pem = _issue(folder, issuer, key.public_key(), subject, kind, hosts)
            write(target.with_suffix(".crt"), pem.encode("ascii"))
            write(target, _private_pem(key), private=True)
    pem = target.with_suffix(".crt").read_text("ascii")
    enter(folder, pem)
    return certificates.describe(pem)


def issue_from_request(
    request_pem: str,
    *,
    kind: CertificateKind,
    agency_code: str,
    common_name: str,
    position: str = "",
    organisation: str = "",
    hosts: Sequence[str] | None = None,
    home: Path | None = None,
) -> Certificate:
    """Issue a certificate for the key of a request (PKCS#10); the operator says to whom, not the request.

    `hosts` None takes the names that the request asks for. `pem` of what comes back holds the issuer too.
    The same key gets the certificate that it has. Raises Refused `signing.bad-request`, `signing.wrong-algorithm`.
    """
    request = requests.read(request_pem)
    subject = issuing.subject(agency_code, common_name, position, organisation)
    named = issuing.hosts_of(request) if hosts is None else tuple(hosts)
    return issue_for_key(requests.public_key(request), subject, kind, hosts=named if kind == "tls" else (), home=home)


def issue_for_key(
    public_key: ec.EllipticCurvePublicKey,
    subject: x509.Name,
    kind: CertificateKind,
    *,
    hosts: Sequence[str] = (),
    home: Path | None = None,
) -> Certificate:
    """A certificate that says this of this key; the one issued before, when it says the same and is young."""
    folder = ensure_demo_authority(home or authority_home())
    issuer = load_issuer(folder)
    with locked(folder / "issued"):
        for known in list_issued(folder):
            leaf = certificates.parse_chain(known.pem)[0]
            same = leaf.public_key() == public_key and _says(leaf, subject, kind, hosts)
            if same and not known.revoked_at and _is_young(leaf):
                return certificates.describe(known.pem)
        pem = _issue(folder, issuer, public_key, subject, kind, hosts)
    return certificates.describe(pem)


def load_issuer(folder: Path) -> Issuer:
    """The issuing authority's key and certificate."""
    return _load_pair(folder / "issuing.key")


def service_pair(folder: Path, kind: CertificateKind) -> Issuer:
    """Key and certificate of the responder or the time stamp authority; made, or made anew when due."""
    issuer = load_issuer(folder)
    path = folder / f"{kind}.key"
    with locked(folder):
        leaf = _load_pair(path).certificate if path.exists() else None
        if leaf is None or not _is_young(leaf) or not _is_issued_by(leaf, issuer):
            key = ec.generate_private_key(ec.SECP256R1())
            subject = issuing.subject(node().agency_code, _SERVICES[kind], organisation=_SERVICES[kind])
            pem = _issue(folder, issuer, key.public_key(), subject, kind, ())
            write(path.with_suffix(".crt"), pem.encode("ascii"))
            write(path, _private_pem(key), private=True)
    return _load_pair(path)


def addresses() -> issuing.Addresses:
    """Where this authority answers: the profile's `[parameters.authority] url`, else the hub."""
    base = str(node().parameters.get("authority", {}).get("url", "") or f"{node().hub_url}/authority").rstrip("/")
    return issuing.Addresses(ocsp=f"{base}/ocsp", crl=f"{base}/crl")


def _issue(
    folder: Path,
    issuer: Issuer,
    public_key: ec.EllipticCurvePublicKey,
    subject: x509.Name,
    kind: CertificateKind,
    hosts: Sequence[str],
) -> str:
    leaf = issuing.new_leaf(public_key, subject, kind, issuer, now=clock.now(), addresses=addresses(), hosts=hosts)
    pem = (_pem(leaf) + _pem(issuer.certificate)).decode("ascii")
    enter(folder, pem)
    return pem


def _still_good(
    target: Path, folder: Path, subject: x509.Name, kind: CertificateKind, issuer: Issuer, hosts: Sequence[str]
) -> bool:
    path = target.with_suffix(".crt")
    if not target.exists() or not path.exists():
        return False
    leaf, *issuers = certificates.parse_chain(path.read_text("ascii"))
    known = find_issued(folder, leaf.serial_number)
    return (
        issuers == [issuer.certificate]
        and _says(leaf, subject, kind, hosts)
        and _is_young(leaf)
        and not (known and known.revoked_at)
    )


def _says(leaf: x509.Certificate, subject: x509.Name, kind: CertificateKind, hosts: Sequence[str]) -> bool:
    return (
        leaf.subject == subject
        and certificates.kind_of(leaf) == kind
        and (not hosts or set(issuing.hosts_of(leaf)) == set(hosts))
    )


def _is_young(leaf: x509.Certificate) -> bool:
    return clock.now() + _RENEW_BEFORE < leaf.not_valid_after_utc


def _is_issued_by(leaf: x509.Certificate, issuer: Issuer) -> bool:
    try:
        leaf.verify_directly_issued_by(issuer.certificate)
    except (ValueError, InvalidSignature):
        return False
    return True


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load_pair(path: Path) -> Issuer:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not an elliptic-curve key")
    return Issuer(key, x509.load_pem_x509_certificates(path.with_suffix(".crt").read_bytes())[0])
