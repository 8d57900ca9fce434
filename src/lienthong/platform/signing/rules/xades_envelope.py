"""A XAdES signature inside the XML that it covers, written by template (ETSI EN 319 132-1, baseline B).

Signed are one element of the document by its Id (without the signature itself), the signature's own properties, and
files beside the document by their addresses. As in `xades`, every signed byte is determined by digests, certificate
and time, and is written in its canonical form at once; no XML library takes part.
"""

import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from xml.sax.saxutils import escape

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import CertificateChain
from lienthong.platform.signing.rules import certificates
from lienthong.platform.signing.rules.xades import (
    DS,
    ECDSA_SHA256,
    EXCLUSIVE_C14N,
    SHA256_URI,
    SIGNED_PROPERTIES_TYPE,
    XADES,
    Entry,
)

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+=-]{0,250}")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,100}")
_OWN_IDS = frozenset({"signature", "signature-value", "signed-properties"})

_METHOD = f'<DigestMethod Algorithm="{SHA256_URI}"></DigestMethod><DigestValue>'
_FOREIGN_METHOD = f'<DigestMethod xmlns="{DS}" Algorithm="{SHA256_URI}"></DigestMethod><DigestValue xmlns="{DS}">'
_EXCLUSIVE = f'<Transform Algorithm="{EXCLUSIVE_C14N}"></Transform>'
_ENVELOPED = f'<Transforms><Transform Algorithm="{ENVELOPED}"></Transform>{_EXCLUSIVE}</Transforms>{_METHOD}'
_INFO_START = (
    f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></CanonicalizationMethod>'
    f'<SignatureMethod Algorithm="{ECDSA_SHA256}"></SignatureMethod>'
)
_REFERENCE_END = "</DigestValue></Reference>"
_PROPERTIES_REFERENCE = (
    f'<Reference Type="{SIGNED_PROPERTIES_TYPE}" URI="#signed-properties">'
    f"<Transforms>{_EXCLUSIVE}</Transforms>{_METHOD}"
)


def check_names(element_id: str, files: Sequence[Entry]) -> None:
    """Refuse what could not stand in the template as it is: `signing.header`."""
    if (
        not _ID.fullmatch(element_id)
        or element_id in _OWN_IDS
        or not all(_PLAIN.fullmatch(one.name) for one in files)
        or len({one.name for one in files}) != len(files)
    ):
        raise Refused(
            "signing.header",
            tr(
                "Tên phần được ký không hợp lệ hoặc bị lặp.",
                "The name of a signed part is not allowed, or occurs twice.",
            ),
            field="signature",
        )


def signed_properties(files: int, *, thumbprint: str, at: datetime) -> bytes:
    """Time, certificate and media types of the element and its files, canonical."""
    formats = "".join(
        f'<xades:DataObjectFormat ObjectReference="#r{number}"><xades:MimeType>'
        f"{'application/zip' if number else 'text/xml'}</xades:MimeType></xades:DataObjectFormat>"
        for number in range(files + 1)
    )
    return (
        f'<xades:SignedProperties xmlns:xades="{XADES}" Id="signed-properties"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime>"
        f"<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{_FOREIGN_METHOD}"
        f"{_base64(bytes.fromhex(thumbprint))}</DigestValue></xades:CertDigest></xades:Cert>"
        "</xades:SigningCertificateV2></xades:SignedSignatureProperties>"
        f"<xades:SignedDataObjectProperties>{formats}</xades:SignedDataObjectProperties></xades:SignedProperties>"
    ).encode()


def signed_info(element_id: str, digest: bytes, files: Sequence[Entry], properties: bytes) -> bytes:
    """The bytes that are signed. `digest`: SHA-256 of the element's exclusive canonical form without the signature."""
    listed = "".join(
        f'<Reference Id="r{number}" URI="{one.name}">{_METHOD}{_base64(one.digest)}{_REFERENCE_END}'
        for number, one in enumerate(files, start=1)
    )
    return (
        f'{_INFO_START}<Reference Id="r0" URI="#{element_id}">{_ENVELOPED}{_base64(digest)}{_REFERENCE_END}{listed}'
        f"{_PROPERTIES_REFERENCE}{_base64(sha256(properties).digest())}{_REFERENCE_END}</SignedInfo>"
    ).encode()


def value_digest(value: bytes) -> bytes:
    """What a time stamp on the signature is about: SHA-256 of the canonical form of `SignatureValue`."""
    return sha256(
        f'<SignatureValue xmlns="{DS}" Id="signature-value">{_base64(value)}</SignatureValue>'.encode()
    ).digest()


def signature_xml(
    info: bytes, value: bytes, properties: bytes, chain: CertificateChain, *, token: bytes = b""
) -> bytes:
    """The whole `Signature` element; `value` is r||s, `token` a time stamp over `value_digest` (XAdES-T)."""
    return b"".join(
        (
            f'<Signature xmlns="{DS}" Id="signature">'.encode(),
            info,
            f'<SignatureValue Id="signature-value">{_base64(value)}</SignatureValue>'.encode(),
            _key_info(chain.pem).encode(),
            f'<Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#signature">'.encode(),
            properties,
            stamped(token).encode() if token else b"",
            b"</xades:QualifyingProperties></Object></Signature>",
        )
    )


def stamped(token: bytes) -> str:
    """The unsigned properties that hold a time stamp over the signature."""
    return (
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>"
        f'<CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></CanonicalizationMethod>'
        f"<xades:EncapsulatedTimeStamp>{_base64(token)}</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp>"
        "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    )


@lru_cache(maxsize=256)
def _key_info(pem: str) -> str:
    """Who signed, and the issuers that lead to a root; cached, for a node signs with few keys."""
    listed = certificates.parse_chain(pem)
    subject = escape(listed[0].subject.rfc4514_string())
    body = "".join(
        f"<X509Certificate>{''.join(certificates.to_pem(one).splitlines()[1:-1])}</X509Certificate>" for one in listed
    )
    return f"<KeyInfo><X509Data><X509SubjectName>{subject}</X509SubjectName>{body}</X509Data></KeyInfo>"


def _base64(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode("ascii")
