"""Asking about signed PDF documents: who signed, and is it still what they signed."""

import io
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.signing.ports import TrustAnchors, TrustStore
from lienthong.platform.signing.queries.status import certificate_status, policy
from lienthong.platform.signing.rules import certificates, standing, verdicts
from lienthong.platform.signing.types import Certificate, PdfSignature, PdfVerdict

MAX_PDF_BYTES = 20 * 2**20
MAX_SIGNATURES = 20
MAX_REVISIONS = 60

_log = structlog.get_logger()
_LATER = ModificationLevel.LTA_UPDATES
# After a signature only further signatures may come. pyHanko's own policy also lets form fields be refilled and
# their pictures replaced, which is how “shadow” attacks change what a reader sees.
_ONLY_MORE_SIGNATURES = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        DocInfoRule().as_qualified(_LATER),
        XrefStreamRule().as_qualified(_LATER),
        ObjectStreamRule().as_qualified(_LATER),
        DSSCompareRule().as_qualified(_LATER),
        MetadataUpdateRule().as_qualified(_LATER),
    ],
    form_rule=FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()]),
)
_COMMITS = KeyUsageConstraints(key_usage={"non_repudiation"})


def judge_pdf(pdf: bytes, *, at: datetime | None = None) -> PdfVerdict:
    """Every signature of a PDF and one verdict on the file. Raises as `verify_pdf`."""
    return verdicts.conclude(verify_pdf(pdf, at=at))


def verify_pdf(pdf: bytes, *, at: datetime | None = None) -> tuple[PdfSignature, ...]:
    """The signatures of a PDF in the order they were put on; none for an unsigned file.

    Certificates are judged at `at` (now by default), because PAdES B-B proves no earlier time.
    Raises Refused `signing.not-a-pdf`, `signing.too-large`, `signing.encrypted`, `signing.too-many-signatures`.
    """
    if len(pdf) > MAX_PDF_BYTES:
        raise too_large()
    anchors = roles.port(TrustStore).anchors()
    moment = at or clock.now()

    def judge_all() -> tuple[PdfSignature, ...]:
        reader = _open(pdf)
        return tuple(_judge(signature, anchors, moment) for signature in reader.embedded_regular_signatures)

    return _reading(judge_all)


def _reading(work: Callable[[], tuple[PdfSignature, ...]]) -> tuple[PdfSignature, ...]:
    """Strangers' files can fail the parser in any way; each is one refusal, never a broken page."""
    try:
        return work()
    except Refused:
        raise
    except PdfError as error:
        raise _not_a_pdf() from error
    except Exception as error:
        _log.warning("signing.pdf-unreadable", error=type(error).__name__)
        raise _not_a_pdf() from error


def too_large() -> Refused:
    return Refused(
        "signing.too-large",
        tr("Tệp lớn hơn {n} MB.", "The file is larger than {n} MB.").format(n=MAX_PDF_BYTES // 2**20),
        field="file",
        status=413,
    )


def _not_a_pdf() -> Refused:
    return Refused(
        "signing.not-a-pdf",
        tr("Tệp này không phải tệp PDF đọc được, hoặc đã hỏng.", "This is not a readable PDF, or it is damaged."),
        field="file",
    )


def _open(pdf: bytes) -> PdfFileReader:
    if b"%PDF-" not in pdf[:1024]:
        raise _not_a_pdf()
    reader = PdfFileReader(io.BytesIO(pdf))
    if reader.encrypted:
        raise Refused(
            "signing.encrypted",
            tr("Tệp PDF có mật khẩu nên không kiểm tra được.", "A PDF with a password cannot be checked."),
            field="file",
        )
    if len(reader.embedded_signatures) > MAX_SIGNATURES or reader.xrefs.total_revisions > MAX_REVISIONS:
        raise Refused(
            "signing.too-many-signatures",
            tr("Tệp có quá nhiều chữ ký hoặc phiên bản.", "The file has too many signatures or revisions."),
            field="file",
        )
    return reader


def _validate(embedded: EmbeddedPdfSignature, anchors: TrustAnchors, at: datetime) -> PdfSignatureStatus:
    """pyHanko's findings. Damage may break the comparison of revisions; the signed bytes are judged all the same."""
    validate = partial(
        validate_pdf_signature, signer_validation_context=_context(anchors, at), key_usage_settings=_COMMITS
    )
    try:
        return validate(embedded, diff_policy=_ONLY_MORE_SIGNATURES)
    except PdfError:
        return validate(embedded, skip_diff=True)


def _judge(embedded: EmbeddedPdfSignature, anchors: TrustAnchors, at: datetime) -> PdfSignature:
    status = _validate(embedded, anchors, at)
    covers_whole = status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    covers_file = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    compared = status.modification_level is not None
    only_signed = compared and status.modification_level != ModificationLevel.OTHER
    pem = _pem(embedded)
    signed_at = _aware(embedded.self_reported_timestamp)
    certificate, trust_code = _certificate(pem, anchors, at, signed_at)
    facts = verdicts.Facts(
        certificate=certificate,
        name=nfc(embedded.signer_cert.subject.native.get("common_name", "")),
        thumbprint=certificates.thumbprint(certificates.parse_chain(pem)[0]),
        intact=bool(status.intact and status.valid),
        trust_code=trust_code or ("" if status.trusted else "foreign-certificate"),
        covers_whole=covers_whole,
        covers_file=covers_file,
        modified_after=not (covers_file or only_signed),
        signed_at=signed_at,
        reason=nfc(str(embedded.sig_object.get("/Reason", ""))),
    )
    return verdicts.judge(facts, at)


def _aware(moment: datetime | None) -> datetime | None:
    """A time without zone means nothing certain; it is left out rather than guessed."""
    return moment.astimezone(clock.ZONE) if moment is not None and moment.tzinfo is not None else None


def _pem(embedded: EmbeddedPdfSignature) -> str:
    found = [embedded.signer_cert, *embedded.other_embedded_certs]
    return "".join(
        x509.load_der_x509_certificate(one.dump()).public_bytes(Encoding.PEM).decode("ascii") for one in found
    )


def _certificate(
    pem: str, anchors: TrustAnchors, at: datetime, signed_at: datetime | None
) -> tuple[Certificate | None, str]:
    """What the certificate says, and why it is not to be trusted ("" when it is)."""
    try:
        certificate = certificates.check(pem, anchors, at)
    except Refused as refused:
        try:
            return certificates.describe(pem), refused.code.removeprefix("signing.")
        except Refused:
            return None, refused.code.removeprefix("signing.")
    if certificate.kind not in ("officer", "seal"):
        return certificate, "wrong-kind"
    is_spoilt = policy().mode != "off" and standing.spoils(certificate_status(pem, at), signed_at, at)
    return certificate, "certificate-revoked" if is_spoilt else ""


def _context(anchors: TrustAnchors, at: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=[_asn1(one) for one in anchors.roots],
        other_certs=[_asn1(one) for one in anchors.intermediates],
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
