"""Asking about signed PDF documents: who signed, when, and is it still what they signed."""

from datetime import datetime

from lienthong.kernel import clock, roles
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.ports import TrustStore
from lienthong.platform.signing.queries.status import certificate_status, issuer_status, policy
from lienthong.platform.signing.rules.pades import finding, judging, reading
from lienthong.platform.signing.rules.pades.judging import Trust
from lienthong.platform.signing.rules.pades.reading import Reading
from lienthong.platform.signing.types import PdfSignature, PdfVerdict, Place

MAX_PDF_BYTES = 20 * 2**20


def verify_pdf(pdf: bytes, *, at: datetime | None = None) -> tuple[PdfSignature, ...]:
    """The signatures of a PDF in the order they were put on; none for an unsigned file. See `judge_pdf`."""
    return judge_pdf(pdf, at=at).signatures


def judge_pdf(pdf: bytes, *, at: datetime | None = None) -> PdfVerdict:
    """Every signature and time stamp of a PDF and one verdict on the file, judged at `at` (now by default).

    A certificate is judged at the moment by which a time stamp proves that the signature existed, else at `at`.
    Raises Refused `signing.not-a-pdf`, `signing.too-large`, `signing.encrypted`, `signing.too-many-signatures`.
    """
    if len(pdf) > MAX_PDF_BYTES:
        raise too_large()
    return judge_reading(reading.read(pdf), at=at)


def judge_reading(read: Reading, *, at: datetime | None = None) -> PdfVerdict:
    """As `judge_pdf`, of a PDF that was read already (elsewhere, for files of strangers)."""
    return judging.judge(read, trust_here(), at or clock.now())


def trust_here() -> Trust:
    """Whom this node trusts, and what it was told of certificates."""
    store = roles.port(TrustStore)
    if policy().mode == "off":
        return Trust(store.anchors(), store.timestamp_anchors(), _nobody, _nobody)
    return Trust(store.anchors(), store.timestamp_anchors(), certificate_status, issuer_status)


def _nobody(_of: object, _at: datetime) -> None:
    """Nobody is asked here."""


def find_signature_place(pdf: bytes, *, name: str, position: str = "") -> Place | None:
    """Where this person's signature belongs: above the printed name, below the position, on one of the last pages.

    None when the text does not say (a scan, an unusual typeface): then `fallback_place` is the place by habit.
    Raises Refused `signing.not-a-pdf`, `signing.encrypted`.
    """
    return finding.find_place(pdf, name, position)


def fallback_place(pdf: bytes) -> Place:
    """The place by habit: the lower right of the last page. Raises as `find_signature_place`."""
    return finding.fallback(pdf)


def too_large() -> Refused:
    return Refused(
        "signing.too-large",
        tr("Tệp lớn hơn {n} MB.", "The file is larger than {n} MB.").format(n=MAX_PDF_BYTES // 2**20),
        field="file",
        status=413,
    )
