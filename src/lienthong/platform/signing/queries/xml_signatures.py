"""Asking about signatures in XML documents: who signed, what is covered, is it unchanged."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import TrustAnchors, TrustStore
from lienthong.platform.signing.queries.documents import trust_here
from lienthong.platform.signing.queries.messages import check_certificate
from lienthong.platform.signing.queries.status import require_issuers_in_force
from lienthong.platform.signing.rules import certificates, xml_verdicts, xmldsig
from lienthong.platform.signing.rules.pades import judging
from lienthong.platform.signing.rules.xmldsig_parts import DocumentDigest, FileDigest
from lienthong.platform.signing.types import Certificate, PdfTimestamp, XmlSignature

_CODES: Mapping[str, str] = {
    "signing.malformed-certificate": "foreign-certificate",
    "signing.certificate-unknown": "certificate-unchecked",
}


def verify_xml_signature(
    document: bytes,
    *,
    file_digest: FileDigest | None = None,
    document_digest: DocumentDigest | None = None,
    at: datetime | None = None,
    proved_at: datetime | None = None,
) -> tuple[XmlSignature, ...]:
    """Every signature (XML-DSig or XAdES) of an XML document in its order; none for an unsigned one.

    `file_digest(address, hash)` gives the digest of a file beside the document (`cid:…`), None when there is none of
    this address. `document_digest(form, hash)` answers references to the whole document (`URI=""`) when `document` is
    only a part of it. Certificates are judged at `at` (now by default); `proved_at` as in `check_certificate`.
    Raises Refused `signing.not-xml`, `signing.too-many-signatures`; a bad signature is a verdict, not an error.
    """
    root = xmldsig.parse(document, _not_xml)
    count = len(xmldsig.signatures_in(root))
    if count > xmldsig.MAX_SIGNATURES:
        raise Refused(
            "signing.too-many-signatures",
            tr("Tệp có quá nhiều chữ ký.", "The file has too many signatures."),
            field="file",
        )
    anchors, moment = roles.port(TrustStore).anchors() if count else None, at or clock.now()
    verdicts: list[XmlSignature] = []
    for number in range(count):
        fresh = xmldsig.parse(document, _not_xml) if number else root
        found = xmldsig.examine(fresh, number, file_digest=file_digest, document_digest=document_digest)
        verdicts.append(_judge(found, anchors, moment, proved_at))
    return tuple(verdicts)


def _not_xml() -> Refused:
    return Refused(
        "signing.not-xml",
        tr("Tệp này không phải tệp XML đọc được, hoặc không an toàn.", "This is not readable XML, or it is not safe."),
        field="file",
    )


def _judge(
    found: xmldsig.Findings, anchors: TrustAnchors | None, at: datetime, proved_at: datetime | None
) -> XmlSignature:
    if not found.certificates or anchors is None:
        return xml_verdicts.judge(found, None, "", "", at)
    pem = "".join(certificates.to_pem(one) for one in found.certificates)
    certificate, code = _describe(pem), ""
    stamps = _stamps(found, at)
    proofs = [one.at for one in stamps if one.good and one.at is not None]
    stamped_at = min(proofs, default=None)
    if stamped_at is not None:
        at, proved_at = stamped_at, min(proved_at, stamped_at) if proved_at is not None else stamped_at
    try:
        if certificate is not None:
            check_certificate(pem, at, proved_at=proved_at)
        else:
            _check_foreign_profile(found.certificates, anchors, at)
        require_issuers_in_force(pem, anchors, proved_at=proved_at)
    except Refused as refusal:
        code = _CODES.get(refusal.code, refusal.code.removeprefix("signing."))
    return xml_verdicts.judge(found, certificate, code, pem, at, stamps)


def _stamps(found: xmldsig.Findings, at: datetime) -> tuple[PdfTimestamp, ...]:
    """Time stamps over the signature's value, each judged; asked for only where there is one."""
    if not found.stamps:
        return ()
    trust = trust_here()
    return tuple(judging.judge_timestamp(token, imprint, trust, at) for token, imprint in found.stamps)


def _check_foreign_profile(chain: tuple[x509.Certificate, ...], anchors: TrustAnchors, at: datetime) -> None:
    """A certificate that says nothing in our terms may still be of an authority that is trusted here."""
    leaf, *sent = chain
    certificates.check_path(leaf, sent, anchors, leaf.not_valid_after_utc - timedelta(seconds=1))
    if at < leaf.not_valid_before_utc - certificates.CLOCK_SKEW:
        raise Refused("signing.certificate-not-yet-valid", "")
    if at > leaf.not_valid_after_utc + certificates.CLOCK_SKEW:
        raise Refused("signing.certificate-expired", "")


def _describe(pem: str) -> Certificate | None:
    try:
        return certificates.describe(pem)
    except Refused:
        return None
