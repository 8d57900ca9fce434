"""Reading a signed PDF: facts about every signature and time stamp in it, without asking anybody or believing anything.

Pure and without database, so that a process of its own can do it for files of strangers (`adapters/reader.py`).
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from lienthong.kernel.clock import ZONE
from lienthong.kernel.errors import Refused
from lienthong.kernel.text import nfc, tr
from lienthong.platform.signing.rules.pades import changes
from lienthong.platform.signing.rules.pades.changes import Step
from lienthong.platform.signing.rules.pades.entries import entry, items
from lienthong.platform.signing.rules.pades.refusals import encrypted, not_a_pdf

MAX_SIGNATURES = 120
MAX_REVISIONS = 300
_PADES = "/ETSI.CAdES.detached"
_STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
_MAX_PROOFS, _MAX_LISTS, _MAX_CERTIFICATES = 200, 20, 30


@dataclass(frozen=True, slots=True)
class Found:
    """One signature or document time stamp as it lies in the file.

    `certificates`: DER, the signer's first. `problem`: "" when the signed bytes are unchanged, else `tampered` or
    `weak-algorithm`. `coverage`: `file`, `revision` or `part`. `length`: how many bytes of the file it was put on.
    `lock`: what its signer allowed to come after (DocMDP; 0: says nothing). `token` is a time stamp over `imprint`.
    """

    field: str
    is_timestamp: bool
    certificates: tuple[bytes, ...]
    problem: str
    coverage: str
    revision: int
    length: int
    lock: int
    signed_at: datetime | None
    reason: str
    is_pades: bool
    token: bytes = b""
    imprint: bytes = b""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a PDF says of its signatures; `store_revision`: when the security store last changed (-1: none)."""

    size: int
    revisions: int
    found: tuple[Found, ...]
    steps: tuple[Step, ...]
    certificates: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    store_revision: int = -1


def read(pdf: bytes) -> Reading:
    """Raises Refused `signing.not-a-pdf`, `.encrypted`, `.too-many-signatures`, and nothing else, whatever comes."""
    try:
        return _read(pdf)
    except Refused:
        raise
    except RecursionError as error:
        raise not_a_pdf() from error
    except Exception as error:  # strangers' files can fail the parser in any way
        raise not_a_pdf() from error


def _read(pdf: bytes) -> Reading:
    if b"%PDF-" not in pdf[:1024]:
        raise not_a_pdf()
    reader = PdfFileReader(io.BytesIO(pdf))
    if reader.encrypted:
        raise encrypted()
    embedded = reader.embedded_signatures
    revisions = reader.xrefs.total_revisions
    if len(embedded) > MAX_SIGNATURES or revisions > MAX_REVISIONS:
        raise Refused(
            "signing.too-many-signatures",
            tr("Tệp có quá nhiều chữ ký hoặc phiên bản.", "The file has too many signatures or revisions."),
            field="file",
        )
    _digest_all(pdf, embedded)
    found = tuple(_found(one, len(pdf)) for one in embedded)
    covered = [one.revision for one in found if one.coverage == "revision"]
    steps = changes.steps_after(reader, min(covered)) if covered else ()
    return Reading(len(pdf), revisions, found, steps, *_proofs(reader))


def _digest_all(pdf: bytes, embedded: Sequence[EmbeddedPdfSignature]) -> None:
    """Digest the file once for all signatures: each covers what those before it covered, and a tail of its own."""
    whole, running = memoryview(pdf), dict[str, tuple[int, Any]]()
    for one in sorted(embedded, key=lambda each: list(map(int, each.byte_range))):
        ranges = [int(each) for each in one.byte_range]
        name = getattr(one, "external_md_algorithm", "")
        if len(ranges) != 4 or ranges[0] != 0 or name not in _STRONG or not 0 <= ranges[1] <= ranges[2]:
            continue
        until, state = running.get(name) or (0, hashlib.new(name))
        state.update(whole[until : ranges[1]])
        running[name] = (ranges[1], state)
        if ranges[3] >= 0 and ranges[2] + ranges[3] <= len(pdf):
            own = state.copy()
            own.update(whole[ranges[2] : ranges[2] + ranges[3]])
            one.external_digests[name] = own.digest()


