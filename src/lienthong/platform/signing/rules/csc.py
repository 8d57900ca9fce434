"""Messages of the Cloud Signature Consortium's API v2 (CSC), as far as hashes and signatures travel by it."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

SPECS = "2.0.0.2"
SHA256_OID = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256_OID = "1.2.840.10045.4.3.2"
P256_OID = "1.2.840.10045.3.1.7"
EC_KEY_OID = "1.2.840.10045.2.1"


class BadMessage(Exception):
    """A message that is not CSC's; `error` and `words` are what CSC answers with."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(words)
        self.error = error
        self.words = words


@dataclass(frozen=True, slots=True)
class HashOrder:
    """`signatures/signHash`: which credential signs which digest, with which consent."""

    credential: str
    digest: bytes
    activation: str


def sign_hash_body(credential: str, digest: bytes, activation: str) -> dict[str, Any]:
    """What a client sends to `signatures/signHash`."""
    return {
        "credentialID": credential,
        "SAD": activation,
        "hashes": [base64.b64encode(digest).decode("ascii")],
        "hashAlgorithmOID": SHA256_OID,
        "signAlgo": ECDSA_SHA256_OID,
    }


def read_sign_hash(body: Any) -> HashOrder:
    """What a service reads from it. Raises BadMessage."""
    told = _mapping(body)
    hashes = told.get("hashes")
    if not isinstance(hashes, list) or len(hashes) != 1 or not isinstance(hashes[0], str):
        raise BadMessage("invalid_request", "hashes must be one digest")
    if told.get("signAlgo") != ECDSA_SHA256_OID or told.get("hashAlgorithmOID", SHA256_OID) != SHA256_OID:
        raise BadMessage("invalid_request", "only ecdsa-with-SHA256 over SHA-256")
    digest = _base64(hashes[0])
    if len(digest) != 32:
        raise BadMessage("invalid_request", "the digest has not 32 bytes")
    return HashOrder(credential_of(told), digest, _text(told, "SAD"))


def credential_of(body: Any) -> str:
    """The credential that a message names. Raises BadMessage."""
    return _text(_mapping(body), "credentialID")


def signatures_of(body: Any) -> bytes:
    """The one signature of an answer. Raises BadMessage."""
    found = _mapping(body).get("signatures")
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], str):
        raise BadMessage("server_error", "no signature in the answer")
    return _base64(found[0])


def signed(signature: bytes) -> dict[str, Any]:
    """The answer of `signatures/signHash`."""
    return {"signatures": [base64.b64encode(signature).decode("ascii")]}


def credential_info(chain: Sequence[x509.Certificate], *, enabled: bool) -> dict[str, Any]:
    """The answer of `credentials/info`: the key and its certificates."""
    leaf = chain[0]
    return {
        "key": {
            "status": "enabled" if enabled else "disabled",
            "algo": [EC_KEY_OID, ECDSA_SHA256_OID],
            "len": 256,
            "curve": P256_OID,
        },
        "cert": {
            "status": "valid",
            "certificates": [base64.b64encode(one.public_bytes(Encoding.DER)).decode("ascii") for one in chain],
            "issuerDN": leaf.issuer.rfc4514_string(),
            "serialNumber": f"{leaf.serial_number:x}",
            "subjectDN": leaf.subject.rfc4514_string(),
            "validFrom": f"{leaf.not_valid_before_utc:%Y%m%d%H%M%SZ}",
            "validTo": f"{leaf.not_valid_after_utc:%Y%m%d%H%M%SZ}",
        },
        "auth": {"mode": "explicit"},
        "SCAL": "2",
        "multisign": 1,
        "lang": "vi-VN",
    }


def certificates_of(body: Any) -> tuple[bytes, ...]:
    """The certificates (DER) in an answer of `credentials/info`, the credential's own first. Raises BadMessage."""
    told = _mapping(_mapping(body).get("cert")).get("certificates")
    if not isinstance(told, list) or not told or not all(isinstance(one, str) for one in told):
        raise BadMessage("server_error", "no certificate in the answer")
    return tuple(_base64(one) for one in told[:10])


def _mapping(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise BadMessage("invalid_request", "not a JSON object")
    return body


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value or len(value) > 500:
        raise BadMessage("invalid_request", f"{name} is missing")
    return value


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadMessage("invalid_request", "not base64") from None
