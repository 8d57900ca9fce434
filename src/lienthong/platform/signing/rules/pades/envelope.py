"""The signature inside a PDF: a CMS envelope by CAdES, made in two steps, so that the key may lie anywhere."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_DIGEST = {"algorithm": "sha256"}
_SIGNATURE = {"algorithm": "sha256_ecdsa"}


def signed_attributes(document_digest: bytes, leaf: x509.Certificate) -> bytes:
    """What the key signs (DER, SET OF): the document's digest, the certificate, the algorithms; no time by PAdES."""
    named = {"hash_algorithm": _DIGEST, "cert_hash": sha256(as_asn1(leaf).dump()).digest()}
    protection = cms.CMSAlgorithmProtection(
        {
            "digest_algorithm": algos.DigestAlgorithm(_DIGEST),
            "signature_algorithm": algos.SignedDigestAlgorithm(_SIGNATURE),
        }
    )
    attributes = [
        _attribute("content_type", "data"),
        _attribute("message_digest", document_digest),
        _attribute("cms_algorithm_protection", protection),
        _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [named]})),
    ]
    return bytes(cms.CMSAttributes(attributes).dump())


def assemble(attributes: bytes, signature: bytes, chain: Sequence[x509.Certificate], *, token: bytes = b"") -> bytes:
    """The whole envelope in DER. `signature`: ECDSA in DER over `attributes`; `token`: a time stamp over it."""
    leaf = as_asn1(chain[0])
    issuer = {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
    fields: dict[str, Any] = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(issuer)}),
        "digest_algorithm": algos.DigestAlgorithm(_DIGEST),
        "signature_algorithm": algos.SignedDigestAlgorithm(_SIGNATURE),
        "signed_attrs": cms.CMSAttributes.load(attributes),
        "signature": signature,
    }
    if token:
        fields["unsigned_attrs"] = cms.CMSAttributes(
            [_attribute("signature_time_stamp_token", cms.ContentInfo.load(token))]
        )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm(_DIGEST)],
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", as_asn1(one)) for one in chain],
            "signer_infos": [cms.SignerInfo(fields)],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


@lru_cache(maxsize=512)
def as_asn1(certificate: x509.Certificate) -> Any:
    """The certificate as asn1crypto has it, parsed once."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _attribute(kind: str, value: core.Asn1Value | str | bytes) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})
