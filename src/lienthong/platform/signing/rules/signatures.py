"""ECDSA P-256 over SHA-256: verifying raw signatures."""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.rules import certificates

_HALF = 32
SHA256 = ec.ECDSA(hashes.SHA256())


def to_raw(der: bytes) -> bytes:
    """DER SEQUENCE of r and s → 64 bytes r||s."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def to_der(raw: bytes) -> bytes:
    """64 bytes r||s → DER SEQUENCE of r and s."""
    return encode_dss_signature(int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big"))


@lru_cache(maxsize=4096)
def public_key(pem: str) -> ec.EllipticCurvePublicKey:
    """The P-256 key of a certificate. Raises Refused `signing.wrong-algorithm` for another curve."""
    key = certificates.parse_chain(pem)[0].public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refused(
            "signing.wrong-algorithm",
            tr("Khóa không thuộc loại P-256.", "The key is not on the curve P-256."),
        )
    return key


def verify(pem: str, raw: bytes, payload: bytes) -> None:
    """Raises Refused `signing.wrong-signature` when these are not the bytes that the key signed."""
    try:
        public_key(pem).verify(to_der(raw), payload, SHA256)
    except InvalidSignature as error:
        raise Refused(
            "signing.wrong-signature",
            tr(
                "Chữ ký không khớp với nội dung: nội dung đã bị sửa hoặc do khóa khác ký.",
                "The signature does not match: the content was changed or another key signed it.",
            ),
        ) from error
