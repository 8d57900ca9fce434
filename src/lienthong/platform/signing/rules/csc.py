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
MAX_HASHES = 100
# What `credentials/authorizeCheck` answers when the signer said no, and when nobody answered in time.
DECLINED, LAPSED = "access_denied", "expired_request"


class BadMessage(Exception):
    """A message that is not CSC's; `error` and `words` are what CSC answers with."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(words)
        self.error = error
        self.words = words


@dataclass(frozen=True, slots=True)
class HashOrder:
    """`signatures/signHash`: which credential signs which digests, with which consent."""

    credential: str
    digests: tuple[bytes, ...]
    activation: str


@dataclass(frozen=True, slots=True)
class ConsentOrder:
    """`credentials/authorize`: the digests that the signer is asked to let a credential sign, in words too."""

    credential: str
    digests: tuple[bytes, ...]
    words: str
    reference: str


def sign_hash_body(credential: str, digest: bytes, activation: str) -> dict[str, Any]:
    """What a client sends to `signatures/signHash` for one digest."""
    return sign_hashes_body(credential, (digest,), activation)


def sign_hashes_body(credential: str, digests: Sequence[bytes], activation: str) -> dict[str, Any]:
    """What a client sends to `signatures/signHash`."""
    return {
        "credentialID": credential,
        "SAD": activation,
        "hashes": _encoded(digests),
        "hashAlgorithmOID": SHA256_OID,
        "signAlgo": ECDSA_SHA256_OID,
    }


def authorize_body(credential: str, digests: Sequence[bytes], *, words: str, reference: str) -> dict[str, Any]:
    """What a client sends to `credentials/authorize`."""
    return {
        "credentialID": credential,
        "numSignatures": len(digests),
        "hashes": _encoded(digests),
        "hashAlgorithmOID": SHA256_OID,
        "description": words,
        "clientData": reference,
    }


def read_authorize(body: Any) -> ConsentOrder:
    """What a service reads from it. Raises BadMessage."""
    told = _mapping(body)
    digests = _digests(told)
    if told.get("numSignatures") != len(digests):
        raise BadMessage("invalid_request", "numSignatures is not the number of hashes")
    return ConsentOrder(credential_of(told), digests, _text(told, "description"), _text(told, "clientData"))


def handle_of(body: Any) -> str:
    """The handle that `credentials/authorize` gave out. Raises BadMessage."""
    return _text(_mapping(body), "handle")


def activation_of(body: Any) -> str:
    """The consent in an answer. Raises BadMessage."""
    return _text(_mapping(body), "SAD", at_most=8000)


def read_sign_hash(body: Any) -> HashOrder:
    """What a service reads from it. Raises BadMessage."""
    told = _mapping(body)
    if told.get("signAlgo") != ECDSA_SHA256_OID:
        raise BadMessage("invalid_request", "only ecdsa-with-SHA256 over SHA-256")
    return HashOrder(credential_of(told), _digests(told), _text(told, "SAD"))


def credential_of(body: Any) -> str:
    """The credential that a message names. Raises BadMessage."""
    return _text(_mapping(body), "credentialID")


def signatures_of(body: Any, count: int = 1) -> tuple[bytes, ...]:
    """The signatures of an answer, one for each hash. Raises BadMessage."""
    found = _mapping(body).get("signatures")
    if not isinstance(found, list) or len(found) != count or not all(isinstance(one, str) for one in found):
        raise BadMessage("server_error", f"not {count} signatures in the answer")
    return tuple(_base64(one) for one in found)


def signed(signatures: Sequence[bytes]) -> dict[str, Any]:
    """The answer of `signatures/signHash`."""
    return {"signatures": _encoded(signatures)}


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
        "multisign": MAX_HASHES,
        "lang": "vi-VN",
    }


def certificates_of(body: Any) -> tuple[bytes, ...]:
    """The certificates (DER) in an answer of `credentials/info`, the credential's own first. Raises BadMessage."""
    told = _mapping(_mapping(body).get("cert")).get("certificates")
    if not isinstance(told, list) or not told or not all(isinstance(one, str) for one in told):
        raise BadMessage("server_error", "no certificate in the answer")
    return tuple(_base64(one) for one in told[:10])


def at_once_of(body: Any) -> int:
    """How many hashes the credential signs at one consent."""
    told = _mapping(body).get("multisign", 1)
    return told if isinstance(told, int) and told > 0 else 1


def _digests(told: Mapping[str, Any]) -> tuple[bytes, ...]:
    hashes = told.get("hashes")
    if not isinstance(hashes, list) or not 0 < len(hashes) <= MAX_HASHES:
        raise BadMessage("invalid_request", f"hashes must be 1 to {MAX_HASHES} digests")
    if told.get("hashAlgorithmOID", SHA256_OID) != SHA256_OID:
        raise BadMessage("invalid_request", "only ecdsa-with-SHA256 over SHA-256")
    digests = tuple(_base64(one) if isinstance(one, str) else b"" for one in hashes)
    if any(len(one) != 32 for one in digests):
        raise BadMessage("invalid_request", "a digest has not 32 bytes")
    return digests


def _encoded(values: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode("ascii") for one in values]


def _mapping(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise BadMessage("invalid_request", "not a JSON object")
    return body


def _text(told: Mapping[str, Any], name: str, at_most: int = 500) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value or len(value) > at_most:
        raise BadMessage("invalid_request", f"{name} is missing")
    return value


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadMessage("invalid_request", "not base64") from None