def _found(embedded: EmbeddedPdfSignature, size: int) -> Found:
    is_timestamp = embedded.sig_object_type == "/DocTimeStamp"
    coverage = embedded.evaluate_signature_coverage()
    byte_range = [int(one) for one in embedded.byte_range]
    length = min(size, sum(byte_range[-2:])) if len(byte_range) == 4 else 0
    if is_timestamp:
        token, imprint = _trimmed(embedded.pkcs7_content), embedded.compute_digest()
    else:
        token, imprint = _signature_timestamp(embedded)
    signed_at = None if is_timestamp else embedded.self_reported_timestamp
    others = embedded.other_embedded_certs[:_MAX_CERTIFICATES]
    return Found(
        field=str(embedded.field_name),
        is_timestamp=is_timestamp,
        certificates=tuple(one.dump() for one in (embedded.signer_cert, *others)),
        problem="" if is_timestamp else _problem(embedded),
        coverage=_coverage(coverage),
        revision=int(embedded.signed_revision),
        length=length,
        lock=embedded.docmdp_level.value if embedded.docmdp_level is not None else 0,
        # A time without zone means nothing certain; it is left out rather than guessed.
        signed_at=signed_at.astimezone(ZONE) if signed_at is not None and signed_at.tzinfo is not None else None,
        reason=nfc(str(entry(embedded.sig_object, "/Reason", ""))),
        is_pades=str(entry(embedded.sig_object, "/SubFilter", "")) == _PADES,
        token=token,
        imprint=imprint,
    )


def _coverage(level: SignatureCoverageLevel) -> str:
    if level == SignatureCoverageLevel.ENTIRE_FILE:
        return "file"
    return "revision" if level == SignatureCoverageLevel.ENTIRE_REVISION else "part"


def _problem(embedded: EmbeddedPdfSignature) -> str:
    info = embedded.signer_info
    hashed = {embedded.md_algorithm, _hash_of(info["signature_algorithm"])}
    if not hashed <= _STRONG:
        return "weak-algorithm"
    try:
        intact, valid = validate_sig_integrity(
            info, embedded.signer_cert, expected_content_type="data", actual_digest=embedded.compute_digest()
        )
    except (SignatureValidationError, PdfError, ValueError, TypeError, KeyError):
        return "tampered"
    return "" if intact and valid else "tampered"


def _hash_of(mechanism: cms.SignedDigestAlgorithm) -> str:
    try:
        return str(mechanism.hash_algo)
    except ValueError:  # the mechanism leaves it to the digest algorithm
        return "sha256"


def _signature_timestamp(embedded: EmbeddedPdfSignature) -> tuple[bytes, bytes]:
    """The first time stamp over the signature's value, and the digest that it must be of."""
    for signed in extract_tst_data_iter(embedded.signer_info, signed=False):
        imprint = signed["encap_content_info"]["content"].parsed["message_imprint"]
        name = imprint["hash_algorithm"]["algorithm"].native
        if name in _STRONG:
            token = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
            return bytes(token), hashlib.new(name, embedded.signer_info["signature"].native).digest()
    return b"", b""


def _trimmed(content: bytes) -> bytes:
    """The envelope without the zeros that fill its place."""
    return bytes(cms.ContentInfo.load(content).dump())


def _proofs(reader: PdfFileReader) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...], int]:
    """Certificates, OCSP answers and lists of the security store (DSS), and the revision that changed it last."""
    try:
        store = reader.root["/DSS"]
        certificates = tuple(_streams(store, "/Certs", DecodePurpose.CERTIFICATE))
        ocsps = tuple(_streams(store, "/OCSPs", DecodePurpose.OCSP_RESPONSE))
        lists = tuple(_streams(store, "/CRLs", DecodePurpose.CRL))[:_MAX_LISTS]
        where = getattr(store, "container_ref", None) or reader.root_ref
        return certificates, ocsps, lists, int(reader.xrefs.get_last_change(where))
    except (PdfError, KeyError, TypeError, AttributeError):
        return (), (), (), -1


def _streams(store: object, name: str, purpose: DecodePurpose) -> Iterator[bytes]:
    for one in items(entry(store, name))[:_MAX_PROOFS]:
        yield bytes(one.read_data(purpose))
