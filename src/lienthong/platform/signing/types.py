"""What signing carries through its doors: frozen values, no keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lienthong.kernel.text import Bilingual
from lienthong.platform.signing.certificate_types import (
    Certificate,
    CertificateKind,
    IssuedCertificate,
    KeyName,
    Lifetime,
    RevocationReason,
    Status,
    StatusPolicy,
    StatusSource,
    StatusState,
)
from lienthong.platform.signing.credential_types import (
    CredentialFacts,
    KeyPlace,
    RemoteBatch,
    RemoteOrder,
    RemoteState,
    SigningProof,
)
from lienthong.platform.signing.pdf_types import (
    PDF_LEVELS,
    Appearance,
    Box,
    CopyForm,
    PdfChange,
    PdfLevel,
    PdfSignature,
    PdfTimestamp,
    PdfVerdict,
    Place,
    PlacedText,
    RemoteSigning,
    SignedPdf,
    SigningOrder,
    SigningOutcome,
)

__all__ = [
    "PDF_LEVELS",
    "Appearance",
    "BatchSignature",
    "Box",
    "CanonicalForm",
    "Certificate",
    "CertificateKind",
    "ContainerEntry",
    "ContainerVerdict",
    "CopyForm",
    "CredentialFacts",
    "FileVerdict",
    "Finding",
    "IssuedCertificate",
    "KeyName",
    "KeyPlace",
    "Lifetime",
    "MessageProof",
    "PdfChange",
    "PdfLevel",
    "PdfSignature",
    "PdfTimestamp",
    "PdfVerdict",
    "Place",
    "PlacedText",
    "RemoteBatch",
    "RemoteOrder",
    "RemoteSigning",
    "RemoteState",
    "RevocationReason",
    "Signature",
    "SignedPdf",
    "SigningOrder",
    "SigningOutcome",
    "SigningProof",
    "Skew",
    "Status",
    "StatusPolicy",
    "StatusSource",
    "StatusState",
    "Timestamp",
    "VerifiedHeader",
    "XmlReference",
    "XmlSignature",
]


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
    `proved_at`: a moment by which a good time stamp proves that the signature existed.
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
    proved_at: datetime | None = None
    timestamps: tuple[PdfTimestamp, ...] = ()

    @property
    def good(self) -> bool:
        return self.code == "good"

    @property
    def covers_document(self) -> bool:
        return any(one.part == "document" and one.intact for one in self.covers)


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What may be said about a file that somebody brought (kết luận kiểm tra): `pdf` or `xml` tells the rest."""

    kind: Literal["pdf", "xml"]
    good: bool
    code: str
    sentence: Bilingual
    pdf: PdfVerdict | None = None
    xml: tuple[XmlSignature, ...] = ()


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What a good time stamp (dấu thời gian, RFC 3161) says: this digest existed at `at`, says `authority`."""

    at: datetime
    authority: str
    serial: str
    policy: str


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
