"""What signing carries through its doors: frozen values, no keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from lienthong.kernel.errors import Refused
from lienthong.kernel.text import Bilingual

# `node`, `tls`, `seal:<agency code>` or `officer:<username>`; where the key lives is the key store's affair.
KeyName: TypeAlias = str
CertificateKind: TypeAlias = Literal["node", "officer", "seal", "tls", "tsa", "ocsp"]
RevocationReason: TypeAlias = Literal[
    "unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation"
]
StatusState: TypeAlias = Literal["good", "revoked", "unknown", "stale"]
StatusSource: TypeAlias = Literal["ocsp", "crl", "cache", ""]
StatusPolicy: TypeAlias = Literal["hard", "soft", "off"]
Appearance: TypeAlias = Literal["leader", "seal", "number", "attachment", "copy"]
CopyForm: TypeAlias = Literal["copy", "extract", "transfer"]
# Levels of PAdES (ETSI EN 319 142-1): signed; time proved; proofs kept; proofs stamped. "" is no PAdES signature.
PdfLevel: TypeAlias = Literal["B-B", "B-T", "B-LT", "B-LTA"]
PDF_LEVELS: tuple[PdfLevel, ...] = ("B-B", "B-T", "B-LT", "B-LTA")


@dataclass(frozen=True, slots=True)
class Certificate:
    """Public-key certificate (chứng thư chữ ký số) of a node, an officer or an agency seal.

    `pem` holds the certificate itself and then the issuing authority's; `thumbprint` is SHA-256 of the DER in
    lower-case hex and is what a signature names as `kid`. Agency code by QĐ 20/2020/QĐ-TTg.
    """

    pem: str
    thumbprint: str
    subject: str
    name: str
    position: str
    organisation: str
    agency_code: str
    kind: CertificateKind
    issuer: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature over bytes: ES256, 64 bytes r||s, made with the key of `thumbprint`."""

    value: bytes
    thumbprint: str
    algorithm: Literal["ES256"] = "ES256"


@dataclass(frozen=True, slots=True)
class BatchSignature:
    """Batch signature (ký theo lô): one signature (r||s) over many messages.

    `result`: the hash chain's result document that is signed; `chains`: the compact path of each message, in their
    order, which with `value` proves that message alone.
    """

    value: bytes
    result: bytes
    chains: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class VerifiedHeader:
    """What a good detached signature says: the sender's own headers, and whose certificate it is."""

    headers: Mapping[str, str | int]
    certificate: Certificate


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
class Status:
    """Certificate status (tình trạng chứng thư): what the authority last said, and how old that is.

    `good` and fresh; `revoked` since `revoked_at` for `reason`; `stale`: once good, but the answer has aged;
    `unknown`: never answered, or the authority does not know it. `source` is where the answer came from, `cache` when
    it has aged.
    """

    state: StatusState
    checked_at: datetime | None
    produced_at: datetime | None
    next_update: datetime | None
    source: StatusSource
    sentence: Bilingual
    revoked_at: datetime | None = None
    reason: str = ""


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
    the certificates from the signer's up to the root. `code` and `sentence` are the verdict for programs and people.
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


@dataclass(frozen=True, slots=True)
class CanonicalForm:
    """A canonical form of XML: exclusive or inclusive, and which prefixes an exclusive one keeps all the same."""

    exclusive: bool
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class XmlReference:
    """Something that an XML signature covers: the whole document, an element of it by its Id, its own properties, or a
    file beside it by its address. `name`: of the element, without namespace."""

    uri: str
    part: Literal["document", "element", "properties", "file"]
    name: str
    intact: bool


@dataclass(frozen=True, slots=True)
class XmlSignature:
    """One signature in an XML document (chữ ký số trên dữ liệu XML) and what became of it.

    `intact`: everything it covers is unchanged and the signature is of that key. `trusted`: the certificate leads to
    an authority this node trusts and is valid. `weak`: made with SHA-1, which is read but no longer written.
    `signed_at` is the signer's own clock (XAdES), None where the signature states no time. `agency_code` and `kind` are
    empty for a certificate that is not of our profile. `code` and `sentence`: for programs and for people.
    """

    signer: str
    position: str
    organisation: str
    agency_code: str
    kind: CertificateKind | None
    thumbprint: str
    certificate_pem: str
    intact: bool
    trusted: bool
    weak: bool
    algorithm: str
    covers: tuple[XmlReference, ...]
    signed_at: datetime | None
    code: str
    sentence: Bilingual

    @property
    def good(self) -> bool:
        return self.code == "good"

    @property
    def covers_document(self) -> bool:
        return any(one.part == "document" and one.intact for one in self.covers)


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A line of the authority's register (sổ chứng thư đã cấp)."""

    thumbprint: str
    serial: str
    kind: CertificateKind
    name: str
    agency_code: str
    not_before: datetime
    not_after: datetime
    pem: str
    revoked_at: datetime | None = None
    reason: RevocationReason | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What a good time stamp (dấu thời gian, RFC 3161) says: this digest existed at `at`, says `authority`."""

    at: datetime
    authority: str
    serial: str
    policy: str


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How much of a certificate's life is over; `share` from 0 to 1, warnings at 0.75 and 0.9."""

    name: str
    kind: str
    not_before: datetime
    not_after: datetime
    share: float
    level: Literal["ok", "warn", "critical"]
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class Skew:
    """By how many seconds this node's clock is ahead (behind: less than 0) of `against`; None: never measured."""

    seconds: float | None
    against: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about a proof container (kết luận): `good`, a `note` to mind, or `bad`."""

    level: Literal["good", "note", "bad"]
    code: str
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class ContainerEntry:
    """An entry of a proof container; `sha256` is empty for what was not digested."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ContainerVerdict:
    """What may be said about a proof container (tệp bằng chứng): good only when nothing bad was found.

    `signed_at` is the signer's word; at `timestamped_at` the signature existed, says a time stamp authority;
    `log_node`: the node in whose log the message is proven to stand.
    """

    good: bool
    findings: tuple[Finding, ...]
    signer: Certificate | None = None
    signed_at: datetime | None = None
    timestamped_at: datetime | None = None
    log_node: str = ""
    entries: tuple[ContainerEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageProof:
    """A signed message as its proof container holds it: the message, what went with it, who signed it and when.

    `attachments`: SHA-256 and content of attachment1, attachment2, …, None where only the digest is kept;
    `chain`: the path in the batch that was signed, empty for a message signed alone.
    """

    message: bytes
    attachments: tuple[tuple[bytes, bytes | None], ...]
    signature: bytes
    certificate_pem: str
    signed_at: datetime
    chain: bytes = b""
    log_proof: bytes = b""
