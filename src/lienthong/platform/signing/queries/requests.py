"""Asking about requests for certificates and about the trusted roots, for nodes that join."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from lienthong.kernel import roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import KeyMaker, TrustStore
from lienthong.platform.signing.rules import certificates, issuing, requests
from lienthong.platform.signing.types import Certificate, KeyName


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """Request for a certificate (yêu cầu cấp chứng thư): what the asker says of itself; its key signed it."""

    agency_code: str
    common_name: str
    hosts: tuple[str, ...]


def describe_request(pem: str) -> CertificateRequest:
    """What a request (PKCS#10) says. Raises Refused `signing.bad-request`, `signing.wrong-algorithm`."""
    request = requests.read(pem)
    requests.public_key(request)
    code, name = (
        [str(one.value) for one in request.subject.get_attributes_for_oid(oid)]
        for oid in (NameOID.ORGANIZATION_IDENTIFIER, NameOID.COMMON_NAME)
    )
    prefix = certificates.ORGANISATION_IDENTIFIER_PREFIX
    agency_code = code[0].removeprefix(prefix) if code and code[0].startswith(prefix) else ""
    return CertificateRequest(agency_code, name[0] if name else "", tuple(issuing.hosts_of(request)))


def is_answer_to(certificate_pem: str, request_pem: str) -> bool:
    """Is the certificate for the key that made the request? Raises Refused for what cannot be read."""
    leaf = certificates.parse_chain(certificate_pem)[0]
    asked = requests.public_key(requests.read(request_pem))
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return leaf.public_key().public_bytes(*form) == asked.public_bytes(*form)


def list_trusted() -> tuple[str, ...]:
    """The trusted roots and the intermediates known here, as PEM, roots first. Raises Refused `signing.no-trust`."""
    anchors = roles.port(TrustStore).anchors()
    return tuple(certificates.to_pem(one) for one in (*anchors.roots, *anchors.intermediates))


def find_waiting(key: KeyName) -> Certificate | None:
    """The certificate of this name that is installed and not yet in use, if there is one."""
    chain = roles.port(KeyMaker).next_chain(key)
    return certificates.describe(chain.pem) if chain else None


def trust_fingerprint(pems: Iterable[str]) -> bytes:
    """What two people compare: SHA-256 over the roots among these certificates, whatever their order."""
    roots = [one for pem in pems for one in certificates.parse_chain(pem) if one.issuer == one.subject]
    if not roots:
        raise Refused(
            "signing.no-trust",
            tr("Không có chứng thư gốc nào.", "There is no root certificate."),
        )
    return sha256(b"".join(sorted(bytes.fromhex(certificates.thumbprint(one)) for one in roots))).digest()
