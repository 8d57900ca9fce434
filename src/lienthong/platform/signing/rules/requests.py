"""Requests for certificates (yêu cầu cấp chứng thư, PKCS#10): made without touching a key, and read with suspicion."""

from collections.abc import Sequence
from hashlib import sha256

from asn1crypto import algos, csr, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.rules import certificates, issuing, signatures

_MAX_REQUEST = 16 * 1024


def unsigned(subject: x509.Name, public_key_info: bytes, hosts: Sequence[str] = ()) -> bytes:
    """What the key has to sign (CertificationRequestInfo in DER)."""
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": asn1_x509.Name.load(subject.public_bytes()),
            "subject_pk_info": keys.PublicKeyInfo.load(public_key_info),
            "attributes": [_extensions(hosts)] if hosts else [],
        }
    )
    return bytes(info.dump())


def _extensions(hosts: Sequence[str]) -> csr.CRIAttribute:
    names = x509.SubjectAlternativeName(issuing.alternative_names(hosts)).public_bytes()
    extension = {"extn_id": "subject_alt_name", "critical": False, "extn_value": asn1_x509.GeneralNames.load(names)}
    return csr.CRIAttribute({"type": "extension_request", "values": [[extension]]})


def digest(info: bytes) -> bytes:
    """SHA-256 of what the key has to sign."""
    return sha256(info).digest()


def signed(info: bytes, raw_signature: bytes) -> str:
    """The request in PEM, from what was signed and the signature r||s."""
    request = csr.CertificationRequest(
        {
            "certification_request_info": csr.CertificationRequestInfo.load(info),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": signatures.to_der(raw_signature),
        }
    )
    loaded = x509.load_der_x509_csr(request.dump())
    return loaded.public_bytes(Encoding.PEM).decode("ascii")


def read(pem: str) -> x509.CertificateSigningRequest:
    """A request whose key signed it. Raises Refused `signing.bad-request`."""
    if len(pem) > _MAX_REQUEST:
        raise _bad()
    try:
        request = x509.load_pem_x509_csr(pem.encode("ascii"))
        if request.is_signature_valid:
            return request
    except certificates.UNREADABLE as error:
        raise _bad() from error
    raise _bad()


def public_key(request: x509.CertificateSigningRequest) -> ec.EllipticCurvePublicKey:
    """The key of a request. Raises Refused `signing.wrong-algorithm` for anything but P-256."""
    key = request.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refused(
            "signing.wrong-algorithm",
            tr("Khóa không thuộc loại P-256.", "The key is not on the curve P-256."),
            field="request",
        )
    return key


def _bad() -> Refused:
    return Refused(
        "signing.bad-request",
        tr(
            "Không đọc được yêu cầu cấp chứng thư (PKCS#10), hoặc chữ ký trong đó sai.",
            "The request for a certificate (PKCS#10) cannot be read, or its signature is wrong.",
        ),
        field="request",
    )
