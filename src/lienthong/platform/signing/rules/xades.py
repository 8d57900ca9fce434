"""The form in which messages are signed: a XAdES signature written by template (ETSI EN 319 132-1, baseline B).

The signed bytes are the exclusive canonical form of `ds:SignedInfo`, which the digests, the certificate and the time
determine alone. So 64 bytes are enough on the wire, a body may be streamed past, and the same 64 bytes stand in an
ASiC-E container that any XAdES verifier checks.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
ASIC = "http://uri.etsi.org/02918/v1.2.1#"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SHA256_URI = "http://www.w3.org/2001/04/xmlenc#sha256"
SIGNED_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"

MESSAGE = "message.xml"
CHAIN_RESULT = "sig-hashchainresult.xml"


class Entry(NamedTuple):
    """A signed file: its name in the container and its SHA-256 (32 bytes)."""

    name: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Unsigned:
    """What a container adds beside the signature: certificates (DER, signer first), OCSP answers (DER)."""

    certificates: tuple[bytes, ...]
    ocsp_answers: tuple[bytes, ...] = ()


_DIGEST_METHOD = f'<ds:DigestMethod Algorithm="{SHA256_URI}"></ds:DigestMethod><ds:DigestValue>'
_OWN_DIGEST_METHOD = (
    f'<ds:DigestMethod xmlns:ds="{DS}" Algorithm="{SHA256_URI}"></ds:DigestMethod><ds:DigestValue xmlns:ds="{DS}">'
)
_INFO_START = (
    f'<ds:SignedInfo xmlns:ds="{DS}">'
    f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></ds:CanonicalizationMethod>'
    f'<ds:SignatureMethod Algorithm="{ECDSA_SHA256}"></ds:SignatureMethod>'
)
_PROPERTIES_REFERENCE = (
    f'<ds:Reference Type="{SIGNED_PROPERTIES_TYPE}" URI="#sp"><ds:Transforms>'
    f'<ds:Transform Algorithm="{EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms>{_DIGEST_METHOD}'
)


def message_entries(message: bytes, attachments: Sequence[bytes]) -> tuple[Entry, ...]:
    """The entries of a message and its attachments, given by their SHA-256 digests."""
    named = (Entry(f"attachment{number}", digest) for number, digest in enumerate(attachments, start=1))
    return (Entry(MESSAGE, sha256(message).digest()), *named)


def signed_properties(entries: Sequence[Entry], *, thumbprint: str, at: datetime) -> bytes:
    """Time, certificate and media types, canonical. `thumbprint`: SHA-256 of the certificate in hex."""
    formats = "".join(
        f'<xades:DataObjectFormat ObjectReference="#r{number}"><xades:MimeType>application/octet-stream'
        "</xades:MimeType></xades:DataObjectFormat>"
        for number in range(len(entries))
    )
    return (
        f'<xades:SignedProperties xmlns:xades="{XADES}" Id="sp"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime>"
        f"<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{_OWN_DIGEST_METHOD}"
        f"{_base64(bytes.fromhex(thumbprint))}</ds:DigestValue></xades:CertDigest></xades:Cert>"
        "</xades:SigningCertificateV2></xades:SignedSignatureProperties>"
        f"<xades:SignedDataObjectProperties>{formats}</xades:SignedDataObjectProperties></xades:SignedProperties>"
    ).encode()


def signed_info(entries: Sequence[Entry], *, thumbprint: str, at: datetime) -> bytes:
    """The bytes that are signed. Names of entries must need no escaping in XML or in a URI."""
    references = "".join(
        f'<ds:Reference Id="r{number}" URI="{entry.name}">{_DIGEST_METHOD}{_base64(entry.digest)}'
        "</ds:DigestValue></ds:Reference>"
        for number, entry in enumerate(entries)
    )
    properties = sha256(signed_properties(entries, thumbprint=thumbprint, at=at)).digest()
    return (
        f"{_INFO_START}{references}{_PROPERTIES_REFERENCE}{_base64(properties)}</ds:DigestValue></ds:Reference>"
        "</ds:SignedInfo>"
    ).encode()


def signatures_xml(
    entries: Sequence[Entry], *, thumbprint: str, at: datetime, signature: bytes, unsigned: Unsigned
) -> bytes:
    """`META-INF/signatures.xml` of an ASiC-E container; `signature` is r||s."""
    certificates = "".join(f"<ds:X509Certificate>{_base64(one)}</ds:X509Certificate>" for one in unsigned.certificates)
    parts = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<asic:XAdESSignatures xmlns:asic="{ASIC}">'
        f'<ds:Signature xmlns:ds="{DS}" Id="signature">'.encode(),
        signed_info(entries, thumbprint=thumbprint, at=at),
        f'<ds:SignatureValue Id="signature-value">{_base64(signature)}</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo><ds:Object>"
        f'<xades:QualifyingProperties xmlns:xades="{XADES}" Target="#signature">'.encode(),
        signed_properties(entries, thumbprint=thumbprint, at=at),
        _unsigned_properties(unsigned).encode(),
        b"</xades:QualifyingProperties></ds:Object></ds:Signature></asic:XAdESSignatures>",
    )
    return b"".join(parts)


def _unsigned_properties(unsigned: Unsigned) -> str:
    if not unsigned.ocsp_answers:
        return ""
    chain = "".join(
        f"<xades:EncapsulatedX509Certificate>{_base64(one)}</xades:EncapsulatedX509Certificate>"
        for one in unsigned.certificates[1:]
    )
    answers = "".join(
        f"<xades:EncapsulatedOCSPValue>{_base64(one)}</xades:EncapsulatedOCSPValue>" for one in unsigned.ocsp_answers
    )
    return (
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
        f"<xades:CertificateValues>{chain}</xades:CertificateValues>"
        f"<xades:RevocationValues><xades:OCSPValues>{answers}</xades:OCSPValues></xades:RevocationValues>"
        "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    )


def _base64(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode("ascii")


def decode_value(text: str) -> bytes:
    """The bytes of a base64 value in a signature. Raises ValueError."""
    return base64.b64decode("".join(text.split()), validate=True)
