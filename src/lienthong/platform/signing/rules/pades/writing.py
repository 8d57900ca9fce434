"""Putting a signature into a PDF: a further revision with a place held free, then the envelope into that place."""

import binascii
import io
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigAppearanceSetup, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, PdfSignedData, SignatureObject
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import read_certification_data
from pyhanko.stamp import BaseStampStyle

from lienthong.kernel.errors import Conflict, Refused
from lienthong.kernel.text import tr
from lienthong.platform.signing.rules.pades.proofs import Proofs
from lienthong.platform.signing.rules.pades.refusals import encrypted, not_a_pdf, refusing_broken
from lienthong.platform.signing.types import Box

# Room for the envelope in bytes; it is known only after signing. A time stamp of a stranger may bring a long chain.
ROOM_PLAIN, ROOM_STAMPED = 6144, 16384
_PDF_2 = (2, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """A signature's field: its name, the page from 0, the rectangle, and what a screen reader says."""

    name: str
    page: int
    box: Box
    words: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the signature says of itself in the file, besides the certificate."""

    name: str
    location: str
    reason: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """A PDF that waits for its signature: the free place is `start` to `end`, `digest` covers all the rest."""

    body: bytes
    digest: bytes
    start: int
    end: int

    @property
    def room(self) -> int:
        """How many bytes the envelope may have."""
        return (self.end - self.start - 2) // 2

    def filled(self, envelope: bytes) -> bytes:
        """The signed PDF. Raises Refused `signing.envelope-too-large`."""
        if len(envelope) > self.room:
            raise Refused(
                "signing.envelope-too-large",
                tr("Chữ ký hoặc dấu thời gian dài hơn chỗ dành sẵn.", "The signature is longer than its place."),
            )
        padded = binascii.hexlify(envelope.ljust(self.room, b"\0")).upper()
        return b"".join((self.body[: self.start + 1], padded, self.body[self.end - 1 :]))


def open_writer(pdf: bytes) -> IncrementalPdfFileWriter:
    """A writer that only adds. Raises Refused `signing.not-a-pdf`, `.encrypted`, `.locked`."""
    with refusing_broken():
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        is_encrypted, is_hybrid = writer.prev.encrypted, writer.prev.xrefs.hybrid_xrefs_present
        locked = read_certification_data(writer.prev)
    if is_encrypted:
        raise encrypted()
    if is_hybrid:
        raise not_a_pdf()
    if locked is not None and locked.permission == MDPPerm.NO_CHANGES:
        raise Conflict(
            "signing.locked",
            tr("Người ký trước đã khóa tệp, không thêm được chữ ký.", "An earlier signer locked the file."),
        )
    return writer


def field_names(pdf: IncrementalPdfFileWriter | PdfFileReader) -> list[str]:
    """Names of the signature fields that are there."""
    return [str(name) for name, _, _ in enumerate_sig_fields(pdf)]


def prepare_signature(
    writer: IncrementalPdfFileWriter, place: Place, style: BaseStampStyle | None, words: Words, *, stamped: bool
) -> Prepared:
    """Write the revision that the signature will cover. Raises Refused `signing.not-a-pdf`."""
    box = place.box
    spec = SigFieldSpec(
        sig_field_name=place.name,
        on_page=place.page,
        box=(round(box.left), round(box.bottom), round(box.right), round(box.top)),
        readable_field_name=place.words,
    )
    signature = SignatureObject(
        bytes_reserved=2 * (ROOM_STAMPED if stamped else ROOM_PLAIN),
        subfilter=SigSeedSubFilter.PADES,
        timestamp=words.moment,
        name=words.name,
        location=words.location or None,
        reason=words.reason or None,
    )
    appearance = SigAppearanceSetup(style=style, timestamp=words.moment, name=words.name) if style else None
    # ISO/TS 32002 names the curve; PDF 2.0 knows PAdES without an extension of its own.
    return _write(writer, spec, SigObjSetup(sig_placeholder=signature, appearance_setup=appearance), curve=True)


def prepare_timestamp(writer: IncrementalPdfFileWriter, name: str) -> Prepared:
    """Write the revision that a document time stamp will cover. Raises Refused `signing.not-a-pdf`."""
    spec = SigFieldSpec(
        sig_field_name=name, invis_sig_settings=InvisSigSettings(), readable_field_name="Dấu thời gian của văn bản"
    )
    placeholder: PdfSignedData = DocumentTimestamp(bytes_reserved=2 * ROOM_STAMPED)
    return _write(writer, spec, SigObjSetup(sig_placeholder=placeholder))


def add_proofs(writer: IncrementalPdfFileWriter, proofs: Proofs) -> bool:
    """Put certificates and answers on their status into the document's security store; False when all are there."""
    store = DocumentSecurityStore.supply_dss_in_writer(
        writer, None, certs=proofs.asn1_certificates(), ocsps=proofs.asn1_ocsps(), crls=proofs.asn1_crls()
    )
    return bool(store.modified)


def written(writer: IncrementalPdfFileWriter) -> bytes:
    """The file with what was added."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _write(
    writer: IncrementalPdfFileWriter, spec: SigFieldSpec, setup: SigObjSetup, *, curve: bool = False
) -> Prepared:
    with refusing_broken():
        embedding = PdfCMSEmbedder(new_field_spec=spec).write_cms(field_name=spec.sig_field_name, writer=writer)
        next(embedding)
        writer.ensure_output_version(_PDF_2)
        if curve:
            writer.register_extension(constants.ISO32002)
        embedding.send(setup)
        digest, out = embedding.send(SigIOSetup(md_algorithm="sha256"))
    return Prepared(out.getvalue(), digest.document_digest, digest.reserved_region_start, digest.reserved_region_end)
