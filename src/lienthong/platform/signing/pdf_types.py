"""What signing tells of signed documents; the door is `types`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual
from lienthong.platform.signing.certificate_types import (
    CertificateKind,
    Status,
)

Appearance: TypeAlias = Literal["leader", "seal", "number", "attachment", "copy"]
CopyForm: TypeAlias = Literal["copy", "extract", "transfer"]
# Levels of PAdES (ETSI EN 319 142-1): signed; time proved; proofs kept; proofs stamped. "" is no PAdES signature.
PdfLevel: TypeAlias = Literal["B-B", "B-T", "B-LT", "B-LTA"]
PDF_LEVELS: tuple[PdfLevel, ...] = ("B-B", "B-T", "B-LT", "B-LTA")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a PDF page in points, origin at the bottom left."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A few letters for a free place of a page (số, ngày văn bản): centred in `box`, `size` points high."""

    text: str
    box: Box
    size: float = 13.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature belongs (vị trí chữ ký): a box on a page from 0; `found`: by its words, not by habit."""

    page: int
    box: Box
    found: bool


class SignedPdf(bytes):
    """A signed PDF: its bytes, the level of its last signature, and the level that was asked for.

    `level` below `wanted`: a time stamp authority or a responder did not answer; `services.augment_pdf` finishes it.
    """

    level: PdfLevel
    wanted: PdfLevel

    @classmethod
    def of(cls, body: bytes, level: PdfLevel, wanted: PdfLevel) -> "SignedPdf":
        made = cls(body)
        made.level, made.wanted = level, wanted
        return made

    @property
    def is_finished(self) -> bool:
        """Was the wanted level reached?"""
        return PDF_LEVELS.index(self.level) >= PDF_LEVELS.index(self.wanted)


@dataclass(frozen=True, slots=True)
class SigningOrder:
    """A document among many to be signed at once (ký nhiều văn bản một lần); see `services.sign_pdf`."""

    pdf: bytes
    box: Box
    page: int = -1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SigningOutcome:
    """What became of one of many: the signed document, or why it was refused."""

    pdf: SignedPdf | None
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class RemoteSigning:
    """A signature made elsewhere (ký từ xa): the hash goes out to a phone or card, the signature comes back.

    `digest` is what the key signs: SHA-256 of the CMS signed attributes. One use, by this officer, until `expires_at`.
    """

    id: UUID
    officer: str
    digest: bytes
    document_sha256: str
    title: str
    thumbprint: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PdfTimestamp:
    """A time stamp in a PDF (dấu thời gian): over one signature, or over the whole document (PAdES B-LTA).

    `good`: of a trusted authority whose certificate is in force, or was when a later stamp was put on.
    `until`: when its authority's certificate ends; before that the document should be stamped anew.
    """

    kind: Literal["signature", "document"]
    at: datetime | None
    authority: str
    good: bool
    until: datetime | None
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class PdfChange:
    """What was done to a PDF after signing (thay đổi sau khi ký); `allowed`: a further signature or its proofs."""

    revision: int
    allowed: bool
    kinds: tuple[str, ...]
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """One signature in a PDF and what became of it.

    `intact`: the signed bytes are unchanged and the signature is of that key. `trusted`: the certificate
    leads to an authority this node trusts and is valid. `covers_whole`: the whole revision it was put on is
    signed. `modified_after`: something other than a further signature was added later. `covers_file`: nothing
    at all was. `signed_at` is the signer's own clock, `proved_at` a moment by which a time stamp proves that the
    signature existed. `signed_bytes`: that many bytes from the file's beginning are what was signed. `path`: names of
    the certificates from the signer's up to the root. `issuer_status`: of the issuing authority whose revocation spoils
    the signature, None when none does. `code` and `sentence` are the verdict for programs and people.
    """

    signer: str
    position: str
    organisation: str
    agency_code: str
    kind: CertificateKind | None
    intact: bool
    trusted: bool
    covers_whole: bool
    modified_after: bool
    covers_file: bool
    signed_at: datetime | None
    reason: str
    thumbprint: str
    code: str
    sentence: Bilingual
    field: str = ""
    level: PdfLevel | Literal[""] = ""
    proved_at: datetime | None = None
    signed_bytes: int = 0
    path: tuple[str, ...] = ()
    status: Status | None = None
    issuer_status: Status | None = None
    timestamps: tuple[PdfTimestamp, ...] = ()
    changes: tuple[PdfChange, ...] = ()

    @property
    def good(self) -> bool:
        return self.code == "good"


@dataclass(frozen=True, slots=True)
class PdfVerdict:
    """What may be said about a PDF as a whole: good only when every signature in it is, and there is one.

    `timestamps` are those over the whole document.
    """

    good: bool
    code: str
    sentence: Bilingual
    signatures: tuple[PdfSignature, ...]
    timestamps: tuple[PdfTimestamp, ...] = ()
